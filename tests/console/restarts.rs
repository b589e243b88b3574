//! A container is started anew: it is read back 30 s and 60 s later, recorded, and offered to the review. And
//! the second clock: a recovery is verified once, for every console. On a virtual clock, with a real store.

use crate::support::rig::Rig;
use crate::support::scene;
use jiff::{SignedDuration, Timestamp};
use readback::app::{Event, Facts};
use readback::env::{Layer, Matrix};
use readback::evidence::{Evidence, Fact, Quantity, RecoveryState, STARTED_AT, Source, Unknown, Verdict};
use readback::timeline::incident::IncidentState;
use readback::timeline::{Entry, EventType, NewOperation, OwnEvent, OwnKind};
use serde_json::json;
use std::path::Path;
use std::time::Duration;

const ID: &str = "4f66ad9a0b1c";

fn at(base: Timestamp, seconds: i64) -> Timestamp {
    base.checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

fn seen(probe: &str, kind: &str, verdict: Verdict, now: Timestamp) -> Evidence {
    Evidence {
        probe: probe.into(),
        kind: kind.to_owned(),
        claim: format!("{probe} works"),
        verdict,
        reason: None,
        observed_at: now,
        as_of: now,
        source: Source {
            observer: "readback@test".to_owned(),
            vantage: format!("vantage of {kind}"),
            credential: format!("credential of {kind}"),
            code_path: kind.to_owned(),
        },
        summary: format!("{probe} said {}", verdict.word()),
        hint: None,
        facts: Vec::new(),
        half_life: Duration::from_mins(5),
        required: true,
        needs: Vec::new(),
    }
}

fn web(verdict: Verdict, container: &str, started_at: Timestamp, now: Timestamp) -> Evidence {
    let facts = vec![Fact::text("container id", container), Fact::new(STARTED_AT, Quantity::At(started_at))];
    Evidence { facts, ..seen("web", "container", verdict, now) }
}

async fn console(url: &str, folder: &Path, seed: u8, now: Timestamp) -> Rig {
    let never = Verdict::Unknown(Unknown::NeverRun);
    let probes = vec![seen("web", "container", never, now), seen("database", "postgres", never, now)];
    let mut rig = Rig::start_with(url, folder, seed, probes, now).await;
    rig.until("the store is read", |facts| facts.log.read).await;
    rig
}

async fn judged(rig: &mut Rig, evidence: Evidence) {
    rig.take(Event::Judged(Box::new(evidence))).await;
}

/// The console's own events of a kind, newest first.
fn own(facts: &Facts, kind: OwnKind) -> Vec<OwnEvent> {
    let own = |entry: &Entry| match entry {
        Entry::Own(event) if event.kind == kind => Some(event.clone()),
        _ => None,
    };
    facts.log.entries.iter().filter_map(own).collect()
}

/// A console that has seen the container well, and then started anew; returns when it was started.
async fn restarted(rig: &mut Rig, container: &str) -> Timestamp {
    let long_ago = at(rig.now, -3_600);
    let now = rig.now;
    judged(rig, web(Verdict::Pass, ID, long_ago, now)).await;
    judged(rig, seen("database", "postgres", Verdict::Pass, now)).await;
    rig.later(10).await;
    let start = rig.now;
    rig.later(5).await;
    let now = rig.now;
    judged(rig, web(Verdict::Warn, container, start, now)).await;
    rig.until("the restart is recorded", |facts| !own(facts, OwnKind::RestartSeen).is_empty()).await;
    start
}

#[tokio::test]
async fn a_restart_is_read_back_at_30_and_60_seconds_and_the_pair_is_offered_to_the_review() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console("memory:", folder.path(), 1, scene::now()).await;
    let start = restarted(&mut rig, ID).await;
    assert!(rig.asked.is_empty());
    rig.later(25).await;
    assert_eq!(rig.asked, ["web", "database"], "30 s after the start");
    let now = rig.now;
    judged(&mut rig, web(Verdict::Warn, ID, start, now)).await;
    judged(&mut rig, seen("database", "postgres", Verdict::Pass, now)).await;
    rig.later(30).await;
    assert_eq!(rig.asked.len(), 4, "60 s after the start");
    let now = rig.now;
    judged(&mut rig, web(Verdict::Pass, ID, start, now)).await;
    judged(&mut rig, seen("database", "postgres", Verdict::Pass, now)).await;
    rig.until("it is read back", |facts| !own(facts, OwnKind::RestartRead).is_empty()).await;
    let pair = own(rig.app.facts(), OwnKind::RestartRead).remove(0);
    assert_eq!((pair.success, pair.context["outcome"].as_str()), (Some(true), Some("pass")));
    assert!(pair.recorded_at.is_some());
    let rounds = pair.context["after"]["rounds"].as_array().unwrap();
    assert_eq!(rounds.len(), 2);
    assert_eq!(rounds[0]["looked"]["checks"][0]["verdict"], json!("warn"));
    assert_eq!(pair.context["before"]["looked"]["checks"][0]["verdict"], json!("pass"));

    // The review of the first candidate can refer to it.
    rig.press("4 enter y").await;
    rig.settled().await;
    let contract = rig.app.facts().contract.clone();
    let place = contract.checks.iter().position(|check| check.id == "before_after_service_state_present").unwrap();
    for _ in 0..place {
        rig.press("j").await;
    }
    // What a probe sees now stands before it.
    let facts = rig.app.facts();
    let fields = &contract.checks[place].fields;
    let digest = |id: &str| facts.margin.digest(id);
    let incident = &facts.setting.incident;
    let offered = readback::review::offers(fields, incident, &facts.evidence, &facts.log.entries, digest, facts.now);
    let at = offered.iter().position(|offer| offer.evidence.id == pair.id).unwrap();
    rig.press("enter").await;
    for _ in 0..at {
        rig.press("j").await;
    }
    rig.press("i").await;
    rig.settled().await;
    rig.press("i").await;
    rig.settled().await;
    let facts = rig.app.facts();
    let candidate = &facts.snapshot.as_ref().unwrap().candidates[0].id;
    let review = facts.book.latest(candidate).unwrap();
    for (field, side) in [("before_service_state_ref", "before"), ("after_service_state_ref", "after")] {
        let value = review.value(field).expect(field);
        let digest = pair.context[side]["digest"].as_str().unwrap();
        assert_eq!(value, format!("readback event {} {side} sha256:{digest}", pair.id));
    }
    rig.end().await;
}

