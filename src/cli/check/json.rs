//! The report for programs; docs/schemas/check.json describes it.

use super::report::Report;

/// One object, indented.
pub(super) fn render(report: &Report) -> String {
    serde_json::to_string_pretty(report).unwrap_or_default()
}
