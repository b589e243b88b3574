//! The fold of incidents: states, times, flaps, silences, statistics, and the laws of all of them.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::timeline::{Entry, EventType, NewOperation, Operation, OwnEvent, OwnKind};
use EventType::{
    AlertReceived, AutoRepairTriggered, ExecutionCompleted, ExecutionStarted, Resolved, Silenced, UserAction,
};
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::{Value, json};

const PERSON: &str = "telegram:700";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A row at this second, of INC-7, by this actor.
fn row(event_type: EventType, second: i64, actor: &str, context: Value) -> Entry {
    let row = NewOperation {
        incident_id: Some("INC-7".to_owned()),
        actor: Some(actor.to_owned()),
        success: (event_type == ExecutionCompleted).then_some(true),
        context,
        ..NewOperation::new(format!("{second:06}-{}-{actor}", event_type.name()), event_type)
    };
    Entry::Operation(Operation { row, raw_type: None, created_at: at(second) })
}

fn plain(event_type: EventType, second: i64) -> Entry {
    row(event_type, second, if event_type == UserAction { PERSON } else { "system" }, json!({}))
}

fn about(event_type: EventType, second: i64, alert: &str) -> Entry {
    row(event_type, second, "alertmanager", json!({ "alert_name": alert }))
}

/// The same without a number.
fn unnumbered(mut entry: Entry) -> Entry {
    if let Entry::Operation(operation) = &mut entry {
        operation.row.incident_id = None;
    }
    entry
}

fn proof(second: i64) -> Entry {
    Entry::Own(OwnEvent {
        id: format!("proof-{second}"),
        incident_id: Some("INC-7".to_owned()),
        kind: OwnKind::RecoveryVerified,
        subject: "INC-7".to_owned(),
        actor: Some("console:ann".to_owned()),
        summary: String::new(),
        success: None,
        context: json!({}),
        occurred_at: at(second),
        recorded_at: None,
    })
}

