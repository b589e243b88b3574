//! The rounds of a wait, on a clock that the tests turn.
#![allow(clippy::unwrap_used)]

use super::super::report::SCHEMA;
use super::{LEAST_PAUSE, Plan, Report, until_verified};
use crate::evidence::{Recovery, RecoveryState, WhyNot};
use jiff::Timestamp;
use proptest::prelude::*;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn report(ids: &[&str]) -> Report {
    let why = |id: &&str| WhyNot { id: (*id).to_owned(), probe: None, text: format!("{id}\nin words") };
    let state = if ids.is_empty() { RecoveryState::VerifiedRecovery } else { RecoveryState::ClearedUnverified };
    Report {
        schema: SCHEMA,
        stack: "shop".to_owned(),
        environment: None,
        checked_at: Timestamp::UNIX_EPOCH,
        exit_code: u8::from(!ids.is_empty()),
        missing: Vec::new(),
        recovery: Recovery { state, why_not: ids.iter().map(why).collect() },
        evidence: Vec::new(),
        not_asked: Vec::new(),
        findings: Vec::new(),
        unread: Vec::new(),
    }
}

/// When each round began, in seconds, who was asked in it, and the lines that were told.
async fn rounds(every: &[u64], limit: u64, took: u64, answers: &[&[&str]]) -> (Vec<(u64, Vec<usize>)>, Vec<String>) {
    let (start, mut rounds, mut lines) = (Instant::now(), Vec::new(), Vec::new());
    let every: Vec<Duration> = every.iter().map(|seconds| s(*seconds)).collect();
    let ask = async |due: &[usize]| {
        rounds.push((start.elapsed().as_secs(), due.to_vec()));
        sleep(s(took)).await;
        report(answers.get(rounds.len() - 1).or(answers.last()).unwrap())
    };
    until_verified(&every, s(limit), ask, |line| lines.push(line.to_owned())).await;
    (rounds, lines)
}

const BAD: &[&[&str]] = &[&["evidence_stale"]];

#[tokio::test(start_paused = true)]
async fn each_probe_is_asked_at_its_own_cadence_and_all_of_them_when_time_is_up() {
    let (rounds, lines) = rounds(&[1, 15], 32, 0, BAD).await;
    let expected: [(u64, &[usize]); 7] =
        [(0, &[0, 1]), (5, &[0]), (10, &[0]), (15, &[0, 1]), (20, &[0]), (25, &[0]), (30, &[0, 1])];
    assert_eq!(rounds, expected.map(|(at, due)| (at, due.to_vec())));
    assert_eq!(lines.len(), 6);
    let seldom = self::rounds(&[3600], 20, 0, BAD).await;
    assert_eq!(seldom.0, [(0, vec![0]), (20, vec![0])]);
}

#[tokio::test(start_paused = true)]
async fn it_ends_as_soon_as_it_is_verified_and_says_nothing_more() {
    let (rounds, lines) = rounds(&[5], 300, 1, &[&["evidence_fails", "not_independent"], &[]]).await;
    assert_eq!(rounds, [(0, vec![0]), (5, vec![0])]);
    let expected = "1 of 300 s: CLEARED, UNVERIFIED - evidence_fails␊in words (and 1 more); asks again in 4 s";
    assert_eq!(lines, [expected]);
}

#[tokio::test(start_paused = true)]
async fn it_does_not_wait_for_probes_that_nobody_asks() {
    let (rounds, _) = rounds(&[5], 300, 0, &[&["evidence_fails", "not_asked"], &["not_asked"]]).await;
    assert_eq!(rounds.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_round_that_outlasts_the_wait_is_the_last() {
    assert_eq!(rounds(&[5], 10, 12, BAD).await.0, [(0, vec![0])]);
    assert_eq!(rounds(&[5], 9, 0, BAD).await.0, [(0, vec![0]), (5, vec![0])]);
}

#[tokio::test(start_paused = true)]
async fn the_layers_are_read_again_where_no_probe_is_due() {
    let none = rounds(&[], 70, 0, BAD).await.0;
    assert_eq!(none, [(0, vec![]), (30, vec![]), (60, vec![]), (70, vec![])]);
}

proptest! {
    #[test]
    fn nobody_is_asked_too_often_and_nothing_after_the_time(
        every in prop::collection::vec(1..40_u64, 0..5), limit in 5..120_u64, took in prop::collection::vec(0..20_u64, 1..8),
    ) {
        let every: Vec<Duration> = every.into_iter().map(s).collect();
        let mut plan = Plan::new(&every, s(limit));
        let mut rounds = vec![(Duration::ZERO, plan.begin(Duration::ZERO))];
        for took in took.iter().cycle() {
            let began = rounds.last().unwrap().0;
            let Some(next) = plan.next(began + s(*took)) else { break };
            prop_assert!(next >= began + LEAST_PAUSE && next >= began + s(*took) && next <= s(limit));
            rounds.push((next, plan.begin(next)));
        }
        prop_assert_eq!(rounds[0].1.len(), every.len());
        for (index, every) in every.iter().enumerate() {
            let asked: Vec<Duration> = rounds.iter().filter(|(_, due)| due.contains(&index)).map(|(at, _)| *at).collect();
            let kept = asked.windows(2).all(|pair| pair[1] >= pair[0] + *every || pair[1] == s(limit));
            prop_assert!(kept, "{asked:?} every {every:?}");
        }
    }
}
