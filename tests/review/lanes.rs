//! The lanes: the worked cases as data, and the laws.

use crate::story::{Story, contract, current, evidence, in_seconds, with_second_reader};
use proptest::prelude::*;
use readback::review::{
    Answer, Around, CheckKind, Contract, Disposition, Gap, Lane, Objection, ReviewAct, Standing, Subject, lane,
    may_be_overridden, override_in_force,
};
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
    #[serde(default)]
    second_reader: bool,
    /// How long ago something was restarted, in seconds.
    restart_ago: Option<i64>,
    #[serde(default)]
    changed: BTreeSet<String>,
    #[serde(default)]
    not_looked: bool,
    /// How long after the steps it is looked at, in seconds.
    #[serde(default)]
    later: i64,
    lane: Lane,
    decisive: Option<Vec<String>>,
    least: Option<Vec<String>>,
}

fn table() -> Vec<Case> {
    toml::from_str::<Table>(include_str!("../fixtures/review/lanes.toml")).unwrap().case
}

fn name(subject: &Subject) -> &str {
    match subject {
        Subject::Check { id } => id,
        Subject::Field { name } => name,
        Subject::NothingReceived => "nothing_received",
        Subject::NotLooked => "not_looked",
        Subject::NoChecks => "no_checks",
        Subject::Complete => "complete",
        Subject::Accepted => "accepted",
    }
}

fn run(case: &Case) -> Disposition {
    let mut story = match (case.base.as_str(), case.second_reader) {
        ("complete", true) => Story::complete_under(with_second_reader()),
        ("complete", false) => Story::complete(),
        ("stamped", _) => Story::stamped(),
        _ => Story::empty(),
    };
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
        last_restart: case.restart_ago.map(|ago| in_seconds(-ago)),
        changed: case.changed.clone(),
        not_looked: case.not_looked,
        now: in_seconds(case.later),
    };
    lane(&story.review(), story.contract, &around)
}

#[test]
fn every_worked_case_comes_out_as_written() {
    let table = table();
    assert!(table.len() >= 60, "{} cases", table.len());
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
    Attach(usize, i64, bool),
    Override(usize, i64, bool),
    Join(bool),
    Second(usize, u8),
    HandIn,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        4 => (0..28_usize).prop_map(Move::Fill),
        2 => (0..28_usize).prop_map(Move::Take),
        1 => Just(Move::Root),
        6 => (0..28_usize, 0..5_u8).prop_map(|(check, answer)| Move::Answer(check, answer)),
        1 => (0..28_usize).prop_map(Move::Catch),
        2 => (0..28_usize).prop_map(Move::Remove),
        2 => Just(Move::Sign),
        1 => (0..10_usize, any::<bool>()).prop_map(|(lane, own)| Move::Forge(lane, own)),
        1 => Just(Move::Touch),
        2 => (0..28_usize, 0..2_000_i64, any::<bool>()).prop_map(|(check, age, ages)| Move::Attach(check, age, ages)),
        2 => (0..28_usize, -1..900_i64, any::<bool>()).prop_map(|(check, hours, said)| Move::Override(check, hours, said)),
        1 => any::<bool>().prop_map(Move::Join),
        3 => (0..28_usize, 0..4_u8).prop_map(|(check, answer)| Move::Second(check, answer)),
        1 => Just(Move::HandIn),
    ];
    proptest::collection::vec(one, 0..24)
}

