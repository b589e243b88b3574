//! The hash chain: what it holds, and what breaks it.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::review::{ReviewAct, ReviewId};
use proptest::prelude::*;

fn event(incident: &str, n: u64) -> NewReviewEvent {
    NewReviewEvent {
        id: format!("{incident}-{n}"),
        review: ReviewId(format!("review-{incident}")),
        incident_id: incident.to_owned(),
        expected_version: n,
        actor: "console:ann".to_owned(),
        occurred_at: Timestamp::from_microsecond(1_700_000_000_000_000).unwrap(),
        act: ReviewAct::FieldSet { field: "impact".to_owned(), value: format!("步驟 {n}"), diligence: None },
    }
}

fn chain(incident: &str, length: u64) -> (Vec<Recorded>, Head) {
    let mut head = Head::genesis(incident);
    let mut records = Vec::new();
    for n in 0..length {
        let clock = Timestamp::from_nanosecond(1_700_000_000_123_456_789 + i128::from(n)).unwrap();
        let (recorded, _) = seal(&event(incident, n), &head, clock).unwrap();
        head.seq = recorded.seq;
        head.hash.clone_from(&recorded.hash);
        head.recorded_at = recorded.recorded_at;
        records.push(recorded);
    }
    (records, head)
}

#[test]
fn a_chain_holds_and_its_clock_is_cut_to_microseconds_and_never_goes_back() {
    let (records, head) = chain("INC-1", 5);
    assert_eq!(records[0].recorded_at.as_nanosecond(), 1_700_000_000_123_456_000);
    assert_eq!(verify_chain(&records), Ok(()));
    assert_eq!(verify_heads(&records, std::slice::from_ref(&head)), Ok(()));
    let (late, _) = seal(&event("INC-1", 5), &head, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(late.recorded_at, head.recorded_at);
}

#[test]
fn a_tail_cut_off_and_a_chain_without_a_head_are_seen() {
    let (mut records, head) = chain("INC-1", 3);
    assert_eq!(verify_heads(&records, &[]).unwrap_err().why, BreakKind::Head);
    records.pop();
    assert_eq!(verify_chain(&records), Ok(()));
    let broken = verify_heads(&records, &[head]).unwrap_err();
    assert_eq!((broken.seq, broken.why), (3, BreakKind::Head));
}

#[test]
fn bytes_that_say_the_same_in_another_way_do_not_hold() {
    let (recorded, body) = seal(&event("INC-1", 0), &Head::genesis("INC-1"), Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(open(&body, &recorded.hash), Some(recorded.clone()));
    let spaced = [b" ", body.as_slice()].concat();
    let read = open(&spaced, &recorded.hash).unwrap();
    assert_eq!(verify_chain(&[read]).unwrap_err().why, BreakKind::Changed);
    assert_eq!(open(&body[1..], &recorded.hash), None);
}

proptest! {
    #[test]
    fn what_is_hashed_is_the_canonical_json_of_the_record(
        value in "\\PC{0,12}",
        before in "[0-9a-f]{64}|\\PC{0,6}",
        micros in -62_000_000_000_000_000i64..250_000_000_000_000_000,
        seq in 0u64..1 << 60,
    ) {
        let mut event = event("INC-1", 0);
        event.act = ReviewAct::FieldSet { field: value.clone(), value, diligence: None };
        let recorded_at = Timestamp::from_microsecond(micros).unwrap();
        let json = serde_json::json!({"event": event, "prev_hash": before, "recorded_at": recorded_at, "seq": seq});
        let body = body(&event, &before, recorded_at, seq);
        prop_assert_eq!(String::from_utf8(body), String::from_utf8(guard::canonical(&json)));
    }

    #[test]
    fn a_record_changed_moved_or_taken_away_is_named(at in 0usize..8, how in 0..4) {
        let (mut records, head) = chain("INC-1", 8);
        let (others, other_head) = chain("INC-2", 8);
        match how {
            0 => records[at].event.actor.push('x'),
            1 => records[at].recorded_at += jiff::SignedDuration::from_micros(1),
            2 => records[at].hash = GENESIS.to_owned(),
            _ => drop(records.remove(at)),
        }
        let mixed: Vec<_> = records.into_iter().zip(others.clone()).flat_map(|(a, b)| [b, a]).collect();
        let rest = &others[mixed.len() / 2..];
        let all = [mixed, rest.to_vec()].concat();
        let broken = verify_heads(&all, &[head, other_head]).unwrap_err();
        prop_assert_eq!(broken.scope, "INC-1");
        let named = at as u64 + if how == 3 && at < 7 { 2 } else { 1 };
        prop_assert_eq!(broken.seq, named);
    }
}
