//! How a check stands. What the console sees and what the reviewer answers are both gathered as gaps;
//! the worse of the two counts, so an answer can never paint over what is missing.

use super::answered;
use super::around::Around;
use super::contract::{self, Check, CheckKind, Contract};
use super::event::{Answer, EvidenceRef};
use super::fold::{Review, SecondReading};
use super::gap::Gap;
use super::passed_over::override_in_force;
use super::signature::Void;
use crate::evidence::gate::CLOCK_SKEW_SECONDS;
use crate::evidence::{Freshness, age};
use serde::Serialize;
use std::time::Duration;

/// How a check stands, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It does not hold.
    Failed,
    /// It is not known to hold.
    Open,
    /// It does not hold, or is not known to, and a person passed it over for a time.
    Overridden,
    /// It does not apply, for a reason that was given.
    NotApplicable,
    /// It holds.
    Passed,
}

/// A check and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckState {
    /// The check's id.
    pub check: String,
    /// How it stands.
    pub standing: Standing,
    /// What keeps it from passing, worst first; empty when nothing does.
    pub gaps: Vec<Gap>,
}

/// How every check of the contract stands, in its order. `settled` leaves out what the world says and what age does:
/// what was accepted is not taken back by what happens afterwards.
pub(super) fn states(review: &Review, contract: &Contract, around: &Around, settled: bool) -> Vec<CheckState> {
    let disputes = review.disputes();
    let second = Second::of(review, contract);
    let state = |check: &Check| {
        let answer = review.answers.get(&check.id).map(|decision| &decision.answer);
        let waived = matches!(answer, Some(Answer::NotApplicable { .. })) && may_be_waived(check, around);
        let mut gaps = if waived { Vec::new() } else { seen(check, review, contract, around) };
        gaps.extend(answered::gaps(check, review, waived, contract));
        gaps.extend(disputes.contains(&check.id.as_str()).then_some(Gap::Disputed));
        gaps.extend(second.gap(check));
        if !settled {
            gaps.extend(of_the_world(check, review, around));
        }
        gaps.sort();
        gaps.dedup();
        let passed_over = || override_in_force(review, contract, check, around.now).is_some();
        let standing = match gaps.first() {
            None if waived => Standing::NotApplicable,
            None => Standing::Passed,
            Some(_) if passed_over() => Standing::Overridden,
            Some(gap) if gap.fails() => Standing::Failed,
            Some(_) => Standing::Open,
        };
        CheckState { check: check.id.clone(), standing, gaps }
    };
    contract.checks.iter().map(state).collect()
}

/// What speaks against a check from outside of the review: objections, and evidence that does not hold any more.
fn of_the_world(check: &Check, review: &Review, around: &Around) -> Vec<Gap> {
    let against = around.objections.iter().filter(|objection| objection.check == check.id);
    let against = against.map(|objection| Gap::Objected { why: objection.why.clone() });
    let attached = review.attached.get(&check.id).into_iter().flatten().map(|attached| &attached.evidence);
    let decayed = attached.filter_map(|evidence| {
        let id = evidence.id.clone();
        if around.changed.contains(&id) {
            return Some(Gap::ChangedEvidence { id });
        }
        is_stale(evidence, around).then_some(Gap::StaleEvidence { id })
    });
    against.chain(decayed).collect()
}

/// Whether a piece of evidence no longer says anything of now. History does not age; a clock that is ahead makes
/// nothing immortal.
pub(super) fn is_stale(evidence: &EvidenceRef, around: &Around) -> bool {
    let Some(half_life) = evidence.half_life_s.map(Duration::from_secs) else { return false };
    let is_ahead = evidence.observed_at.duration_since(around.now).as_secs() > CLOCK_SKEW_SECONDS;
    let is_before = around.last_restart.is_some_and(|restart| evidence.observed_at < restart);
    is_ahead || is_before || Freshness::of(age(evidence.observed_at, around.now), half_life) == Freshness::Stale
}

