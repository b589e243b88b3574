//! The lane of a review: one pure, total function. Every check that does not hold asks for a lane, and
//! the worst lane asked for wins; `docs/decisions/lanes.md` says why in this order.

use super::around::Around;
use super::check::{self, CheckState, Standing};
use super::contract::{self, Contract};
use super::fold::Review;
use super::gap::Gap;
use super::passed_over::passed_over;
use crate::guard;
use serde::{Deserialize, Serialize};

/// The ten lanes, from worst to best: the order is the precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Lane {
    /// A raw payload came in: isolate only.
    #[serde(rename = "quarantine_raw_payload")]
    Quarantine,
    /// A restart nobody answers for.
    #[serde(rename = "reject_unattributed_restart")]
    RejectUnattributed,
    /// Nothing has been received.
    #[serde(rename = "waiting_post_incident_readback")]
    WaitingReadback,
    /// Actor, owner or decision is missing.
    #[serde(rename = "request_actor_supplement")]
    RequestActor,
    /// Before or after, boot time, window or restoration is missing.
    #[serde(rename = "request_before_after_supplement")]
    RequestBeforeAfter,
    /// The state of a service is missing.
    #[serde(rename = "request_service_state_supplement")]
    RequestServiceState,
    /// Impact is missing.
    #[serde(rename = "request_impact_supplement")]
    RequestImpact,
    /// A recurrence guard is still owed.
    #[serde(rename = "recurrence_guard_backfill_required")]
    RecurrenceGuard,
    /// The metadata is complete.
    #[serde(rename = "ready_for_host_service_post_incident_review")]
    Ready,
    /// Accepted; the runtime gate is somebody else's.
    #[serde(rename = "waiting_runtime_gate")]
    WaitingRuntimeGate,
}

impl Lane {
    /// Every lane, from worst to best.
    pub const ALL: [Self; 10] = [
        Self::Quarantine,
        Self::RejectUnattributed,
        Self::WaitingReadback,
        Self::RequestActor,
        Self::RequestBeforeAfter,
        Self::RequestServiceState,
        Self::RequestImpact,
        Self::RecurrenceGuard,
        Self::Ready,
        Self::WaitingRuntimeGate,
    ];

    /// The contract's id.
    pub fn id(self) -> &'static str {
        match self {
            Self::Quarantine => "quarantine_raw_payload",
            Self::RejectUnattributed => "reject_unattributed_restart",
            Self::WaitingReadback => "waiting_post_incident_readback",
            Self::RequestActor => "request_actor_supplement",
            Self::RequestBeforeAfter => "request_before_after_supplement",
            Self::RequestServiceState => "request_service_state_supplement",
            Self::RequestImpact => "request_impact_supplement",
            Self::RecurrenceGuard => "recurrence_guard_backfill_required",
            Self::Ready => "ready_for_host_service_post_incident_review",
            Self::WaitingRuntimeGate => "waiting_runtime_gate",
        }
    }

    /// The lane with this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.id() == id)
    }
}

/// What a review adds up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Disposition {
    /// The lane.
    pub lane: Lane,
    /// How every check stands, in the contract's order.
    pub checks: Vec<CheckState>,
    /// Why this lane: every rule that asked for one, the worst first.
    pub trace: Vec<Step>,
    /// What is least needed for ready, the cheapest first; empty when nothing is.
    pub least: Vec<Missing>,
    /// SHA-256 over what the lane was computed from.
    pub input_digest: String,
    /// The policy it was computed under.
    pub policy: String,
    /// Whether the review was opened under another policy: what was asked then may not be what is asked now.
    pub opened_under_another: bool,
    /// What it was computed with; a sign-off keeps it.
    pub around: Around,
}

/// One rule that asked for a lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Who asked.
    pub subject: Subject,
    /// For which lane.
    pub asks: Lane,
    /// Whether that is the lane it became.
    pub decisive: bool,
}

/// What a step or a need is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "subject", rename_all = "snake_case")]
pub enum Subject {
    /// A check that does not hold.
    Check {
        /// Its id.
        id: String,
    },
    /// A required field that no check asks for.
    Field {
        /// Its name.
        name: String,
    },
    /// No field has been filled yet.
    NothingReceived,
    /// The contract has no checks, so nothing can be ready.
    NoChecks,
    /// No probe was asked, so nobody knows what fresh evidence would say against it.
    NotLooked,
    /// Everything holds.
    Complete,
    /// A reviewer signed it as ready, and nothing has changed since.
    Accepted,
}

/// Something that is needed for ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Of which check or field.
    pub subject: Subject,
    /// What keeps it from holding.
    pub gaps: Vec<Gap>,
    /// Whether "does not apply, because" would do instead.
    pub or_not_applicable: bool,
    /// What it takes, as a rank ([`Gap::cost`]), the dearest gap first and the number of gaps next.
    pub cost: (u8, usize),
}

