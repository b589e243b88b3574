//! The lanes: the worked cases as data, and the laws.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "an integration test")]

mod review_support;

use proptest::prelude::*;
use readback::review::{
    Answer, Around, Contract, Disposition, Gap, Lane, Objection, ReviewAct, Standing, Subject, lane,
};
use review_support::{Story, contract, current};
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
struct Table {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    base: String,
    #[serde(default)]
    steps: Vec<String>,
    #[serde(default)]
    snapshot: Option<String>,
    #[serde(default)]
    restart_seen: bool,
    #[serde(default)]
    objections: Vec<String>,
    lane: Lane,
    decisive: Option<Vec<String>>,
    least: Option<Vec<String>>,
}

fn table() -> Vec<Case> {
    toml::from_str::<Table>(include_str!("fixtures/review/lanes.toml")).unwrap().case
}

fn name(subject: &Subject) -> &str {
    match subject {
        Subject::Check { id } => id,
        Subject::Field { name } => name,
        Subject::NothingReceived => "nothing_received",
        Subject::NoChecks => "no_checks",
        Subject::Complete => "complete",
        Subject::Accepted => "accepted",
    }
}

fn run(case: &Case) -> Disposition {
    let mut story = if case.base == "complete" { Story::complete() } else { Story::empty() };
    for step in &case.steps {
        story.step(step, &current());
    }
    let objections = case.objections.iter().map(|text| {
        let (check, why) = text.split_once(": ").unwrap();
        Objection { check: check.to_owned(), why: why.to_owned() }
    });
    let around = Around {
        snapshot_current: match case.snapshot.as_deref() {
            None | Some("current") => Some(true),
            Some("changed") => Some(false),
            _ => None,
        },
        restart_seen: case.restart_seen,
        objections: objections.collect(),
        ..current()
    };
    lane(&story.review(), story.contract, &around)
}

#[test]
fn every_worked_case_comes_out_as_written() {
    let table = table();
    assert!(table.len() >= 30, "{} cases", table.len());
    for case in &table {
        let got = run(case);
        assert_eq!(got.lane, case.lane, "{}: {:#?}", case.name, got.trace);
        if let Some(decisive) = &case.decisive {
            let names: Vec<_> = got.trace.iter().filter(|step| step.decisive).map(|step| name(&step.subject)).collect();
            assert_eq!(&names, decisive, "{}", case.name);
        }
        if let Some(least) = &case.least {
            let names: Vec<_> = got.least.iter().map(|missing| name(&missing.subject)).collect();
            assert_eq!(&names, least, "{}", case.name);
        }
    }
}

#[test]
fn every_lane_is_reached_by_a_worked_case() {
    let reached: BTreeSet<Lane> = table().iter().map(|case| run(case).lane).collect();
    assert_eq!(reached, Lane::ALL.into_iter().collect());
}

#[test]
fn every_check_alone_decides_whether_a_complete_review_is_ready() {
    let ready = Story::complete();
    assert_eq!(lane(&ready.review(), ready.contract, &current()).lane, Lane::Ready);
    for check in &ready.contract.checks {
        let mut story = ready.clone();
        story.answer(&check.id, Answer::Fail);
        let got = lane(&story.review(), story.contract, &current());
        assert_eq!(got.lane, check.fail, "{}", check.id);
        let decisive: Vec<_> = got.trace.iter().filter(|step| step.decisive).map(|step| name(&step.subject)).collect();
        assert_eq!(decisive, [check.id.as_str()]);
        story.answer(&check.id, Answer::Unknown);
        assert_eq!(lane(&story.review(), story.contract, &current()).lane, check.open, "{}", check.id);
    }
}

#[test]
fn each_required_field_alone_keeps_a_review_from_ready() {
    for field in &contract().fields.required {
        let mut story = Story::complete();
        story.set(field, " ");
        assert!(lane(&story.review(), story.contract, &current()).lane < Lane::Ready, "{field}");
    }
}

#[test]
fn the_empty_contract_never_makes_anything_ready() {
    let got = lane(&Story::complete().review(), &Contract::default(), &current());
    assert_eq!(got.lane, Lane::WaitingReadback);
}

/// One arbitrary step of a review; the checks and fields by number, so that shrinking works.
#[derive(Clone, Debug)]
enum Move {
    Fill(usize),
    Take(usize),
    Root,
    Answer(usize, u8),
    Catch(usize),
    Remove(usize),
    Sign,
    Forge(usize, bool),
    Touch,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        4 => (0..28_usize).prop_map(Move::Fill),
        2 => (0..28_usize).prop_map(Move::Take),
        1 => Just(Move::Root),
        6 => (0..28_usize, 0..4_u8).prop_map(|(check, answer)| Move::Answer(check, answer)),
        1 => (0..28_usize).prop_map(Move::Catch),
        2 => (0..28_usize).prop_map(Move::Remove),
        2 => Just(Move::Sign),
        1 => (0..10_usize, any::<bool>()).prop_map(|(lane, own)| Move::Forge(lane, own)),
        1 => Just(Move::Touch),
    ];
    proptest::collection::vec(one, 0..24)
}

fn arounds() -> impl Strategy<Value = Around> {
    let objections = proptest::collection::vec(0..28_usize, 0..2);
    let snapshot = prop_oneof![4 => Just(Some(true)), 1 => Just(Some(false)), 1 => Just(None)];
    (snapshot, any::<bool>(), objections).prop_map(|(snapshot_current, restart_seen, objections)| {
        let checks = &contract().checks;
        let objections = objections.iter().map(|index| checks[*index].id.clone());
        Around {
            snapshot_current,
            restart_seen,
            objections: objections.map(|check| Objection { check, why: "stale".to_owned() }).collect(),
            ..current()
        }
    })
}

