//! The plan, exact.

use readback::review::{Contract, Snapshot, plan, success_line};
use serde_json::{Value, json};
use std::fmt::Write;

fn snapshot() -> Snapshot {
    let row = |surface: &str, write: bool| {
        json!({
            "change_evidence_candidate_id": format!("change_evidence:{surface}"), "surface_id": surface,
            "label": "反向代理 \"edge\"", "expected_host_scope": "web-1", "config_kind": "compose",
            "service_scope": "proxy", "control_tier": "tier-1", "write_capable_surface": write,
            "requires_live_evidence": true,
        })
    };
    let file = json!({
        "schema_version": "host_service_change_evidence_acceptance_v1", "status": "ready",
        "change_evidence_candidates": [row("web-proxy", true), row("app-db", false)],
    });
    Snapshot::parse(file.to_string().as_bytes(), &Contract::builtin().plan.candidate_prefix).unwrap()
}

fn text() -> String {
    plan(&Contract::builtin(), &snapshot(), "2026-02-04T12:00:00+08:00", "abc1234")
}

/// Writes JSON as the format asks, on its own: sorted, two spaces, unescaped.
fn canonical(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent + 2);
    let close = " ".repeat(indent);
    match value {
        Value::Object(map) if !map.is_empty() => {
            let mut keys: Vec<_> = map.keys().collect();
            keys.sort();
            out.push('{');
            for (index, key) in keys.iter().enumerate() {
                out.push_str(if index == 0 { "\n" } else { ",\n" });
                let _ = write!(out, "{pad}\"{key}\": ");
                canonical(&map[*key], indent + 2, out);
            }
            let _ = write!(out, "\n{close}}}");
        }
        Value::Array(list) if !list.is_empty() => {
            out.push('[');
            for (index, item) in list.iter().enumerate() {
                out.push_str(if index == 0 { "\n" } else { ",\n" });
                out.push_str(&pad);
                canonical(item, indent + 2, out);
            }
            let _ = write!(out, "\n{close}]");
        }
        other => out.push_str(&other.to_string()),
    }
}

#[test]
fn the_format_is_sorted_indented_by_two_unescaped_and_ends_in_one_newline() {
    let text = text();
    let value: Value = serde_json::from_str(&text).unwrap();
    let mut expected = String::new();
    canonical(&value, 0, &mut expected);
    expected.push('\n');
    assert_eq!(text, expected);
    assert!(text.contains(r#"反向代理 \"edge\""#));
}

#[test]
fn the_top_has_the_contracts_keys_and_the_given_values() {
    let value: Value = serde_json::from_str(&text()).unwrap();
    let keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "blocked_actions",
            "boundaries",
            "generated_at",
            "git_commit",
            "outcome_lanes",
            "readback_candidates",
            "required_readback_fields",
            "reviewer_checks",
            "schema_version",
            "source_paths",
            "source_schema_version",
            "source_status",
            "status",
            "summary",
        ]
    );
    assert_eq!(value["schema_version"], "host_service_post_incident_readback_plan_v1");
    assert_eq!(value["status"], "post_incident_readback_plan_ready_no_runtime_action");
    assert_eq!(value["generated_at"], "2026-02-04T12:00:00+08:00");
    assert_eq!(value["git_commit"], "abc1234");
    assert_eq!(value["source_schema_version"], "host_service_change_evidence_acceptance_v1");
    assert_eq!(value["reviewer_checks"][0]["check_id"], "source_change_evidence_current");
    assert_eq!(value["outcome_lanes"][9]["lane_id"], "waiting_runtime_gate");
}

#[test]
fn the_summary_counts_candidates_and_contract_and_starts_at_zero() {
    let value: Value = serde_json::from_str(&text()).unwrap();
    let summary = value["summary"].as_object().unwrap();
    assert_eq!(summary.len(), 3 + 3 + 5 + 22 + 1);
    for (key, count) in [
        ("readback_candidate_count", 2),
        ("write_capable_readback_candidate_count", 1),
        ("live_evidence_required_readback_candidate_count", 2),
        ("no_false_green_required_candidate_count", 2),
        ("readback_field_count", 36),
        ("required_readback_field_count", 28),
        ("reviewer_check_count", 28),
        ("outcome_lane_count", 10),
        ("blocked_action_count", 41),
        ("post_incident_readback_accepted_count", 0),
        ("runtime_gate_count", 0),
        ("action_button_count", 0),
        ("coverage_percent_after_readback_plan", 64),
    ] {
        assert_eq!(summary[key], count, "{key}");
    }
}

#[test]
fn a_candidate_has_every_field_its_constants_and_its_lists() {
    let value: Value = serde_json::from_str(&text()).unwrap();
    let candidate = value["readback_candidates"][0].as_object().unwrap();
    for field in &Contract::builtin().fields.readback {
        assert!(candidate.contains_key(field), "{field}");
    }
    assert_eq!(candidate.len(), 10 + 5 + 21 + 41);
    assert_eq!(candidate["readback_candidate_id"], "host_service_post_incident_readback:web-proxy");
    assert_eq!(candidate["source_change_evidence_candidate_id"], "change_evidence:web-proxy");
    assert_eq!(candidate["status"], "waiting_post_incident_readback");
    assert_eq!(candidate["not_approval"], true);
    assert_eq!(candidate["runtime_gate"], false);
    assert_eq!(candidate["actor_attribution_ref"], Value::Null);
    assert_eq!(candidate["reviewer_checks"][27], "runtime_stays_zero");
    assert_eq!(candidate["outcome_lanes"].as_array().unwrap().len(), 10);
}

#[test]
fn a_source_without_version_and_candidates_gives_nulls_and_zeros() {
    let snapshot = Snapshot::parse(br#"{"change_evidence_candidates": []}"#, "").unwrap();
    let text = plan(&Contract::builtin(), &snapshot, "t", "unknown");
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["source_schema_version"], Value::Null);
    assert_eq!(value["summary"]["readback_candidate_count"], 0);
    assert!(text.contains("\"readback_candidates\": [],"));
}

#[test]
fn the_success_line_is_the_contracts() {
    assert_eq!(
        success_line(&Contract::builtin(), &snapshot()),
        "HOST_SERVICE_POST_INCIDENT_READBACK_PLAN_OK candidates=2 checks=28 lanes=10 accepted=0 runtime_gate=0"
    );
}

#[test]
fn a_mark_of_encoding_at_the_start_of_the_source_is_no_fault_of_its_json() {
    let prefix = Contract::builtin().plan.candidate_prefix;
    let bare = br#"{"change_evidence_candidates": []}"#;
    let marked = [b"\xEF\xBB\xBF".as_slice(), bare].concat();
    let snapshot = Snapshot::parse(&marked, &prefix).unwrap();
    assert!(snapshot.candidates.is_empty());
    assert_ne!(snapshot.digest, Snapshot::parse(bare, &prefix).unwrap().digest, "the digest is of the file as it is");
    assert!(Snapshot::parse(&[marked.as_slice(), bare].concat(), &prefix).is_err());
}