/// The lane of a review, why, and what is least needed for ready. Total and deterministic.
pub fn lane(review: &Review, contract: &Contract, around: &Around) -> Disposition {
    let passed_over = passed_over(review, contract, around.now);
    let signed = passed_over.is_empty() && is_signed_ready(review, contract);
    let checks = check::states(review, contract, around, signed);
    let mut asked = asked(review, contract, around, &checks);
    let mut least = least(review, contract, &checks);
    // What was accepted is not taken back by what nobody looked at since.
    if around.not_looked && !signed {
        asked.push((Subject::NotLooked, Lane::RequestBeforeAfter));
        least.push(missing(Subject::NotLooked, vec![Gap::NotLooked], false));
        least.sort_by_key(|missing| missing.cost);
    }
    if asked.is_empty() {
        asked.push(if signed {
            (Subject::Accepted, Lane::WaitingRuntimeGate)
        } else {
            (Subject::Complete, Lane::Ready)
        });
    }
    // A stable sort: within a lane the contract's order stays.
    asked.sort_by_key(|(_, lane)| *lane);
    let lane = asked.first().map_or(Lane::WaitingReadback, |(_, lane)| *lane);
    let state = review.state_digest_under(contract.version());
    Disposition {
        lane,
        checks,
        trace: asked.into_iter().map(|(subject, asks)| Step { subject, asks, decisive: asks == lane }).collect(),
        least,
        input_digest: guard::digest_of(&(state, around, stale(review, around), passed_over)),
        policy: contract.digest().to_owned(),
        opened_under_another: review.opening.as_ref().is_some_and(|opening| opening.policy != contract.digest()),
        around: around.clone(),
    }
}

/// Whether the last sign-off that counts is one of "ready", under this policy, of what stands now, made while nothing
/// was passed over.
fn is_signed_ready(review: &Review, contract: &Contract) -> bool {
    review.signature().is_some_and(|signature| {
        signature.lane == Lane::Ready.id()
            && signature.policy == contract.digest()
            && !review.changed_since_signed()
            && passed_over(review, contract, signature.occurred_at.min(signature.recorded_at)).is_empty()
    })
}

/// The attached evidence that is stale now, by check and id: time alone changes it, so it is part of the input.
fn stale<'a>(review: &'a Review, around: &Around) -> Vec<(&'a str, &'a str)> {
    let all = review.attached.iter().flat_map(|(check, all)| all.iter().map(move |one| (check, &one.evidence)));
    all.filter(|(_, evidence)| check::is_stale(evidence, around))
        .map(|(check, evidence)| (check.as_str(), evidence.id.as_str()))
        .collect()
}

/// Every lane that is asked for, with who asks.
fn asked(review: &Review, contract: &Contract, around: &Around, checks: &[CheckState]) -> Vec<(Subject, Lane)> {
    let restart = was_restarted(around, checks);
    let mut asked = Vec::new();
    if contract.checks.is_empty() {
        asked.push((Subject::NoChecks, Lane::WaitingReadback));
    }
    if !contract.fields.required.iter().any(|field| says_something(review, contract, field)) {
        asked.push((Subject::NothingReceived, Lane::WaitingReadback));
    }
    for (check, state) in contract.checks.iter().zip(checks) {
        let lane = match state.standing {
            Standing::Passed | Standing::NotApplicable | Standing::Overridden => continue,
            // Without a restart nobody has to answer for one.
            Standing::Failed if check.fail == Lane::RejectUnattributed && !restart => check.open,
            Standing::Failed => check.fail,
            Standing::Open => check.open,
        };
        asked.push((Subject::Check { id: check.id.clone() }, lane));
    }
    for (field, lane) in &contract.fields.open {
        if check::field_gap(field, review, contract).is_some() {
            asked.push((Subject::Field { name: field.clone() }, *lane));
        }
    }
    asked
}

fn says_something(review: &Review, contract: &Contract, field: &str) -> bool {
    review.value(field).is_some_and(|value| contract.says_something(value))
}

/// A restart is presumed: only a reviewer's reason, with nothing seen to the contrary, rules it out.
fn was_restarted(around: &Around, checks: &[CheckState]) -> bool {
    let window = checks.iter().find(|state| state.check == contract::RESTART_WINDOW);
    around.restart_seen || window.is_none_or(|state| state.standing != Standing::NotApplicable)
}

/// What is least needed. Ready takes every check, so this is what keeps each from holding.
fn least(review: &Review, contract: &Contract, checks: &[CheckState]) -> Vec<Missing> {
    let open = contract.checks.iter().zip(checks).filter(|(_, state)| state.standing <= Standing::Open);
    let of_checks = open.map(|(check, state)| {
        // A check that may be waived still has to answer objections, and a lost waiver is none.
        let waivable = check.not_applicable && state.gaps.iter().all(Gap::can_be_waived);
        missing(Subject::Check { id: check.id.clone() }, state.gaps.clone(), waivable)
    });
    let of_fields = contract.fields.open.keys().filter_map(|field| {
        let gap = check::field_gap(field, review, contract)?;
        Some(missing(Subject::Field { name: field.clone() }, vec![gap], false))
    });
    let mut least: Vec<Missing> = of_checks.chain(of_fields).collect();
    least.sort_by_key(|missing| missing.cost);
    least
}

fn missing(subject: Subject, gaps: Vec<Gap>, or_not_applicable: bool) -> Missing {
    let dearest = gaps.iter().map(Gap::cost).max().unwrap_or(0);
    Missing { subject, cost: (dearest, gaps.len()), gaps, or_not_applicable }
}