fn one(rows: &[Entry]) -> Incident {
    let mut found = incidents(rows);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn took(incident: &Incident, measure: Measure) -> Option<i64> {
    measure.of(incident).map(|took| took.as_secs())
}

#[test]
fn an_incident_goes_from_firing_to_acknowledged_to_cleared_to_verified_with_a_time_for_each() {
    let mut rows = vec![row(AlertReceived, 100, "alertmanager", json!({ "startsAt": "1970-01-01T00:01:10Z" }))];
    let state = |rows: &[Entry]| one(rows).state(at(100_000)).code();
    assert_eq!(state(&rows), "firing");
    rows.push(row(UserAction, 130, "auto_repair", json!({})));
    assert_eq!(state(&rows), "firing", "a program owns nothing");
    rows.push(plain(UserAction, 160));
    assert_eq!(state(&rows), "acknowledged");
    rows.push(plain(ExecutionCompleted, 200));
    assert_eq!(state(&rows), "acknowledged", "repaired is not recovered");
    rows.push(plain(Resolved, 400));
    assert_eq!(state(&rows), "cleared_unverified");
    rows.push(proof(700));
    assert_eq!(state(&rows), "verified_recovered");
    let incident = one(&rows);
    let all = Measure::ALL.map(|measure| took(&incident, measure));
    assert_eq!(all, [Some(30), Some(60), Some(100), Some(300), Some(600), Some(300)]);
    assert_eq!((incident.rows, incident.flaps, incident.name()), (6, 0, "INC-7"));
    assert_eq!(incident.actors.iter().filter(|actor| actor.class == ActorClass::Human).count(), 2);
}

#[test]
fn what_fires_again_soon_is_the_same_incident_and_is_neither_cleared_nor_owned_nor_proved() {
    let rows = [plain(AlertReceived, 0), plain(UserAction, 60), plain(Resolved, 300), proof(400)];
    let again = |second| one(&[&rows[..], &[plain(AlertReceived, second)]].concat());
    let flapped = again(300 + 15 * 60);
    assert_eq!((flapped.flaps, flapped.reopened, flapped.state(at(2_000))), (1, 0, IncidentState::Firing));
    assert_eq!((flapped.moments.claimed, flapped.moments.verified), (None, None));
    assert_eq!(flapped.moments.acknowledged, Some(at(60)), "the first time stands");
    let later = again(300 + 15 * 60 + 1);
    assert_eq!((later.flaps, later.reopened), (0, 1), "the number says that it is the same");
    // An alert that is told again while it fires is no flap.
    assert_eq!(one(&[plain(AlertReceived, 0), plain(AlertReceived, 60)]).flaps, 0);
}

#[test]
fn alerts_without_a_number_are_incidents_by_fingerprint_or_name_and_a_later_firing_is_another() {
    let print = |kind, second, print: &str| {
        unnumbered(row(kind, second, "alertmanager", json!({ "alert_name": "Down", "fingerprint": print })))
    };
    let found = incidents(&[
        print(AlertReceived, 0, "a"),
        print(AlertReceived, 1, "b"),
        print(Resolved, 10, "a"),
        print(AlertReceived, 60, "a"),
        print(Resolved, 100, "a"),
        print(AlertReceived, 10_000, "a"),
        unnumbered(about(AlertReceived, 5, "Slow")),
        unnumbered(plain(UserAction, 6)),
    ]);
    let summary = |incident: &Incident| {
        (incident.name().to_owned(), incident.rows, incident.flaps, incident.state(at(20_000)).code())
    };
    let found: Vec<_> = found.iter().map(summary).collect();
    let expected = [
        ("Down", 1, 0, "firing"),
        ("Slow", 1, 0, "firing"),
        ("Down", 1, 0, "firing"),
        ("Down", 4, 1, "cleared_unverified"),
    ];
    assert_eq!(found, expected.map(|(name, rows, flaps, state)| (name.to_owned(), rows, flaps, state)));
}

#[test]
fn an_incident_of_two_alerts_is_not_over_when_one_of_them_is() {
    let mut rows = vec![about(AlertReceived, 0, "Down"), about(AlertReceived, 5, "Slow"), about(Resolved, 60, "Down")];
    assert_eq!(one(&rows).state(at(100)), IncidentState::Firing);
    assert_eq!(took(&one(&rows), Measure::ClaimedRecovery), None);
    rows.push(about(Resolved, 90, "Slow"));
    assert_eq!(took(&one(&rows), Measure::ClaimedRecovery), Some(90));
    // One that does not say which is of any.
    assert_eq!(
        took(&one(&[rows[0].clone(), rows[1].clone(), plain(Resolved, 60)]), Measure::ClaimedRecovery),
        Some(60)
    );
}

#[test]
fn a_silence_counts_until_it_ends_and_only_where_every_alert_is_silenced() {
    let silence =
        |second, alert: &str| row(Silenced, second, PERSON, json!({ "alert_name": alert, "duration_minutes": 10 }));
    let rows = [about(AlertReceived, 0, "Down"), silence(60, "Down")];
    let silenced = one(&rows);
    assert_eq!(silenced.state(at(600)), IncidentState::Silenced);
    assert_eq!(silenced.changes_at(at(600)), Some(at(660)));
    assert_eq!(silenced.state(at(660)), IncidentState::Firing);
    let two = one(&[&rows[..], &[about(AlertReceived, 70, "Slow")]].concat());
    assert_eq!(two.state(at(600)), IncidentState::Firing);
    assert_eq!(one(&[&rows[..], &[plain(Resolved, 100)]].concat()).state(at(600)), IncidentState::ClearedUnverified);
}

#[test]
fn what_was_only_silenced_and_what_only_auto_repair_saw_do_not_count_as_anybodys_time() {
    let ask = |incident| statistics(&[incident], None, None);
    let silenced = [plain(AlertReceived, 0), plain(Silenced, 60), plain(Resolved, 9_000)];
    let left_out = ask(one(&silenced));
    assert_eq!((left_out.counted, left_out.silenced_only), (0, 1));
    assert!(left_out.measures.iter().all(|(_, summary)| summary.is_none()));
    let worked = ask(one(&[&silenced[..], &[plain(ExecutionStarted, 70)]].concat()));
    assert_eq!((worked.counted, worked.silenced_only), (1, 0));

    let alone =
        [plain(AlertReceived, 0), plain(AutoRepairTriggered, 1), plain(ExecutionCompleted, 9), plain(Resolved, 20)];
    let unseen = ask(one(&alone));
    assert_eq!(unseen.without_people, 1);
    assert_eq!(unseen.measures[1], (Measure::Acknowledge, None), "nothing, and not 0");
    // A review of it afterwards is no acknowledgement.
    let reviewed = row(UserAction, 90_000, "console:ann", json!({ "review_id": "r" }));
    assert_eq!(one(&[&alone[..], &[reviewed]].concat()).moments.acknowledged, None);
}

#[test]
fn a_beginning_is_believed_only_where_the_clocks_can_be_right() {
    let begun = |text: &str| one(&[row(AlertReceived, 3_000_000, "alertmanager", json!({ "startsAt": text }))]);
    let seconds = |text: &str| took(&begun(text), Measure::Detect);
    assert_eq!(seconds("1970-02-04T17:19:00Z"), Some(60));
    assert_eq!(seconds("1970-02-04T17:20:03Z"), Some(0), "three seconds ahead are nothing");
    let ahead = begun("1970-02-04T17:20:06Z");
    assert_eq!((ahead.moments.started, ahead.skewed), (None, true));
    assert_eq!(seconds("0001-01-01T00:00:00Z"), None);
    assert_eq!(seconds("yesterday"), None);
}

#[test]
fn what_began_before_the_rows_has_no_durations_and_says_so() {
    let cut = one(&[plain(Resolved, 100), proof(200)]);
    assert_eq!((cut.state(at(300)), cut.moments.detected), (IncidentState::VerifiedRecovered, None));
    assert_eq!(Measure::ALL.map(|measure| took(&cut, measure)), [None, None, None, None, None, Some(100)]);
    assert_eq!(statistics(&[cut], None, None).not_begun, 1);
    let again = one(&[plain(Resolved, 100), plain(AlertReceived, 200)]);
    assert_eq!((again.flaps, again.moments.detected), (1, None), "it was detected before");
    assert_eq!(one(&[plain(UserAction, 1)]).state(at(2)), IncidentState::Unknown);
    assert!(incidents(&[proof(1)]).is_empty(), "what only the console wrote is no incident");
}

#[test]
fn numbers_are_of_the_incidents_that_began_in_the_time_with_the_median_and_the_nearest_rank() {
    let incident = |n: i64, lasts: i64| {
        let number = |mut entry: Entry| {
            if let Entry::Operation(operation) = &mut entry {
                operation.row.incident_id = Some(format!("INC-{n}"));
            }
            entry
        };
        [number(plain(AlertReceived, n * 1_000)), number(plain(Resolved, n * 1_000 + lasts))]
    };
    let found = incidents(&(1..=4).flat_map(|n| incident(n, n * 10)).collect::<Vec<_>>());
    let claimed = |since, until| statistics(&found, since, until).measures[3].1;
    let seconds = SignedDuration::from_secs;
    assert_eq!(claimed(None, None), Some(Summary { n: 4, median: seconds(25), p90: seconds(40) }));
    assert_eq!(
        claimed(Some(at(2_000)), Some(at(4_000))),
        Some(Summary { n: 2, median: seconds(25), p90: seconds(30) })
    );
    assert_eq!(claimed(Some(at(9_000)), None), None);
}

#[test]
fn the_filter_of_an_incident_fits_its_rows_and_no_others() {
    use crate::timeline::filter::Filter;
    use jiff::tz::TimeZone;
    let mut rows = vec![
        about(AlertReceived, 0, "a \"quoted\" name"),
        unnumbered(about(AlertReceived, 1, "a \"quoted\" name")),
        unnumbered(about(Resolved, 2, "a \"quoted\" name")),
        unnumbered(about(AlertReceived, 5_000, "a \"quoted\" name")),
    ];
    rows.push(unnumbered(row(AlertReceived, 3, "x", json!({ "alert_name": "a \"quoted\" name", "fingerprint": "f" }))));
    // From old records: it happened long before it stands in the log.
    let old = json!({ "alert_name": "old", "occurred_at": at(-90_000).to_string(), "backfill": "incidents" });
    rows.extend([7_000, 7_001].map(|seconds| unnumbered(row(AlertReceived, seconds, "x", old.clone()))));
    for incident in incidents(&rows) {
        let last = incident.moments.claimed.map(|_| incident.stands.1);
        let filter = Filter::parse(&incident.key.filter(incident.stands.0, last), &TimeZone::UTC).unwrap();
        let fitting = rows.iter().filter(|row| filter.matches(row, at(9_000))).count();
        assert_eq!(fitting, incident.rows, "{filter}");
    }
}

/// Any rows of one incident; several may stand at one moment.
fn any_rows() -> impl Strategy<Value = Vec<Entry>> {
    let kinds = [AlertReceived, Resolved, UserAction, ExecutionCompleted, Silenced, AutoRepairTriggered];
    let any = (0..kinds.len() + 1, 0_i64..40, 0..3_usize).prop_map(move |(kind, minute, alert)| {
        let second = minute * 60;
        match kinds.get(kind) {
            None => proof(second),
            Some(UserAction) => plain(UserAction, second),
            Some(kind) => about(*kind, second, ["Down", "Slow", "Full"][alert]),
        }
    });
    proptest::collection::vec(any, 1..24).prop_map(numbered)
}

/// Ids are unique in a log.
fn numbered(mut rows: Vec<Entry>) -> Vec<Entry> {
    for (at, row) in rows.iter_mut().enumerate() {
        match row {
            Entry::Operation(operation) => operation.row.id = format!("row-{at}"),
            Entry::Own(event) => event.id = format!("own-{at}"),
        }
    }
    rows
}

proptest! {
    #[test]
    fn the_order_of_the_rows_does_not_matter(rows in any_rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))) {
        prop_assert_eq!(incidents(&rows.0), incidents(&rows.1));
    }

    #[test]
    fn no_duration_is_below_zero_and_nothing_is_verified_before_it_was_claimed(rows in any_rows()) {
        for incident in incidents(&rows) {
            let Moments { claimed, verified, .. } = incident.moments;
            prop_assert!(verified.is_none() || claimed.is_some_and(|claimed| verified >= Some(claimed)));
            let [.., claimed, verified, gap] = Measure::ALL.map(|measure| measure.of(&incident));
            prop_assert!(verified.is_none() || verified >= claimed);
            prop_assert_eq!(verified.is_some() && claimed.is_some(), gap.is_some() && incident.moments.detected.is_some());
            let is_open = incident.state(at(1)).is_open();
            prop_assert!(!is_open || (incident.moments.claimed.is_none() && gap.is_none()));
        }
    }

    #[test]
    fn a_later_row_of_something_else_changes_nothing(rows in any_rows(), other in 0..2_usize) {
        let later = match other {
            0 => unnumbered(plain(UserAction, 90_000)),
            _ => unnumbered(about(AlertReceived, 90_000, "Elsewhere")),
        };
        let with = incidents(&[&rows[..], &[later]].concat());
        let numbered: Vec<_> = with.into_iter().filter(|incident| incident.key.number().is_some()).collect();
        prop_assert_eq!(numbered, incidents(&rows));
    }

    #[test]
    fn a_later_alert_takes_every_claim_back(rows in any_rows()) {
        let with = one(&[&rows[..], &[about(AlertReceived, 90_000, "Down")]].concat());
        prop_assert!(with.state(at(90_001)).is_open());
        prop_assert_eq!(with.moments.verified, None);
    }

    #[test]
    fn only_a_proof_verifies(rows in any_rows()) {
        let unproved: Vec<Entry> = rows.into_iter().filter(|row| matches!(row, Entry::Operation(_))).collect();
        for incident in incidents(&unproved) {
            prop_assert_ne!(incident.state(at(1)), IncidentState::VerifiedRecovered);
        }
    }
}