#[tokio::test]
async fn what_failed_after_the_restart_fails_the_readback_and_says_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console("memory:", folder.path(), 1, scene::now()).await;
    let start = restarted(&mut rig, "another-one0").await;
    rig.later(60).await;
    let now = rig.now;
    judged(&mut rig, web(Verdict::Pass, "another-one0", start, now)).await;
    judged(&mut rig, seen("database", "postgres", Verdict::Fail, now)).await;
    rig.until("it is read back", |facts| !own(facts, OwnKind::RestartRead).is_empty()).await;
    let pair = own(rig.app.facts(), OwnKind::RestartRead).remove(0);
    assert_eq!((pair.success, pair.context["how"].as_str()), (Some(false), Some("recreated")));
    assert_eq!(pair.context["after"]["rounds"][0]["looked"], json!(null), "the first look was missed, and says so");
    let differs = pair.context["differs"].to_string();
    assert!(differs.contains("database: pass before, FAIL after") && differs.contains("container id"), "{differs}");
    rig.end().await;
}

#[tokio::test]
async fn who_does_not_answer_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console("memory:", folder.path(), 1, scene::now()).await;
    let start = restarted(&mut rig, ID).await;
    rig.later(60).await;
    let now = rig.now;
    judged(&mut rig, web(Verdict::Pass, ID, start, now)).await;
    rig.later(21).await;
    rig.until("it is read back", |facts| !own(facts, OwnKind::RestartRead).is_empty()).await;
    let pair = own(rig.app.facts(), OwnKind::RestartRead).remove(0);
    assert_eq!((pair.success, pair.context["outcome"].as_str()), (None, Some("unknown")));
    assert!(pair.summary.contains("no answer in time"), "{}", pair.summary);
    rig.end().await;
}

