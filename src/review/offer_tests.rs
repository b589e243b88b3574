//! What is offered, in which order, and what of it can be said back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::evidence::{Fact, Source};
use crate::timeline::{EventType, NewOperation, Operation};
use serde_json::json;

fn now() -> Timestamp {
    "2026-02-04T01:31:00Z".parse().unwrap()
}

fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() - seconds).unwrap()
}

fn probe(name: &str, kind: &str, verdict: Verdict, age: i64) -> Evidence {
    Evidence {
        probe: name.into(),
        kind: kind.to_owned(),
        claim: "it works".to_owned(),
        verdict,
        reason: None,
        observed_at: ago(age),
        as_of: ago(age),
        source: Source {
            observer: "readback@host".to_owned(),
            vantage: "jump host".to_owned(),
            credential: "none".to_owned(),
            code_path: kind.to_owned(),
        },
        summary: "seen".to_owned(),
        hint: None,
        facts: vec![Fact::text("state", "running")],
        half_life: Duration::from_mins(5),
        required: true,
        needs: Vec::new(),
    }
}

fn operation(id: &str, event_type: EventType, age: i64, context: serde_json::Value) -> Entry {
    Entry::Operation(Operation {
        row: NewOperation {
            incident_id: Some("INC-7".to_owned()),
            actor: Some("telegram:100200".to_owned()),
            action_detail: Some("approve".to_owned()),
            context,
            ..NewOperation::new(id, event_type)
        },
        raw_type: None,
        created_at: ago(age),
    })
}

fn pair(id: &str, age: i64, after: bool) -> Entry {
    let after = if after { json!({"digest": "aft"}) } else { json!(null) };
    Entry::Own(OwnEvent {
        id: id.to_owned(),
        incident_id: None,
        kind: OwnKind::RestartRead,
        subject: "web".to_owned(),
        actor: None,
        summary: "web was restarted: it passes".to_owned(),
        success: Some(true),
        context: json!({
            "life": {"started_at": "2026-02-04T01:20:00Z"}, "outcome": "pass", "before": {"digest": "bef"}, "after": after,
        }),
        occurred_at: ago(age),
        recorded_at: Some(ago(age)),
    })
}

fn of(fields: &[&str], evidence: &[Evidence], entries: &[Entry]) -> Vec<Offer> {
    let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
    offers(&fields, "INC-7", evidence, entries, |id| (id != "masked").then(|| format!("digest of {id}")), now())
}

fn ids(offers: &[Offer]) -> Vec<&str> {
    offers.iter().map(|offer| offer.evidence.id.as_str()).collect()
}

#[test]
fn fresh_evidence_comes_first_and_stale_evidence_last_and_says_nothing() {
    let evidence = [
        probe("old", "container", Verdict::Pass, 3600),
        probe("aging", "container", Verdict::Pass, 400),
        probe("never", "container", Verdict::Unknown(Unknown::NeverRun), 1),
        probe("young", "container", Verdict::Fail, 10),
        probe("other", "tcp", Verdict::Pass, 10),
    ];
    let offers = of(&["after_service_state_ref"], &evidence, &[pair("pair", 60, true)]);
    assert_eq!(ids(&offers), ["young", "pair", "aging", "old"]);
    assert_eq!(offers[3].freshness, Freshness::Stale);
    assert!(offers[3].says.is_empty(), "{:?}", offers[3].says);
    assert!(offers[0].says.contains(&(Datum::AfterState, Said::Word("FAIL".to_owned()))), "{:?}", offers[0].says);
    assert_eq!(offers[0].evidence.digest, evidence[3].digest());
}

#[test]
fn a_pair_answers_each_side_with_its_own_digest_and_an_interrupted_one_nothing() {
    let fields = ["before_service_state_ref", "after_service_state_ref"];
    let offers = of(&fields, &[], &[pair("cut", 10, false), pair("pair", 60, true)]);
    assert_eq!(ids(&offers), ["pair"]);
    assert_eq!(offers[0].text("before_service_state_ref"), Some("readback event pair before sha256:bef"));
    assert_eq!(offers[0].text("after_service_state_ref"), Some("readback event pair after sha256:aft"));
    assert_eq!(offers[0].text("boot_time_ref"), None);
    assert_eq!(offers[0].evidence.digest, "digest of pair");
}

