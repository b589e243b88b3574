//! The plan with the current counts and states: the same keys, order and format as at the start.

use super::scene::{open, read_twice, signed};
use crate::story::{SNAPSHOT, Story, contract, current};
use readback::review::{Answer, CandidateId, Progress, Snapshot, plan, plan_with, success_line_with};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

fn snapshot() -> Snapshot {
    let row = |surface: &str| {
        json!({
            "change_evidence_candidate_id": format!("change_evidence:{surface}"), "surface_id": surface,
            "label": "反向代理", "expected_host_scope": "web-1", "config_kind": "compose", "service_scope": "proxy",
            "control_tier": "tier-1", "write_capable_surface": true, "requires_live_evidence": false,
        })
    };
    let source = json!({"schema_version": "v1", "status": "ready",
        "change_evidence_candidates": [row("web-proxy"), row("app-db")]});
    Snapshot::parse(source.to_string().as_bytes(), &contract().plan.candidate_prefix).unwrap()
}

fn progress(story: &Story) -> BTreeMap<CandidateId, Progress> {
    let review = story.review();
    let candidate = review.opening.as_ref().unwrap().candidate.clone();
    assert_eq!(review.opening.as_ref().unwrap().snapshot_digest, SNAPSHOT);
    BTreeMap::from([(candidate, Progress::of(&review, contract(), &current(), str::to_owned))])
}

fn exported(story: &Story) -> Value {
    serde_json::from_str(&plan_with(contract(), &snapshot(), &progress(story), "now", "abc")).unwrap()
}

/// Every key, by its place.
fn keys(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            out.push(format!("{at}/{key}"));
            keys(value, &format!("{at}/{key}"), out);
        }),
        Value::Array(list) => list.iter().enumerate().for_each(|(n, value)| keys(value, &format!("{at}/{n}"), out)),
        _ => {}
    }
}

#[test]
fn without_a_review_it_is_the_plan_byte_for_byte() {
    let with = plan_with(contract(), &snapshot(), &BTreeMap::new(), "now", "abc");
    assert_eq!(with, plan(contract(), &snapshot(), "now", "abc"));
}

#[test]
fn its_keys_and_their_order_are_the_plans_whatever_the_reviews_say() {
    let at_the_start = plan(contract(), &snapshot(), "now", "abc");
    for story in [Story::empty(), Story::complete(), signed(open()), signed(read_twice(open()))] {
        let text = plan_with(contract(), &snapshot(), &progress(&story), "now", "abc");
        let (mut before, mut after) = (Vec::new(), Vec::new());
        keys(&serde_json::from_str(&at_the_start).unwrap(), "", &mut before);
        keys(&serde_json::from_str(&text).unwrap(), "", &mut after);
        assert_eq!(before, after);
        assert!(text.ends_with("}\n") && text.starts_with("{\n  \"blocked_actions\": ["));
    }
}

#[test]
fn fields_states_and_counts_are_those_of_the_latest_review_of_each_candidate() {
    let mut story = Story::empty();
    story.set("change_or_incident_ref", "INC-2031");
    story.set("maintenance_window", "tbd");
    let export = exported(&story);
    let candidate = &export["readback_candidates"][0];
    assert_eq!(candidate["change_or_incident_ref"], "INC-2031");
    assert_eq!(candidate["maintenance_window"], "pending_post_incident_readback", "it says nothing yet");
    assert_eq!(candidate["boot_time_ref"], Value::Null);
    assert_eq!(candidate["status"], "request_actor_supplement");
    assert_eq!(candidate["reviewer_outcome"], "waiting_post_incident_readback", "nobody has signed");
    assert_eq!(candidate["post_incident_readback_received"], true);
    assert_eq!(candidate["post_incident_readback_accepted"], false);
    assert_eq!(export["summary"]["post_incident_readback_received_count"], 1);
    assert_eq!(export["summary"]["post_incident_readback_accepted_count"], 0);
    let other = &export["readback_candidates"][1];
    assert_eq!(
        (&other["status"], &other["post_incident_readback_received"]),
        (&json!("waiting_post_incident_readback"), &json!(false))
    );
}

#[test]
fn only_a_sign_off_that_counts_accepts_and_only_what_it_found_to_hold() {
    let accepted = |export: &Value| -> BTreeSet<String> {
        let flags = export["readback_candidates"][0].as_object().unwrap();
        flags
            .iter()
            .filter(|(key, on)| key.ends_with("_accepted") && **on == json!(true))
            .map(|(key, _)| key.clone())
            .collect()
    };
    assert_eq!(accepted(&exported(&open())), BTreeSet::new(), "complete is not accepted");
    let story = signed(open());
    let export = exported(&story);
    let flags = accepted(&export);
    let candidate = &export["readback_candidates"][0];
    assert_eq!(candidate["reviewer_outcome"], "ready_for_host_service_post_incident_review", "what was signed");
    assert_eq!(candidate["status"], "waiting_runtime_gate");
    assert!(flags.contains("post_incident_readback_accepted") && flags.contains("no_false_green_accepted"));
    assert!(!flags.contains("docker_daemon_state_accepted"), "what does not apply is not accepted");
    let all = contract().candidate.flags.keys().filter(|flag| flag.ends_with("_accepted")).count();
    assert_eq!(flags.len(), all - 1, "every other flag has a check behind it");
    assert_eq!(export["summary"]["post_incident_readback_accepted_count"], 1);
    assert_eq!(export["summary"]["docker_daemon_state_accepted_count"], 0);
    let line = success_line_with(contract(), &snapshot(), &progress(&story));
    assert!(line.ends_with("candidates=2 checks=28 lanes=10 accepted=1 runtime_gate=0"), "{line}");
    // What is changed after it is accepted no more; a sign-off by who acted never was.
    let mut changed = story.clone();
    changed.answer("postcheck_independent", Answer::Fail);
    assert_eq!(accepted(&exported(&changed)), BTreeSet::new());
    let candidate = &exported(&changed)["readback_candidates"][0];
    assert_eq!(
        candidate["reviewer_outcome"], "ready_for_host_service_post_incident_review",
        "still what was signed last"
    );
    assert_eq!(candidate["status"], "request_before_after_supplement");
    let mut own = open();
    own.set("actor_attribution_ref", "reviewer, on call");
    assert_eq!(accepted(&exported(&signed(own))), BTreeSet::new());
}

#[test]
fn no_review_opens_a_gate_or_authorises_anything() {
    for story in [open(), signed(open()), signed(read_twice(open()))] {
        let export = exported(&story);
        for candidate in export["readback_candidates"].as_array().unwrap() {
            for (key, value) in candidate.as_object().unwrap() {
                let is_closed = key.ends_with("_authorized") || key.ends_with("_allowed") || key == "runtime_gate";
                assert!(!is_closed || value == false, "{key}");
            }
            assert_eq!(candidate["not_approval"], true);
        }
        assert_eq!(export["summary"]["runtime_gate_count"], 0);
        assert_eq!(export["summary"]["action_button_count"], 0);
        assert_eq!(export["boundaries"], exported(&Story::empty())["boundaries"]);
    }
}
