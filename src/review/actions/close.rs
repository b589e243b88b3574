//! Handing a first reading in, signing its lane, and going on after all.

use super::{Refused, Stamp, check_reason, step};
use crate::guard::Watch;
use crate::review::contract::Contract;
use crate::review::event::{NewReviewEvent, ReviewAct};
use crate::review::fold::Review;
use crate::review::lane::{Disposition, Lane};
use crate::review::signature::Void;

/// Hands the first reading in.
pub fn submit(review: &Review, stamp: Stamp) -> Result<NewReviewEvent, Refused> {
    if review.submitted.is_some() {
        return Err(Refused::AlreadySubmitted);
    }
    if review.is_quarantined() {
        return Err(Refused::Quarantined);
    }
    step(review, stamp, ReviewAct::Submitted)
}

/// Goes on with a review that was handed in or signed.
pub fn reopen(
    review: &Review,
    contract: &Contract,
    guard: &Watch,
    why: &str,
    stamp: Stamp,
) -> Result<NewReviewEvent, Refused> {
    let signed = review.signature().map(|signature| signature.recorded_at);
    let reopened = review.reopenings.last().map(|reopening| reopening.by.recorded_at);
    if review.submitted.is_none() && signed <= reopened {
        return Err(Refused::NotClosed);
    }
    check_reason(contract, guard, "reopening", why)?;
    step(review, stamp, ReviewAct::Reopened { why: why.to_owned() })
}

/// Signs the lane as the outcome. `disposition` is the one on the screen, computed from this very review.
pub fn sign(
    review: &Review,
    contract: &Contract,
    disposition: &Disposition,
    stamp: Stamp,
) -> Result<NewReviewEvent, Refused> {
    match disposition.lane {
        Lane::Quarantine => return Err(Refused::Quarantined),
        Lane::WaitingReadback => return Err(Refused::NothingReceived),
        Lane::WaitingRuntimeGate => return Err(Refused::AlreadyAccepted),
        _ => {}
    }
    match Void::of(review, disposition.lane.id(), &stamp.actor) {
        Some(Void::SelfReview) => return Err(Refused::ReviewerIsActor),
        Some(Void::NotOpened) => return Err(Refused::NotOpened),
        Some(Void::Quarantined) => return Err(Refused::Quarantined),
        Some(Void::RuntimeGate | Void::UnknownLane) | None => {}
    }
    let same = |lane: &str, policy: &str| lane == disposition.lane.id() && policy == contract.digest();
    if review.signature().is_some_and(|last| same(&last.lane, &last.policy)) && !review.changed_since_signed() {
        return Err(Refused::AlreadySigned);
    }
    if disposition.policy != contract.digest() {
        return Err(Refused::OtherPolicy);
    }
    let act = ReviewAct::Signed {
        lane: disposition.lane.id().to_owned(),
        input_digest: disposition.input_digest.clone(),
        policy: disposition.policy.clone(),
        around: None,
    };
    step(review, stamp, act)
}
