//! Workflow commands of GitHub Actions: each finding marks its line in the pull request.

use super::human::sentence;
use crate::env::{Finding, Severity};
use crate::guard::line;
use std::fmt::Write;

/// One command a finding. Text is escaped as the commands' own syntax asks.
pub(super) fn render(findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut properties = Vec::new();
        if let Some(place) = &finding.place {
            properties.push(format!("file={}", property(&place.file)));
            if place.line > 0 {
                properties.push(format!("line={}", place.line));
            }
        }
        properties.push(format!("title={}", property(&finding.id)));
        let text = data(&sentence(finding));
        let _ = writeln!(out, "::{command} {}::{text}", properties.join(","));
    }
    out
}

fn data(text: &str) -> String {
    line(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
