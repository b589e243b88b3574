//! SARIF 2.1.0, for code scanning.

use super::human::sentence;
use crate::env::findings::RULES;
use crate::env::{Finding, Severity};
use crate::guard::line;
use serde_json::{Value, json};
use std::fmt::Write;

/// One run with every rule, and one result a finding.
pub(super) fn render(findings: &[Finding]) -> String {
    let rules: Vec<Value> = RULES
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "shortDescription": { "text": rule.about },
                "defaultConfiguration": { "level": level(rule.severity) },
            })
        })
        .collect();
    let sarif = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "readback",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            }},
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    });
    serde_json::to_string_pretty(&sarif).unwrap_or_default()
}

fn result(finding: &Finding) -> Value {
    let text = sentence(finding);
    let mut result = json!({
        "ruleId": finding.id,
        "level": level(finding.severity),
        "message": { "text": line(&text) },
    });
    if let Some(place) = &finding.place {
        let mut location = json!({ "artifactLocation": { "uri": uri(&place.file) } });
        if place.line > 0 {
            location["region"] = json!({ "startLine": place.line });
        }
        result["locations"] = json!([{ "physicalLocation": location }]);
    }
    result
}

/// A path as a reference: what is no letter of one is escaped.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in line(path).bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'@' => out.push(byte.into()),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
