//! The grammar of successors: what is missing, what is late, what waits, and the laws of it.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::timeline::filter::Filter;
use EventType::{AlertReceived, AutoRepairTriggered, ExecutionCompleted, ExecutionStarted, TelegramSent};
use jiff::tz::TimeZone;
use proptest::prelude::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn row(event_type: EventType, second: i64, change: impl FnOnce(&mut NewOperation)) -> Entry {
    let mut row = NewOperation {
        incident_id: Some("INC-7".to_owned()),
        ..NewOperation::new(format!("{second:06}-{}", event_type.name()), event_type)
    };
    change(&mut row);
    Entry::Operation(Operation { row, raw_type: None, created_at: at(second) })
}

fn plain(event_type: EventType, second: i64) -> Entry {
    row(event_type, second, |_| {})
}

/// Each as its rule, when it was due, and how it stands with a log read up to then.
fn asked(rows: &[Entry], read_at: i64) -> Vec<(String, i64, Standing)> {
    let found = expected(rows, &Grammar::builtin());
    found.iter().map(|row| (row.rule.clone(), row.due.as_second(), row.standing(at(read_at)))).collect()
}

#[test]
fn an_alert_that_nobody_was_told_of_is_missing_once_its_time_is_over_and_the_log_was_read_after_it() {
    let rows = [plain(AlertReceived, 100)];
    let told = |read_at| asked(&rows, read_at)[0].clone();
    assert_eq!(told(160), ("alert-told".to_owned(), 160, Standing::Waiting));
    assert_eq!(told(164).2, Standing::Waiting, "it may be committed and not read yet");
    assert_eq!(told(165).2, Standing::Overdue);
    assert_eq!(missing(&rows, &Grammar::builtin(), at(165)).len(), 1);
    assert!(missing(&rows, &Grammar::builtin(), at(164)).is_empty());
}

#[test]
fn what_came_in_time_is_not_expected_and_what_came_late_is_late_and_not_missing() {
    let with = |second| asked(&[plain(AlertReceived, 100), plain(TelegramSent, second)], 10_000);
    assert!(with(100).is_empty() && with(160).is_empty());
    assert_eq!(with(190)[0].2, Standing::Late(SignedDuration::from_secs(30)));
    assert_eq!(with(99)[0].2, Standing::Overdue, "what came before is no answer");
    // What was sent after the next alert was for that one.
    let twice = [plain(AlertReceived, 100), plain(AlertReceived, 900), plain(TelegramSent, 902)];
    assert_eq!(asked(&twice, 10_000), [("alert-told".to_owned(), 160, Standing::Overdue)]);
    // One message may tell of both.
    let both = [plain(AlertReceived, 100), plain(AlertReceived, 110), plain(TelegramSent, 112)];
    assert!(asked(&both, 10_000).is_empty());
}

#[test]
fn what_was_not_sent_and_what_is_of_another_incident_is_no_answer() {
    let failed = row(TelegramSent, 101, |row| row.success = Some(false));
    let other = row(TelegramSent, 102, |row| row.incident_id = Some("INC-8".to_owned()));
    let mut rows = vec![plain(AlertReceived, 100), failed, other];
    assert_eq!(asked(&rows, 10_000).len(), 1);
    rows.push(row(TelegramSent, 103, |row| row.success = Some(true)));
    assert!(asked(&rows, 10_000).is_empty());
    // Rows that say of no incident can't be told apart.
    let nameless = row(AlertReceived, 100, |row| row.incident_id = None);
    assert!(asked(&[nameless], 10_000).is_empty());
}

#[test]
fn an_execution_ends_by_its_own_end_and_not_by_that_of_another() {
    let run = |kind, second, id: &str| row(kind, second, |row| row.auto_repair_id = Some(id.to_owned()));
    let rows = [run(ExecutionStarted, 0, "a"), run(ExecutionStarted, 1, "b"), run(ExecutionCompleted, 30, "b")];
    let ends: Vec<_> =
        expected(&rows, &Grammar::builtin()).into_iter().filter(|row| row.rule == "execution-ends").collect();
    assert_eq!(ends.len(), 1);
    assert_eq!((ends[0].after.as_str(), ends[0].due), ("000000-EXECUTION_STARTED", at(900)));
    assert_eq!(ends[0].words(), "within 15 min of EXECUTION_STARTED");
}

#[test]
fn auto_repair_needs_an_approval_and_misses_it_at_once() {
    let rows = [plain(AutoRepairTriggered, 50), row(AutoRepairTriggered, 60, |row| row.approval_id = Some("a".into()))];
    let found = missing(&rows, &Grammar::builtin(), at(50));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].what.clone(), found[0].due), (What::Field("approval".to_owned()), at(50)));
    assert_eq!(found[0].words(), "with AUTO_REPAIR_TRIGGERED");
    assert!(expected(&rows, &Grammar::none()).is_empty());
}

#[test]
fn a_missing_row_is_asked_by_filters_as_the_row_that_it_would_be() {
    let found = missing(&[plain(AlertReceived, 100)], &Grammar::builtin(), at(1_000));
    let fits = |text: &str| Filter::parse(text, &TimeZone::UTC).unwrap().matches(&found[0].as_asked(), at(1_000));
    assert!(fits("type=TELEGRAM_SENT incident=INC-7"));
    assert!(!fits("type=USER_ACTION") && !fits("incident=INC-8"));
}

fn any_rows() -> impl Strategy<Value = Vec<Entry>> {
    let any = (0..5_usize, 0_i64..400).prop_map(|(kind, second)| {
        let kinds = [AlertReceived, TelegramSent, ExecutionStarted, ExecutionCompleted, AutoRepairTriggered];
        plain(kinds[kind], second * 10)
    });
    proptest::collection::vec(any, 0..24)
}

proptest! {
    #[test]
    fn the_order_of_the_rows_does_not_matter(rows in any_rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))) {
        prop_assert_eq!(expected(&rows.0, &Grammar::builtin()), expected(&rows.1, &Grammar::builtin()));
    }

    #[test]
    fn a_row_that_comes_late_never_makes_more_missing_and_a_log_read_later_never_makes_less(rows in any_rows(), read in 0_i64..5_000) {
        let grammar = Grammar::builtin();
        let before = missing(&rows, &grammar, at(read)).len();
        prop_assert!(missing(&rows, &grammar, at(read + 60)).len() >= before);
        let told = [&rows[..], &[plain(TelegramSent, 4_500)]].concat();
        prop_assert!(missing(&told, &grammar, at(read)).len() <= before);
    }

    #[test]
    fn what_is_late_came_after_it_was_due(rows in any_rows()) {
        for expected in expected(&rows, &Grammar::builtin()) {
            prop_assert!(expected.came.is_none_or(|came| came > expected.due));
            prop_assert!(expected.due >= expected.since);
        }
    }
}