#[tokio::test]
async fn a_crash_loop_fails_the_readback_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console("memory:", folder.path(), 1, scene::now()).await;
    restarted(&mut rig, ID).await;
    for _ in 0..5 {
        rig.later(20).await;
        let now = rig.now;
        judged(&mut rig, web(Verdict::Warn, ID, at(now, -2), now)).await;
    }
    rig.until("it failed", |facts| !own(facts, OwnKind::RestartRead).is_empty()).await;
    let facts = rig.app.facts();
    let told = own(facts, OwnKind::RestartRead);
    assert_eq!((told.len(), told[0].success), (1, Some(false)));
    assert!(told[0].summary.contains("started again"), "{}", told[0].summary);
    assert_eq!(own(facts, OwnKind::RestartSeen).len(), 1);
    rig.end().await;
}

#[tokio::test]
async fn a_console_that_quits_in_between_leaves_an_interrupted_readback_and_no_reference() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let mut rig = console(&url, folder.path(), 1, scene::now()).await;
    let start = restarted(&mut rig, ID).await;
    let now = rig.now;
    rig.end().await;

    let mut rig = console(&url, folder.path(), 2, at(now, 60)).await;
    let now = rig.now;
    judged(&mut rig, web(Verdict::Pass, ID, start, now)).await;
    judged(&mut rig, seen("database", "postgres", Verdict::Pass, now)).await;
    assert!(own(rig.app.facts(), OwnKind::RestartRead).is_empty(), "another console may be at it");
    rig.later(100).await;
    rig.until("it was interrupted", |facts| !own(facts, OwnKind::RestartRead).is_empty()).await;
    let pair = own(rig.app.facts(), OwnKind::RestartRead).remove(0);
    assert_eq!((pair.success, pair.context["outcome"].as_str()), (None, Some("interrupted")));
    let facts = rig.app.facts();
    let fields = ["after_service_state_ref".to_owned()];
    let digest = |id: &str| facts.margin.digest(id);
    assert!(readback::review::offers(&fields, "INC-TEST-1", &[], &facts.log.entries, digest, facts.now).is_empty());
    rig.end().await;
}

/// A stack whose layers all agree.
fn agreeing() -> Matrix {
    let mut matrix = scene::matrix();
    matrix.rows.truncate(1);
    matrix.rows[0].cells[Layer::ALL.iter().position(|layer| *layer == Layer::Secret).unwrap()] =
        matrix.rows[0].cells[1].clone();
    let last = matrix.rows[0].cells.len() - 1;
    matrix.rows[0].cells[last] = matrix.rows[0].cells[1].clone();
    matrix.unread.clear();
    matrix
}

fn row(id: &str, event_type: EventType) -> NewOperation {
    NewOperation {
        incident_id: Some("INC-7".to_owned()),
        actor: Some("alertmanager".to_owned()),
        context: json!({"alert_name": "OdooDown"}),
        ..NewOperation::new(id, event_type)
    }
}

async fn proved(rig: &mut Rig) {
    let now = rig.now;
    rig.take(Event::EnvCompared(Box::new(agreeing()))).await;
    judged(rig, web(Verdict::Pass, ID, at(now, -3_600), now)).await;
    judged(rig, seen("database", "postgres", Verdict::Pass, now)).await;
}

#[tokio::test]
async fn no_proof_is_recorded_of_one_alert_while_another_of_the_incident_fires() {
    use readback::store::{Access, AnyStore, Store, StoreUrl};
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let store = AnyStore::open(&StoreUrl::parse(&url).unwrap(), Access::ReadWrite).await.unwrap();
    let other =
        |id: &str, event_type| NewOperation { context: json!({"alert_name": "RedisDown"}), ..row(id, event_type) };
    store.append(&other("0d00c0de-0000-4000-8000-000000000001", EventType::AlertReceived)).await.unwrap();
    store.append(&row("0d00c0de-0000-4000-8000-000000000002", EventType::AlertReceived)).await.unwrap();
    store.append(&row("0d00c0de-0000-4000-8000-000000000003", EventType::Resolved)).await.unwrap();
    let mut console = console(&url, folder.path(), 1, at(Timestamp::now(), 60)).await;
    proved(&mut console).await;
    let incident = console.app.facts().latest_incident().unwrap();
    assert_eq!(incident.state(console.app.facts().now), IncidentState::Firing);
    store.append(&other("0d00c0de-0000-4000-8000-000000000004", EventType::Resolved)).await.unwrap();
    console.until("the other is resolved, and proved", |facts| !own(facts, OwnKind::RecoveryVerified).is_empty()).await;
    let proofs = own(console.app.facts(), OwnKind::RecoveryVerified);
    assert_eq!(proofs.len(), 1);
    assert_eq!(proofs[0].context["resolved"], "0d00c0de-0000-4000-8000-000000000004");
}

