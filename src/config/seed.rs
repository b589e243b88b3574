//! The rows a timeline starts with: `alert_operation_log`, one JSON object per line.

use super::ConfigError;
use crate::timeline::Operation;

/// Reads the rows of a seed. `file` is its name for messages, which say the line and the column and
/// never what stands there.
pub fn parse_seed(file: &str, text: &str) -> Result<Vec<Operation>, ConfigError> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| {
            serde_json::from_str(line).map_err(|error| ConfigError {
                line: index + 1,
                column: error.column().max(1),
                ..ConfigError::whole(file, "not a row of alert_operation_log; see docs/configuration.md, [timeline]")
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_row_that_is_none_is_named_by_its_line_and_not_by_its_text() {
        let good = r#"{"id":"a","event_type":"RESOLVED","context":{},"created_at":"2026-02-04T09:30:00+08:00"}"#;
        assert_eq!(parse_seed("events.jsonl", &format!("{good}\n\n")).map(|rows| rows.len()), Ok(1));
        let said = parse_seed("events.jsonl", &format!("{good}\n{{\"id\":\"canary\"}}\n")).unwrap_err().to_string();
        assert!(said.starts_with("events.jsonl:2:"), "{said}");
        assert!(!said.contains("canary"), "{said}");
    }
}
