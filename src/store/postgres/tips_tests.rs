//! What is remembered of chains, and what is not.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::review::{ReviewAct, ReviewId};
use std::time::Duration;

fn event(incident: &str, review: &str, version: u64) -> NewReviewEvent {
    NewReviewEvent {
        id: format!("{review}-{version}"),
        review: ReviewId(review.to_owned()),
        incident_id: incident.to_owned(),
        act: ReviewAct::Submitted,
        actor: "console:ann".to_owned(),
        occurred_at: Timestamp::UNIX_EPOCH,
        expected_version: version,
    }
}

fn recorded(event: NewReviewEvent, seq: u64) -> Recorded {
    let hash = format!("hash of {seq}");
    Recorded { event, seq, recorded_at: Timestamp::UNIX_EPOCH, prev_hash: String::new(), hash }
}

/// A chain of two records of one review, and a clock.
fn two() -> (Tips, Instant) {
    let (tips, now) = (Tips::default(), Instant::now());
    tips.set_clock(Timestamp::UNIX_EPOCH, now);
    tips.stand(&[recorded(event("INC-1", "r", 0), 1), recorded(event("INC-1", "r", 1), 2)]);
    (tips, now)
}

#[test]
fn a_step_goes_on_from_the_last_record_of_its_review() {
    let (tips, now) = two();
    let (head, clock) = tips.before(&event("INC-1", "r", 2), now).unwrap();
    assert_eq!((head.scope.as_str(), head.seq, head.hash.as_str()), ("INC-1", 2, "hash of 2"));
    assert_eq!(clock, Timestamp::UNIX_EPOCH);
}

#[test]
fn a_step_on_anything_else_than_the_last_record_has_to_ask() {
    let (tips, now) = two();
    for other in [event("INC-1", "r", 1), event("INC-1", "r", 3), event("INC-1", "q", 2), event("INC-2", "r", 2)] {
        assert_eq!(tips.before(&other, now), None, "{other:?}");
    }
    tips.stand(&[recorded(event("INC-1", "q", 0), 3)]);
    assert_eq!(tips.before(&event("INC-1", "r", 2), now), None, "another review of the incident came in between");
}

#[test]
fn without_a_word_of_the_clock_of_the_server_every_step_has_to_ask() {
    let tips = Tips::default();
    tips.stand(&[recorded(event("INC-1", "r", 0), 1)]);
    assert_eq!(tips.before(&event("INC-1", "r", 1), Instant::now()), None);
}

#[test]
fn what_was_read_before_a_later_record_was_written_takes_nothing_back() {
    let (tips, now) = two();
    tips.stand(&[recorded(event("INC-1", "r", 0), 1)]);
    assert_eq!(tips.before(&event("INC-1", "r", 2), now).unwrap().0.seq, 2);
}

#[test]
fn a_chain_that_ends_elsewhere_is_forgotten() {
    let (tips, now) = two();
    tips.forget("INC-1");
    assert_eq!(tips.before(&event("INC-1", "r", 2), now), None);
}

#[test]
fn the_clock_of_the_server_is_never_thought_to_be_ahead_even_of_a_slow_one() {
    let (tips, now) = two();
    for seconds in [0, 1, 60, 300] {
        let passed = Duration::from_secs(seconds);
        let (_, clock) = tips.before(&event("INC-1", "r", 2), now + passed).unwrap();
        let said = Duration::try_from(clock.duration_since(Timestamp::UNIX_EPOCH)).unwrap();
        assert!(said <= passed.mul_f64(0.9999), "{said:?} of {passed:?}");
        assert!(passed < said + Duration::from_millis(100), "{said:?} of {passed:?}");
    }
}

#[test]
fn after_a_while_the_clock_of_the_server_is_asked_again() {
    let (tips, now) = two();
    let later = now + FRESH + Duration::from_secs(1);
    assert_eq!(tips.before(&event("INC-1", "r", 2), later), None);
    tips.set_clock(Timestamp::UNIX_EPOCH, later);
    assert!(tips.before(&event("INC-1", "r", 2), later).is_some());
}

#[test]
fn no_more_chains_are_remembered_than_there_is_room_for() {
    let (tips, now) = two();
    for n in 0..=MOST {
        tips.stand(&[recorded(event(&format!("INC-x{n}"), "r", 0), 1)]);
        assert!(tips.seen().chains.len() <= MOST);
        assert!(tips.before(&event(&format!("INC-x{n}"), "r", 1), now).is_some());
    }
}