fn arounds() -> impl Strategy<Value = Around> {
    let objections = proptest::collection::vec(0..28_usize, 0..2);
    let snapshot = prop_oneof![4 => Just(Some(true)), 1 => Just(Some(false)), 1 => Just(None)];
    let restart = proptest::option::weighted(0.2, -900..0_i64);
    let changed = any::<bool>();
    (snapshot, any::<bool>(), objections, restart, changed, 0..1_000_i64).prop_map(|all| {
        let (snapshot_current, restart_seen, objections, restart, changed, later) = all;
        let checks = &contract().checks;
        let objections = objections.iter().map(|index| checks[*index].id.clone());
        Around {
            snapshot_current,
            restart_seen,
            objections: objections.map(|check| Objection { check, why: "stale".to_owned() }).collect(),
            last_restart: restart.map(in_seconds),
            changed: changed.then(|| "probe".to_owned()).into_iter().collect(),
            not_looked: false,
            now: in_seconds(later),
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

/// Answers in the first reading, where that a decisive check holds is heard; 4 says it unheard.
fn say(story: &mut Story, check: &str, number: u8) {
    match number {
        2 => story.hold(check),
        4 => story.answer(check, Answer::Pass),
        _ => story.answer(check, answer(number)),
    }
}

fn play(complete: bool, moves: &[Move]) -> Story {
    let mut story = if complete { Story::complete() } else { Story::empty() };
    for one in moves {
        let field = |index: &usize| contract().fields.required[*index].clone();
        match one {
            Move::Fill(index) => story.fill(&field(index)),
            Move::Take(index) => story.set(&field(index), ""),
            Move::Root => story.set("actor_attribution_ref", "root"),
            Move::Answer(check, number) => {
                let id = story.contract.checks[*check].id.clone();
                say(&mut story, &id, *number);
            }
            Move::Catch(index) => story.step(&format!("catch {} jwt", field(index)), &current()),
            Move::Remove(index) => story.step(&format!("remove {}", field(index)), &current()),
            Move::Sign => story.step("sign", &current()),
            Move::Forge(index, own) => story.forge(Lane::ALL[*index].id(), if *own { "reviewer" } else { "actor" }),
            Move::Touch => story.set("production_write", "1"),
            Move::Attach(check, age, ages) => {
                let half_life = ages.then_some(300);
                let act = ReviewAct::EvidenceAttached {
                    check: contract().checks[*check].id.clone(),
                    evidence: evidence("probe", *age, half_life),
                };
                story.push("reviewer", act);
            }
            Move::Override(check, hours, said) => {
                let reason = if *said { "agreed in the incident call" } else { " - " };
                story.pass_over("reviewer", &contract().checks[*check].id, *hours, reason);
            }
            Move::Join(stranger) => {
                story.push(
                    if *stranger { "second" } else { "reviewer" },
                    ReviewAct::SecondReaderJoined { looked: false },
                );
            }
            Move::Second(check, number) => {
                let check = contract().checks[*check].id.clone();
                let act = ReviewAct::SecondAnswered { check, answer: answer(*number), diligence: None };
                story.push("second", act);
            }
            Move::HandIn => story.step("hand-in", &current()),
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
        say(&mut story, &id, better);
        say(&mut other, &id, worse);
        let (better, worse) = (
            lane(&story.review(), story.contract, &around).lane,
            lane(&other.review(), other.contract, &around).lane,
        );
        // "Does not apply" where it is no answer is as good as unknown, so it may not beat it.
        prop_assert!(worse <= better, "{worse:?} > {better:?} by {id}");
    }

    #[test]
    fn what_was_not_heard_never_beats_what_was(complete: bool, moves in moves(), around in arounds(), check in 0..28_usize) {
        let mut story = play(complete, &moves);
        let id = story.contract.checks[check].id.clone();
        let mut other = story.clone();
        story.hold(&id);
        other.answer(&id, Answer::Pass);
        let (heard, unheard) = (
            lane(&story.review(), story.contract, &around).lane,
            lane(&other.review(), other.contract, &around).lane,
        );
        prop_assert!(unheard <= heard, "{unheard:?} > {heard:?} by {id}");
        prop_assert!(unheard < Lane::Ready || story.contract.checks[check].readback.is_none());
    }

    #[test]
    fn more_against_a_review_never_improves_its_lane(complete: bool, moves in moves(), around in arounds(), check in 0..28_usize) {
        let story = play(complete, &moves);
        let before = lane(&story.review(), story.contract, &around).lane;
        let mut against = around.clone();
        let id = story.contract.checks[check].id.clone();
        against.objections.push(Objection { check: id, why: "seen".to_owned() });
        against.restart_seen = true;
        against.last_restart = Some(in_seconds(1));
        against.changed.insert("probe".to_owned());
        against.not_looked = true;
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
        // Removing a payload voids attestations, and an answer may part two readings: the list is read again.
        for _ in 0..4 {
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

    #[test]
    fn an_override_never_accepts_and_never_passes(complete: bool, moves in moves(), around in arounds(), check in 0..28_usize) {
        let mut story = play(complete, &moves);
        let before = lane(&story.review(), story.contract, &around);
        let check = &story.contract.checks[check];
        story.pass_over("reviewer", &check.id, 24, "agreed in the incident call");
        let (review, after) = (story.review(), lane(&story.review(), story.contract, &around));
        let in_force = override_in_force(&review, story.contract, check, around.now).is_some();
        prop_assert_eq!(in_force, may_be_overridden(check));
        prop_assert!(!in_force || after.lane <= Lane::Ready);
        for (was, is) in before.checks.iter().zip(&after.checks) {
            let passed_over = was.check == check.id && in_force && !is.gaps.is_empty();
            prop_assert_eq!(is.standing == Standing::Overridden, passed_over || was.standing == Standing::Overridden);
            prop_assert!(is.standing < Standing::NotApplicable || is.gaps.is_empty());
        }
        // It lapses by itself, and what it held back asks again.
        let later = Around { now: in_seconds(25 * 3_600), ..around };
        let lapsed = lane(&review, story.contract, &later);
        let of = lapsed.checks.iter().find(|state| state.check == check.id).unwrap();
        prop_assert!(of.standing != Standing::Overridden);
        prop_assert!(lapsed.lane <= Lane::Ready || !in_force);
    }

    #[test]
    fn time_alone_never_improves_a_lane(complete: bool, moves in moves(), around in arounds(), later in 0..4_000_000_i64) {
        let story = play(complete, &moves);
        let review = story.review();
        let now = lane(&review, story.contract, &around);
        let then = Around { now: in_seconds(1_000 + later), ..around };
        let then = lane(&review, story.contract, &then);
        prop_assert!(then.lane <= now.lane, "{:?} became {:?}", now.lane, then.lane);
        // Whatever time did is in the digest of the input.
        prop_assert!(then.input_digest != now.input_digest || then.lane == now.lane);
    }

    #[test]
    fn a_worse_second_reading_never_improves_the_lane(
        complete: bool, moves in moves(), around in arounds(), check in 0..28_usize, better in 1..4_u8, worse in 0..2_u8,
    ) {
        let worse = if better == 1 { 0 } else { worse };
        let mut story = play(complete, &moves);
        story.push("second", ReviewAct::SecondReaderJoined { looked: false });
        let without = lane(&story.review(), story.contract, &around).lane;
        let id = story.contract.checks[check].id.clone();
        let read = |number| {
            let mut story = story.clone();
            let act = ReviewAct::SecondAnswered { check: id.clone(), answer: answer(number), diligence: None };
            story.push("second", act);
            let blind = lane(&story.review(), story.contract, &around).lane;
            story.step("hand-in", &around);
            (blind, lane(&story.review(), story.contract, &around).lane)
        };
        let ((blind, better), (_, worse)) = (read(better), read(worse));
        // "Does not apply" where the first says something else is a dispute, as any other answer is.
        prop_assert!(worse <= better || better == read(1).1, "{worse:?} > {better:?} by {id}");
        // Where the reading was handed in already, the answer counts at once.
        prop_assert!(blind == without || story.review().second.is_some_and(|second| second.submitted.is_some()));
    }
}

#[test]
fn what_may_not_be_overridden_is_what_the_console_decides_and_who_acted() {
    let may_not: Vec<_> = contract().checks.iter().filter(|check| !may_be_overridden(check)).collect();
    let decided = |kind| contract().checks.iter().filter(|check| check.kind == kind).count();
    assert_eq!(may_not.len(), decided(CheckKind::Auto) + decided(CheckKind::Guard) + 1);
    assert!(may_not.iter().any(|check| check.id == "actor_not_anonymous"));
}

fn settle(story: &mut Story, subject: &Subject, gap: &Gap) {
    match gap {
        Gap::Missing { field }
        | Gap::Unattested { field }
        | Gap::Anonymous { field }
        | Gap::OtherIncident { field } => {
            story.fill(field);
        }
        Gap::StaleEvidence { id } | Gap::ChangedEvidence { id } => {
            story.step(&format!("detach {} {id}", name(subject)), &current());
        }
        Gap::SecondPending | Gap::Disputed => {
            story.push("second", ReviewAct::SecondReaderJoined { looked: false });
            story.step(&format!("second {} pass", name(subject)), &current());
            story.step("hand-in", &current());
            story.hold(name(subject));
        }
        Gap::Quarantined { field, .. } => {
            story.push("reviewer", ReviewAct::QuarantineCleared { field: field.clone() });
        }
        _ => story.hold(name(subject)),
    }
}
