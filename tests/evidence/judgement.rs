//! Laws of the judgement: what is added that fails or is stale never makes it better, and neither does what is
//! taken away, whatever else stands, with restarts and all circumstances.

use crate::support::seen::{self, HALF_LIFE, ago, now};
use jiff::SignedDuration;
use proptest::prelude::*;
use readback::evidence::false_green::{Scene, holds_until, of_log};
use readback::evidence::gate::{Circumstances, Known, recovery};
use readback::evidence::{Evidence, Fact, Quantity, RecoveryState, STARTED_AT, Unknown, Verdict};
use readback::probes::KINDS;
use readback::timeline::{Entry, EventType, NewOperation, Operation};
use std::time::Duration;

#[test]
fn evidence_of_every_kind_outlives_a_look_that_was_missed_and_not_a_quarter_of_an_hour() {
    for kind in KINDS {
        let missed_one = kind.every * 2 + kind.timeout;
        assert!(kind.half_life >= missed_one, "{}: {:?} of {missed_one:?}", kind.name, kind.half_life);
        assert!(kind.half_life <= Duration::from_mins(15), "{}: {:?}", kind.name, kind.half_life);
    }
}

/// One of the probes that are configured: what is expected to be seen is fixed by the configuration.
fn seen(at: usize, verdict: Verdict, age: i64, started: Option<i64>, required: bool) -> Evidence {
    let kind = ["http", "container", "postgres", "redis", "tcp", "command"][at % 6];
    let facts = started.map(|age| Fact::new(STARTED_AT, Quantity::At(ago(age)))).into_iter().collect();
    Evidence { facts, required, ..seen::seen(&format!("p{at}"), kind, verdict, age) }
}

fn verdicts() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        4 => Just(Verdict::Pass),
        1 => Just(Verdict::Warn),
        1 => Just(Verdict::Fail),
        1 => Just(Verdict::Unknown(Unknown::TimedOut)),
        1 => Just(Verdict::Unknown(Unknown::Void)),
    ]
}

fn stack() -> impl Strategy<Value = Vec<Evidence>> {
    let one = (verdicts(), -20..1_000_i64, proptest::option::of(-10..2_000_i64), proptest::bool::weighted(0.8));
    proptest::collection::vec(one, 1..7).prop_map(|rows| {
        let of = |(at, (verdict, age, started, required)): (usize, (_, _, Option<i64>, _))| {
            seen(at, verdict, age, started.filter(|_| at % 6 == 1), required)
        };
        rows.into_iter().enumerate().map(of).collect()
    })
}

/// A stack that is likely to be green.
fn well() -> impl Strategy<Value = Vec<Evidence>> {
    proptest::collection::vec((0..250_i64, any::<bool>()), 3..7).prop_map(|rows| {
        let of = |(at, (age, required))| seen(at, Verdict::Pass, age, Some(2_000), at < 3 || required);
        rows.into_iter().enumerate().map(of).collect()
    })
}

fn known() -> impl Strategy<Value = Known> {
    prop_oneof![
        5 => Just(Known::Holds),
        1 => Just(Known::Broken("DB_HOST".to_owned())),
        1 => Just(Known::Unknown("no Docker".to_owned())),
    ]
}

fn rows() -> impl Strategy<Value = Vec<Entry>> {
    use EventType::{AlertReceived, ExecutionCompleted, Resolved, Silenced};
    let kinds = proptest::sample::select(vec![AlertReceived, Resolved, ExecutionCompleted, Silenced]);
    proptest::collection::vec((kinds, 0..4_000_i64), 0..6).prop_map(|mut rows| {
        rows.sort_by_key(|(_, age)| *age);
        let row = |(at, (event_type, age)): (usize, (EventType, i64))| {
            let row = NewOperation {
                incident_id: Some("INC-1".to_owned()),
                actor: Some("somebody".to_owned()),
                success: Some(true),
                context: serde_json::json!({ "duration_minutes": at * 7 }),
                ..NewOperation::new(format!("row-{at}"), event_type)
            };
            Entry::Operation(Operation { row, raw_type: None, created_at: ago(age) })
        };
        rows.into_iter().enumerate().map(row).collect()
    })
}

prop_compose! {
    fn world()(known in proptest::collection::vec(known(), 3), rows in rows(), unread in proptest::bool::weighted(0.1))
        -> (Circumstances, Vec<Entry>) {
        let around = Circumstances {
            running_equals_disk: known[0].clone(),
            disk_equals_secrets: known[1].clone(),
            restart_is_safe: known[2].clone(),
            log_unread: unread.then(|| "refused".to_owned()),
            ..Circumstances::default()
        };
        (around, rows)
    }
}

