//! Old records that are put in today tell of the past.
#![allow(clippy::unwrap_used)]

use super::expected::{Grammar, missing};
use super::incident::{IncidentState, Measure, incidents, latest};
use super::{Entry, EventType, NewOperation, Operation, claims, refired};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

fn row(event_type: EventType, incident: &str, minute: i64, claimed: Option<i64>) -> Entry {
    let at = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
    let context = match claimed {
        Some(claimed) => json!({ "alert_name": "x", "backfill": "incidents", "occurred_at": at(claimed).to_string() }),
        None => json!({ "alert_name": "x" }),
    };
    let row = NewOperation {
        incident_id: Some(incident.to_owned()),
        context,
        ..NewOperation::new(format!("{incident}-{minute}"), event_type)
    };
    Entry::Operation(Operation { row, raw_type: None, created_at: at(minute) })
}

#[test]
fn an_old_record_that_is_put_in_today_is_no_alert_of_today_and_no_claim() {
    use EventType::{AlertReceived, Resolved};
    let log = [
        row(Resolved, "old", 1_003, Some(45)),
        row(AlertReceived, "old", 1_002, Some(5)),
        row(Resolved, "new", 1_000, None),
        row(AlertReceived, "new", 990, None),
    ];
    assert_eq!(claims(&log, Timestamp::MIN), [2]);
    assert_eq!(refired(&log), None);
    let found = incidents(&log);
    assert_eq!(latest(&found).unwrap().key.number(), Some("new"));
    let old = found.iter().find(|incident| incident.key.number() == Some("old")).unwrap();
    assert_eq!(Measure::ClaimedRecovery.of(old), Some(SignedDuration::from_mins(40)));
}

#[test]
fn an_alert_that_only_old_records_tell_of_is_not_said_to_fire_and_nothing_is_expected_after_it() {
    let log = [row(EventType::AlertReceived, "old", 1_002, Some(5))];
    let now = Timestamp::from_second(2_000 * 60).unwrap();
    assert_eq!(incidents(&log)[0].state(now), IncidentState::Unknown);
    assert_eq!(latest(&incidents(&log)), None);
    assert_eq!(missing(&log, &Grammar::builtin(), now), []);
}