#[test]
fn rows_are_offered_by_their_type_but_no_step_of_a_review_and_nothing_masked() {
    let entries = [
        operation("review", EventType::UserAction, 10, json!({"review_id": "r"})),
        operation("masked", EventType::UserAction, 20, json!({})),
        operation("act", EventType::UserAction, 30, json!({})),
        operation("alert", EventType::AlertReceived, 40, json!({})),
    ];
    let offers = of(&["actor_attribution_ref"], &[], &entries);
    assert_eq!(ids(&offers), ["act"]);
    assert!(offers[0].says.contains(&(Datum::Actor, Said::Word("telegram:100200".to_owned()))));
    assert_eq!(ids(&of(&["change_or_incident_ref"], &[], &entries)), ["alert"]);
    assert!(of(&[], &[probe("web", "container", Verdict::Pass, 1)], &entries).is_empty());
}

/// A step of a review, as it is mirrored.
fn review_step(id: &str, age: i64) -> Entry {
    let Entry::Own(event) = pair(id, age, true) else { unreachable!() };
    let incident_id = Some("INC-7".to_owned());
    Entry::Own(OwnEvent { kind: OwnKind::ReviewEvent, incident_id, context: json!({"review": "r"}), ..event })
}

const DAY: i64 = 24 * 3_600;

/// The same row of another incident, or of none.
fn of_incident(mut entry: Entry, incident: Option<&str>) -> Entry {
    if let Entry::Operation(row) = &mut entry {
        row.row.incident_id = incident.map(str::to_owned);
    }
    entry
}

#[test]
fn the_incidents_own_rows_are_offered_however_old_and_others_only_from_around_them_and_marked() {
    let act = |id: &str, age: i64| operation(id, EventType::UserAction, age, json!({}));
    let entries = [
        of_incident(act("todays other", 5), Some("INC-9")),
        of_incident(act("todays", 10), None),
        act("step", 20).clone(),
        of_incident(act("long ago", 300 * DAY), None),
        act("last", 400 * DAY),
        of_incident(act("beside", 400 * DAY + 10), Some("INC-8")),
        of_incident(act("also beside", 400 * DAY + 20), None),
        act("first", 400 * DAY + 600),
        of_incident(act("the day before", 402 * DAY), Some("INC-6")),
    ];
    let entries: Vec<Entry> = entries.into_iter().filter(|entry| entry.id() != "step").collect();
    let offers = of(&["actor_attribution_ref"], &[], &entries);
    assert_eq!(ids(&offers), ["last", "first", "todays", "also beside", "beside"]);
    assert!(offers[4].title.starts_with("other incident INC-8: USER_ACTION"), "{}", offers[4].title);
    assert!(offers[4].says.iter().all(|(datum, _)| *datum == Datum::Incident), "{:?}", offers[4].says);
    assert!(offers[..4].iter().all(|offer| !offer.title.contains("other incident")));
    // A review that was opened long after does not widen what is around.
    let opened = operation("opened", EventType::UserAction, 0, json!({"review_id": "r"}));
    let mut late = vec![opened, review_step("answered", 3)];
    late.extend(entries);
    assert_eq!(ids(&of(&["actor_attribution_ref"], &[], &late)), ids(&offers));
}

#[test]
fn the_field_of_the_incident_names_it_beside_the_row() {
    let offers = of(&["change_or_incident_ref"], &[], &[operation("alert", EventType::AlertReceived, 40, json!({}))]);
    let text = offers[0].text("change_or_incident_ref").unwrap();
    assert_eq!(text, "incident INC-7, timeline ALERT_RECEIVED alert sha256:digest of alert");
}

#[test]
fn only_a_fresh_pass_of_a_probe_that_asks_what_the_application_asks_is_a_proof() {
    let proofs = |seen: Evidence| {
        let offers = of(&["no_false_green_attestation"], &[seen], &[]);
        offers.iter().flat_map(|offer| &offer.says).filter(|(datum, _)| *datum == Datum::Proof).count()
    };
    assert_eq!(proofs(probe("db", "postgres", Verdict::Pass, 10)), 2, "by its name and by its kind");
    assert_eq!(proofs(probe("db", "postgres", Verdict::Fail, 10)), 0);
    assert_eq!(proofs(probe("db", "postgres", Verdict::Pass, 3600)), 0);
    assert_eq!(proofs(probe("route", "http", Verdict::Pass, 10)), 0);
}

#[test]
fn a_field_of_ones_own_check_set_is_offered_every_probe() {
    let evidence = [probe("web", "container", Verdict::Pass, 1), probe("db", "postgres", Verdict::Pass, 2)];
    assert_eq!(of(&["our_own_ref"], &evidence, &[]).len(), 2);
}