/// What is owed of a second reading.
struct Second<'a> {
    reading: Option<&'a SecondReading>,
    /// Whether who reads is a stranger to the review and to the change.
    independent: bool,
    /// Whether one is owed at all.
    owed: bool,
    /// Whether nothing in the set is a judgement, so that a reading is one of everything.
    of_everything: bool,
}

impl<'a> Second<'a> {
    fn of(review: &'a Review, contract: &Contract) -> Self {
        let reading = review.second.as_ref();
        Self {
            reading,
            independent: reading.is_none_or(|second| review.may_read_second(&second.reader.actor)),
            owed: contract.rules.second_reader || reading.is_some(),
            of_everything: !contract.checks.iter().any(|check| check.kind == CheckKind::Judgement),
        }
    }

    /// What a check lacks of it. A reader judges what asks for a judgement; of the rest, silence is consent.
    fn gap(&self, check: &Check) -> Option<Gap> {
        let is_asked = match check.kind {
            CheckKind::Judgement => true,
            CheckKind::Field | CheckKind::Guard => self.of_everything,
            CheckKind::Auto => false,
        };
        if !self.owed || !is_asked {
            return None;
        }
        if !self.independent {
            return Some(Gap::SecondNotIndependent);
        }
        let done = self.reading.filter(|second| second.submitted.is_some());
        let read = done.is_some_and(|second| second.answers.contains_key(&check.id));
        (!read).then_some(Gap::SecondPending)
    }
}

/// "There was no restart" is no answer where the console saw one.
fn may_be_waived(check: &Check, around: &Around) -> bool {
    check.not_applicable && !(around.restart_seen && check.id == contract::RESTART_WINDOW)
}

/// What the console itself sees against the check.
fn seen(check: &Check, review: &Review, contract: &Contract, around: &Around) -> Vec<Gap> {
    match check.kind {
        CheckKind::Auto => automatic(&check.id, review, contract, around),
        CheckKind::Field | CheckKind::Judgement => {
            check.fields.iter().filter_map(|field| field_gap(field, review, contract)).collect()
        }
        CheckKind::Guard => {
            let quarantined = review.caught.iter().filter(|caught| !caught.cleared);
            quarantined
                .map(|caught| Gap::Quarantined { field: caught.field.clone(), detector: caught.detector.clone() })
                .chain(check.fields.iter().filter_map(|field| field_gap(field, review, contract)))
                .collect()
        }
    }
}

/// What is wrong with a field, if anything is.
pub(super) fn field_gap(field: &str, review: &Review, contract: &Contract) -> Option<Gap> {
    let value = review.value(field).filter(|value| contract.says_something(value));
    let name = field.to_owned();
    if field.ends_with("_attestation") {
        // What was attested before the guard caught something has to be attested anew.
        let current = review.fields.get(field).is_some_and(|state| state.version > review.last_caught());
        let attested = current && value.is_some_and(|value| !contract.is_denial(value));
        return (!attested).then_some(Gap::Unattested { field: name });
    }
    if field == contract::ACTOR_FIELD && review.value(field).is_some_and(|name| contract.is_anonymous(name)) {
        return Some(Gap::Anonymous { field: name });
    }
    value.is_none().then_some(Gap::Missing { field: name })
}

fn automatic(id: &str, review: &Review, contract: &Contract, around: &Around) -> Vec<Gap> {
    match id {
        contract::SNAPSHOT_CURRENT => match (around.snapshot_current, &review.opening) {
            (Some(true), Some(_)) => Vec::new(),
            (Some(false), _) => vec![Gap::SnapshotChanged],
            _ => vec![Gap::SnapshotUnknown],
        },
        contract::COUNTS_SAFE => review
            .signatures
            .iter()
            .filter_map(|signature| signature.void)
            .map(|why: Void| Gap::VoidSignature { why: why.word() })
            .collect(),
        contract::RUNTIME_ZERO => {
            let touched = review.fields.keys().chain(review.answers.keys());
            touched
                .filter(|name| contract.is_runtime(name))
                .map(|name| Gap::RuntimeTouched { name: name.clone() })
                .collect()
        }
        // A check set with another automatic check is refused when it is read.
        _ => vec![Gap::Unanswered],
    }
}
