//! What speaks against what.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::evidence::{ProbeId, Source};
use crate::review::{CandidateId, Contract, NewReviewEvent, Recorded, ReviewAct, ReviewId};
use crate::timeline::{NewOperation, Operation, OwnEvent, OwnKind};
use serde_json::json;
use std::time::Duration;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn review() -> Review {
    let act = ReviewAct::Opened {
        candidate: CandidateId("c".to_owned()),
        snapshot_digest: "s".to_owned(),
        policy: "p".to_owned(),
    };
    let event = NewReviewEvent {
        id: "e".to_owned(),
        review: ReviewId("r".to_owned()),
        incident_id: "INC-1".to_owned(),
        expected_version: 0,
        actor: "console:ann".to_owned(),
        occurred_at: at(0),
        act,
    };
    let (prev_hash, hash) = (String::new(), String::new());
    Review::fold([&Recorded { event, seq: 1, recorded_at: at(0), prev_hash, hash }]).unwrap()
}

fn evidence(kind: &str, verdict: Verdict) -> Evidence {
    Evidence {
        probe: ProbeId(format!("the-{kind}")),
        kind: kind.to_owned(),
        claim: String::new(),
        verdict,
        reason: None,
        observed_at: at(0),
        as_of: at(0),
        source: Source::default(),
        summary: "took 1234 ms".to_owned(),
        hint: None,
        facts: Vec::new(),
        half_life: Duration::from_mins(5),
        required: true,
        needs: Vec::new(),
    }
}

fn why(id: &str, probe: Option<&Evidence>) -> WhyNot {
    WhyNot { id: id.to_owned(), probe: probe.map(|seen| seen.probe.clone()), text: "took 1234 ms".to_owned() }
}

fn against(evidence: &[Evidence], why_not: &[WhyNot], entries: &[Entry]) -> Vec<(String, String)> {
    let scene = Scene { snapshot: None, evidence, why_not, entries, now: at(0) };
    objections(&review(), &scene, at(-100)).into_iter().map(|objection| (objection.check, objection.why)).collect()
}

#[test]
fn every_check_in_the_tables_is_one_of_the_contract() {
    let contract = Contract::builtin();
    let tables = OF_THE_WHOLE.iter().chain(&OF_A_KIND).flat_map(|(_, checks)| checks.iter());
    for check in tables.chain([&ACTOR, &DAEMON, &POSTCHECK, &BEFORE_AFTER, &RESTORED]) {
        assert!(contract.check(check).is_some(), "{check}");
    }
    for rule in RULES {
        assert!(OF_THE_WHOLE.iter().any(|(id, _)| *id == rule.id), "{} speaks against nothing", rule.id);
    }
}

#[test]
fn a_probe_speaks_against_what_is_reviewed_where_it_looks() {
    let seen = [evidence("tcp", Verdict::Fail)];
    let found = against(&seen, &[why("evidence_fails", Some(&seen[0]))], &[]);
    let checks: Vec<_> = found.iter().map(|(check, _)| check.as_str()).collect();
    assert_eq!(checks, ["port_binding_state_present", "restoration_evidence_present"]);
    assert!(found.iter().all(|(_, why)| why == "`the-tcp` (tcp) fails"), "{found:?}");
}

#[test]
fn one_that_has_not_looked_yet_speaks_against_nothing_and_one_that_cannot_does() {
    let never = [evidence("http", Verdict::Unknown(Unknown::NeverRun))];
    assert_eq!(against(&never, &[why("evidence_unknown", Some(&never[0]))], &[]), []);
    let denied = [evidence("container", Verdict::Unknown(Unknown::Denied))];
    let found = against(&denied, &[why("evidence_unknown", Some(&denied[0]))], &[]);
    let checks: Vec<_> = found.iter().map(|(check, _)| check.as_str()).collect();
    assert_eq!(checks, ["compose_stack_state_present", "docker_daemon_state_present"]);
}

#[test]
fn that_there_is_no_pair_counts_only_where_something_is_looked_at() {
    assert_eq!(against(&[], &[why("not_independent", None)], &[]), []);
    let seen = [evidence("http", Verdict::Pass)];
    assert_eq!(against(&seen, &[why("not_independent", None)], &[])[0].0, "postcheck_independent");
}

#[test]
fn what_is_kept_with_a_sign_off_holds_no_measured_value() {
    let seen = [evidence("postgres", Verdict::Unknown(Unknown::Void))];
    let ids = OF_THE_WHOLE.iter().map(|(id, _)| *id).chain(["evidence_fails", "evidence_stale", "failure_stale"]);
    let why_not: Vec<_> = ids.flat_map(|id| [why(id, Some(&seen[0])), why(id, None)]).collect();
    let found = against(&seen, &why_not, &[]);
    assert!(found.len() > 20, "{found:?}");
    assert!(found.iter().all(|(_, why)| !why.contains("1234") && !why.contains('\n')), "{found:?}");
}

#[test]
fn an_auto_repair_of_the_incident_that_nobody_answers_for_speaks_against_its_actor() {
    let repair = |incident: &str, actor: Option<&str>, approval: Option<&str>| {
        let mut row = NewOperation::new("row", EventType::AutoRepairTriggered);
        row.incident_id = Some(incident.to_owned());
        row.actor = actor.map(str::to_owned);
        row.approval_id = approval.map(str::to_owned);
        Entry::Operation(Operation { row, raw_type: None, created_at: at(-10) })
    };
    assert_eq!(against(&[], &[], &[repair("INC-1", Some("auto_repair"), None)])[0].0, "actor_not_anonymous");
    for answered in [
        repair("INC-2", None, None),
        repair("INC-1", Some("console:bob"), None),
        repair("INC-1", Some("auto_repair"), Some("approval-7")),
    ] {
        assert_eq!(against(&[], &[], &[answered]), []);
    }
}

#[test]
fn a_restart_that_nobody_read_back_speaks_against_before_and_after() {
    let seen = Entry::Own(OwnEvent {
        id: "seen".to_owned(),
        incident_id: None,
        kind: OwnKind::RestartSeen,
        subject: "web".to_owned(),
        actor: None,
        summary: String::new(),
        success: None,
        context: json!({"life": {"container": "c1", "started_at": "2026-09-21T00:00:00Z"}}),
        occurred_at: at(-10),
        recorded_at: Some(at(-10)),
    });
    let found = against(&[], &[], &[seen]);
    assert_eq!(found[0].0, "before_after_service_state_present", "{found:?}");
    assert!(found[0].1.contains("`web`"));
}