#[tokio::test]
async fn what_was_seen_before_the_claim_does_not_prove_it() {
    use readback::store::{Access, AnyStore, Store, StoreUrl};
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let store = AnyStore::open(&StoreUrl::parse(&url).unwrap(), Access::ReadWrite).await.unwrap();
    store.append(&row("0d00c0de-0000-4000-8000-000000000001", EventType::AlertReceived)).await.unwrap();
    let mut console = console(&url, folder.path(), 1, Timestamp::now()).await;
    proved(&mut console).await;
    store.append(&row("0d00c0de-0000-4000-8000-000000000002", EventType::Resolved)).await.unwrap();
    console.until("it is resolved", |facts| facts.log.entries.len() == 2).await;
    console.later(1).await;
    let incident = console.app.facts().latest_incident().unwrap();
    assert_eq!(incident.state(console.app.facts().now), IncidentState::ClearedUnverified);
    console.later(29).await;
    proved(&mut console).await;
    console.until("the proof is recorded", |facts| !own(facts, OwnKind::RecoveryVerified).is_empty()).await;
    console.end().await;
}

#[tokio::test]
async fn the_second_clock_stops_once_and_every_console_shows_the_same() {
    use readback::store::{Access, AnyStore, Store, StoreUrl};
    let folder = tempfile::tempdir().unwrap();
    let (mine, theirs) = (folder.path().join("mine"), folder.path().join("theirs"));
    std::fs::create_dir(&mine).unwrap();
    std::fs::create_dir(&theirs).unwrap();
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let store = AnyStore::open(&StoreUrl::parse(&url).unwrap(), Access::ReadWrite).await.unwrap();
    store.append(&row("0d00c0de-0000-4000-8000-000000000001", EventType::AlertReceived)).await.unwrap();
    store.append(&row("0d00c0de-0000-4000-8000-000000000002", EventType::Resolved)).await.unwrap();
    // The store has a clock of its own: the console's runs behind it.
    let start = at(Timestamp::now(), 60);
    let mut first = console(&url, &mine, 1, start).await;
    let cleared = first.app.facts().latest_incident().expect("an incident").clone();
    assert_eq!(cleared.state(first.app.facts().now), IncidentState::ClearedUnverified);
    assert!(first.screen().contains("verified not yet"), "{}", first.screen());

    proved(&mut first).await;
    assert_eq!(first.app.facts().recovery.state, RecoveryState::VerifiedRecovery, "{:?}", first.app.facts().recovery);
    first.until("the proof is recorded", |facts| !own(facts, OwnKind::RecoveryVerified).is_empty()).await;
    let verified = first.app.facts().latest_incident().unwrap().clone();
    assert_eq!(verified.state(first.app.facts().now), IncidentState::VerifiedRecovered);
    assert!(verified.moments.verified > verified.moments.claimed);

    // A console that sees it green later records nothing else.
    let mut second = console(&url, &theirs, 2, at(start, 120)).await;
    proved(&mut second).await;
    second.later(1).await;
    assert_eq!(second.app.facts().latest_incident(), Some(&verified));
    store.append(&row("0d00c0de-0000-4000-8000-000000000003", EventType::UserAction)).await.unwrap();
    second.until("the next row", |facts| facts.log.entries.len() >= 4).await;
    assert_eq!(own(second.app.facts(), OwnKind::RecoveryVerified).len(), 1);
    assert!(second.screen().contains("RECOVERY_VERIFIED") || second.screen().contains("verified"));
    first.end().await;
    second.end().await;
}
