//! SARIF 2.1.0, for code scanning.

use crate::env::findings::RULES;
use crate::env::{Finding, Severity};
use crate::guard::line;
use serde_json::{Value, json};

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
    let key = finding.key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default();
    let text = format!("{key}{}. {}", finding.text, finding.fix);
    let mut result = json!({
        "ruleId": finding.id,
        "level": level(finding.severity),
        "message": { "text": line(&text) },
    });
    if let Some(place) = &finding.place {
        let mut location = json!({ "artifactLocation": { "uri": line(&place.file) } });
        if place.line > 0 {
            location["region"] = json!({ "startLine": place.line });
        }
        result["locations"] = json!([{ "physicalLocation": location }]);
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