/// As the console judges: the restarts come out of the evidence, the rules over the log out of both.
fn state(evidence: &[Evidence], (around, entries): &(Circumstances, Vec<Entry>)) -> RecoveryState {
    let last_restart = evidence.iter().filter_map(Evidence::started_at).max();
    let scene = Scene { entries, evidence, last_restart, now: now() };
    let around = Circumstances { last_restart, false_greens: of_log(&scene), ..around.clone() };
    recovery(evidence, &around, now()).state
}

/// What is left of a probe that is configured and has nothing to show.
fn gone(seen: &Evidence) -> Evidence {
    Evidence { verdict: Verdict::Unknown(Unknown::NeverRun), facts: Vec::new(), ..seen.clone() }
}

fn bad() -> impl Strategy<Value = (Verdict, i64)> {
    prop_oneof![
        (Just(Verdict::Fail), 0..1_000_i64),
        (Just(Verdict::Warn), 0..1_000_i64),
        (Just(Verdict::Unknown(Unknown::Denied)), 0..1_000_i64),
        (Just(Verdict::Pass), HALF_LIFE + 1..5_000_i64),
        (Just(Verdict::Pass), -600..-10_i64),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_fails_or_is_stale_never_makes_it_better(
        evidence in prop_oneof![stack(), well()],
        world in world(),
        (verdict, age) in bad(),
        kind in 0..6_usize,
        required in any::<bool>(),
    ) {
        let mut more = evidence.clone();
        more.push(seen(60 + kind, verdict, age, None, required));
        prop_assert!(state(&more, &world) <= state(&evidence, &world));
    }

    #[test]
    fn a_pass_that_becomes_bad_is_never_better(
        evidence in prop_oneof![stack(), well()],
        world in world(),
        (verdict, age) in bad(),
        at in any::<proptest::sample::Index>(),
    ) {
        let mut worse = evidence.clone();
        let it = at.get_mut(&mut worse);
        if it.verdict != Verdict::Pass {
            return Ok(());
        }
        // A start that was seen is not unseen by a worse answer.
        *it = Evidence { verdict, observed_at: ago(age), as_of: ago(age), ..it.clone() };
        prop_assert!(state(&worse, &world) <= state(&evidence, &world));
    }

    #[test]
    fn what_is_taken_from_a_configured_probe_never_leads_to_green(
        evidence in prop_oneof![stack(), well()],
        world in world(),
        at in any::<proptest::sample::Index>(),
    ) {
        // The console keeps a place for every configured probe: what is gone stands as "has not run yet".
        let mut less = evidence.clone();
        let it = at.get_mut(&mut less);
        *it = gone(it);
        prop_assert_ne!(state(&less, &world), RecoveryState::VerifiedRecovery);
    }

    #[test]
    fn what_the_rules_say_of_a_log_stands_until_it_is_said_to(
        evidence in prop_oneof![stack(), well()],
        rows in rows(),
        old in 0..90_000_i64,
        later in 0.0..1.0_f64,
    ) {
        let last_restart = evidence.iter().filter_map(Evidence::started_at).max();
        let at = |now| Scene { entries: &rows, evidence: &evidence, last_restart, now };
        let from = now().checked_add(SignedDuration::from_secs(old)).unwrap();
        let until = holds_until(&at(from));
        prop_assert!(until > from);
        let left = until.duration_since(from).as_nanos().min(200_000_000_000_000) - 1;
        let then = from.checked_add(SignedDuration::from_nanos((left as f64 * later) as i64)).unwrap();
        prop_assert_eq!(of_log(&at(from)), of_log(&at(then)));
        let last = from.checked_add(SignedDuration::from_nanos(left as i64)).unwrap();
        prop_assert_eq!(of_log(&at(from)), of_log(&at(last)));
    }

    #[test]
    fn a_restart_never_makes_it_better(
        evidence in prop_oneof![stack(), well()],
        world in world(),
        restart in 0..400_i64,
    ) {
        let mut restarted = evidence.clone();
        let Some(it) = restarted.iter_mut().find(|seen| seen.kind == "container") else { return Ok(()) };
        prop_assume!(it.started_at().is_none_or(|known| known <= ago(restart)));
        it.facts = vec![Fact::new(STARTED_AT, Quantity::At(ago(restart)))];
        prop_assert!(state(&restarted, &world) <= state(&evidence, &world));
    }

    #[test]
    fn a_stack_that_is_well_is_green_where_nothing_speaks_against_it(evidence in well()) {
        let around = Circumstances {
            running_equals_disk: Known::Holds,
            disk_equals_secrets: Known::Holds,
            restart_is_safe: Known::Holds,
            ..Circumstances::default()
        };
        prop_assert_eq!(state(&evidence, &(around, Vec::new())), RecoveryState::VerifiedRecovery);
    }
}
