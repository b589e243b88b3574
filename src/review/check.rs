//! How a check stands. What the console sees and what the reviewer answers are both gathered as gaps;
//! the worse of the two counts, so an answer can never paint over what is missing.

use super::contract::{self, Check, CheckKind, Contract};
use super::event::Answer;
use super::fold::Review;
use super::signature::Void;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What lies around a review when its lane is computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Around {
    /// Whether the snapshot the review was opened from is still the current one; `None` if that can't be
    /// told.
    pub snapshot_current: Option<bool>,
    /// Whether the console itself saw a restart: then "there was none" is no answer.
    pub restart_seen: bool,
    /// What fresh evidence says against a check. It reopens the check until the review is accepted.
    pub objections: Vec<Objection>,
    /// The time it is computed for. No rule of today's policy decays by itself; overrides will.
    #[serde(skip)]
    pub now: Timestamp,
}

impl Around {
    /// Nothing known but the time: the snapshot's currency is unknown, so nothing can be ready.
    pub fn unknown(now: Timestamp) -> Self {
        Self { snapshot_current: None, restart_seen: false, objections: Vec::new(), now }
    }

    /// With the digest of the snapshot as it is now, where it could be read.
    pub fn with_snapshot(review: &Review, current: Option<&str>, now: Timestamp) -> Self {
        let opened_from = review.opening.as_ref().map(|opening| opening.snapshot_digest.as_str());
        let snapshot_current = opened_from.zip(current).map(|(from, current)| from == current);
        Self { snapshot_current, ..Self::unknown(now) }
    }
}

/// What evidence says against a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// The check.
    pub check: String,
    /// Why, one line.
    pub why: String,
}

/// How a check stands, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It does not hold.
    Failed,
    /// It is not known to hold.
    Open,
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

/// One thing that keeps a check from passing. The first ones fail it, the others leave it open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "gap", rename_all = "snake_case")]
pub enum Gap {
    /// Something is in quarantine.
    Quarantined {
        /// The field it came into.
        field: String,
        /// What caught it.
        detector: String,
    },
    /// A recorded sign-off does not count.
    VoidSignature {
        /// The reason in words.
        why: &'static str,
    },
    /// A step names an action or an authorisation.
    RuntimeTouched {
        /// Its name.
        name: String,
    },
    /// The snapshot is no longer the current one.
    SnapshotChanged,
    /// The attribution names nobody.
    Anonymous {
        /// The field.
        field: String,
    },
    /// The reviewer says it does not hold.
    Refuted,
    /// Fresh evidence speaks against it.
    Objected {
        /// Why.
        why: String,
    },
    /// Nobody can tell whether the snapshot is current.
    SnapshotUnknown,
    /// A field says nothing.
    Missing {
        /// The field.
        field: String,
    },
    /// An attestation is missing, taken back, or older than the last quarantine.
    Unattested {
        /// The field.
        field: String,
    },
    /// "Does not apply" is no answer to this check.
    MustApply,
    /// "Does not apply" was answered without a reason.
    NoReason,
    /// The reviewer can't tell.
    CannotTell,
    /// The reviewer has not answered.
    Unanswered,
}

impl Gap {
    /// Whether it fails the check, rather than leaving it open.
    pub fn fails(&self) -> bool {
        *self <= Self::Refuted
    }

    /// What closing it takes, as a rank: an answer, an attestation, a field, looking again, a change of
    /// mind, removing a payload, a new review.
    pub fn cost(&self) -> u8 {
        match self {
            Self::Unanswered | Self::CannotTell | Self::NoReason | Self::MustApply => 1,
            Self::Unattested { .. } => 2,
            Self::Missing { .. } => 3,
            Self::SnapshotUnknown | Self::Objected { .. } => 4,
            Self::Refuted | Self::Anonymous { .. } => 5,
            Self::Quarantined { .. } => 6,
            Self::SnapshotChanged | Self::VoidSignature { .. } | Self::RuntimeTouched { .. } => 7,
        }
    }
}

/// How every check of the contract stands, in its order. `settled` leaves objections out: what was
/// accepted is not taken back by what happens afterwards.
pub(super) fn states(review: &Review, contract: &Contract, around: &Around, settled: bool) -> Vec<CheckState> {
    contract.checks.iter().map(|check| state(check, review, contract, around, settled)).collect()
}

fn state(check: &Check, review: &Review, contract: &Contract, around: &Around, settled: bool) -> CheckState {
    let answer = review.answers.get(&check.id).map(|decision| &decision.answer);
    let waived = matches!(answer, Some(Answer::NotApplicable { .. })) && may_be_waived(check, around);
    let mut gaps = if waived { Vec::new() } else { seen(check, review, contract, around) };
    gaps.extend(answered(check, answer, waived, contract));
    if !settled {
        let against = around.objections.iter().filter(|objection| objection.check == check.id);
        gaps.extend(against.map(|objection| Gap::Objected { why: objection.why.clone() }));
    }
    gaps.sort();
    gaps.dedup();
    let standing = match gaps.first() {
        None if waived => Standing::NotApplicable,
        None => Standing::Passed,
        Some(gap) if gap.fails() => Standing::Failed,
        Some(_) => Standing::Open,
    };
    CheckState { check: check.id.clone(), standing, gaps }
}

/// "There was no restart" is no answer where the console saw one.
fn may_be_waived(check: &Check, around: &Around) -> bool {
    check.not_applicable && !(around.restart_seen && check.id == contract::RESTART_WINDOW)
}

/// What the answer says against the check.
fn answered(check: &Check, answer: Option<&Answer>, waived: bool, contract: &Contract) -> Option<Gap> {
    match answer {
        Some(Answer::Fail) => Some(Gap::Refuted),
        Some(Answer::Unknown) => Some(Gap::CannotTell),
        Some(Answer::NotApplicable { .. }) if !waived => Some(Gap::MustApply),
        Some(Answer::NotApplicable { reason }) if !contract.says_something(reason) => Some(Gap::NoReason),
        Some(Answer::Pass | Answer::NotApplicable { .. }) => None,
        None => (check.kind == CheckKind::Judgement).then_some(Gap::Unanswered),
    }
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