/// Answers from worst to best; "does not apply" stands beside pass.
fn answer(number: u8) -> Answer {
    match number {
        0 => Answer::Fail,
        1 => Answer::Unknown,
        2 => Answer::Pass,
        _ => Answer::NotApplicable { reason: "there is none here".to_owned() },
    }
}

fn play(complete: bool, moves: &[Move]) -> Story {
    let mut story = if complete { Story::complete() } else { Story::empty() };
    for one in moves {
        let field = |index: &usize| contract().fields.required[*index].clone();
        match one {
            Move::Fill(index) => story.set(&field(index), &format!("ref of {}", field(index))),
            Move::Take(index) => story.set(&field(index), ""),
            Move::Root => story.set("actor_attribution_ref", "root"),
            Move::Answer(check, number) => {
                let id = story.contract.checks[*check].id.clone();
                story.answer(&id, answer(*number));
            }
            Move::Catch(index) => story.step(&format!("catch {} jwt", field(index)), &current()),
            Move::Remove(index) => story.step(&format!("remove {}", field(index)), &current()),
            Move::Sign => story.step("sign", &current()),
            Move::Forge(index, own) => story.forge(Lane::ALL[*index].id(), if *own { "reviewer" } else { "actor" }),
            Move::Touch => story.set("production_write", "1"),
        }
    }
    story
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_lane_is_total_deterministic_and_explained(complete: bool, moves in moves(), around in arounds()) {
        let story = play(complete, &moves);
        let got = lane(&story.review(), story.contract, &around);
        prop_assert_eq!(&got, &lane(&story.review(), story.contract, &around));
        prop_assert!(got.trace.iter().any(|step| step.decisive && step.asks == got.lane));
        prop_assert_eq!(got.lane, got.trace.iter().map(|step| step.asks).min().unwrap());
        prop_assert_eq!(got.least.is_empty(), got.lane >= Lane::Ready);
        prop_assert_eq!(got.checks.len(), story.contract.checks.len());
        prop_assert!(got.least.windows(2).all(|pair| pair[0].cost <= pair[1].cost));
    }

    #[test]
    fn a_worse_answer_never_improves_the_lane(
        complete: bool, moves in moves(), around in arounds(), check in 0..28_usize, better in 1..4_u8, worse in 0..2_u8,
    ) {
        let worse = if better == 1 { 0 } else { worse };
        let mut story = play(complete, &moves);
        let id = story.contract.checks[check].id.clone();
        let mut other = story.clone();
        story.answer(&id, answer(better));
        other.answer(&id, answer(worse));
        let (better, worse) = (
            lane(&story.review(), story.contract, &around).lane,
            lane(&other.review(), other.contract, &around).lane,
        );
        // "Does not apply" where it is no answer is as good as unknown, so it may not beat it.
        prop_assert!(worse <= better, "{worse:?} > {better:?} by {id}");
    }

    #[test]
    fn more_against_a_review_never_improves_its_lane(complete: bool, moves in moves(), around in arounds(), check in 0..28_usize) {
        let story = play(complete, &moves);
        let before = lane(&story.review(), story.contract, &around).lane;
        let mut against = around.clone();
        let id = story.contract.checks[check].id.clone();
        against.objections.push(Objection { check: id, why: "seen".to_owned() });
        against.restart_seen = true;
        prop_assert!(lane(&story.review(), story.contract, &against).lane <= before);
        for worse in [None, Some(false)] {
            let around = Around { snapshot_current: worse, ..around.clone() };
            prop_assert!(lane(&story.review(), story.contract, &around).lane <= before.min(Lane::RequestActor));
        }
        let mut caught = story.clone();
        caught.step("catch change_or_incident_ref jwt", &around);
        prop_assert_eq!(lane(&caught.review(), caught.contract, &around).lane, Lane::Quarantine);
    }

    #[test]
    fn doing_all_that_is_least_needed_makes_a_review_ready(complete: bool, moves in moves()) {
        let mut story = play(complete, &moves);
        let beyond_repair = |gap: &Gap| gap.cost() == 7;
        prop_assume!(!lane(&story.review(), story.contract, &current()).least.iter().any(|one| one.gaps.iter().any(beyond_repair)));
        // Removing a payload voids attestations, so the list is read again: at most once more.
        for _ in 0..2 {
            for missing in lane(&story.review(), story.contract, &current()).least {
                for gap in missing.gaps {
                    settle(&mut story, &missing.subject, &gap);
                }
            }
        }
        let got = lane(&story.review(), story.contract, &current());
        prop_assert!(got.lane >= Lane::Ready, "{:?}", got.least);
    }

    #[test]
    fn nothing_counts_as_accepted_without_a_valid_signature(complete: bool, moves in moves(), around in arounds()) {
        let story = play(complete, &moves);
        let review = story.review();
        let got = lane(&review, story.contract, &around);
        if got.lane == Lane::WaitingRuntimeGate {
            let signature = review.signature().unwrap();
            prop_assert!(signature.lane == Lane::Ready.id() && !review.changed_since_signed());
            prop_assert!(got.checks.iter().all(|check| check.standing >= Standing::NotApplicable));
        }
    }
}

fn settle(story: &mut Story, subject: &Subject, gap: &Gap) {
    match gap {
        Gap::Missing { field } | Gap::Unattested { field } | Gap::Anonymous { field } => {
            story.set(field, &format!("ref of {field}"));
        }
        Gap::Quarantined { field, .. } => {
            story.push("reviewer", ReviewAct::QuarantineCleared { field: field.clone() });
        }
        _ => story.answer(name(subject), Answer::Pass),
    }
}
