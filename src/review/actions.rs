//! The next step of a review, made from what stands, or why it can't be made. Each carries the version
//! it was made for: a step made beside another's is a conflict, never an overwrite.

mod follow_up;
mod narrative;
mod operation;
mod refused;

pub use follow_up::{move_follow_up, set_follow_up};
pub use narrative::{drop_risk, rate_risk, write_section};
pub use operation::operation_row;
pub use refused::Refused;

use super::contract::Contract;
use super::event::{Answer, CandidateId, NewReviewEvent, ReviewAct, ReviewId};
use super::fold::Review;
use super::lane::{Disposition, Lane};
use super::signature::Void;
use crate::guard::Watch;
use crate::guard::scan::Hit;
use jiff::Timestamp;

/// The longest text a field or a reason may hold, in bytes: a reference and a sentence, no payload.
pub const MAX_TEXT: usize = 4096;
/// The longest incident id, in characters: the column's width.
const MAX_INCIDENT: usize = 30;
/// The longest actor, in characters: the column's width.
const MAX_ACTOR: usize = 100;

/// Who makes a step, when, and under which id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// A new `UUIDv7`.
    pub id: String,
    /// `console:<user>`.
    pub actor: String,
    /// Now.
    pub now: Timestamp,
}

/// Opens a review of a candidate; the step's id becomes the review's.
pub fn open(
    candidate: &CandidateId,
    snapshot_digest: &str,
    contract: &Contract,
    incident_id: &str,
    stamp: Stamp,
) -> Result<NewReviewEvent, Refused> {
    if incident_id.trim().is_empty() || incident_id.chars().count() > MAX_INCIDENT {
        return Err(Refused::BadIncident);
    }
    check_actor(&stamp.actor)?;
    Ok(NewReviewEvent {
        review: ReviewId(stamp.id.clone()),
        id: stamp.id,
        incident_id: incident_id.to_owned(),
        expected_version: 0,
        actor: stamp.actor,
        occurred_at: stamp.now,
        act: ReviewAct::Opened {
            candidate: candidate.clone(),
            snapshot_digest: snapshot_digest.to_owned(),
            policy: contract.digest().to_owned(),
        },
    })
}

/// Writes a field; an empty value takes it back. What the guard catches is refused with where it stands:
/// record it with [`quarantine`].
pub fn set_field(
    review: &Review,
    contract: &Contract,
    guard: &Watch,
    field: &str,
    value: &str,
    stamp: Stamp,
) -> Result<NewReviewEvent, Refused> {
    if !contract.is_editable(field) {
        return Err(Refused::NoSuchField(field.to_owned()));
    }
    check_text(guard, field, value)?;
    step(review, stamp, ReviewAct::FieldSet { field: field.to_owned(), value: value.to_owned() })
}

/// Answers a check.
pub fn decide(
    review: &Review,
    contract: &Contract,
    guard: &Watch,
    check: &str,
    answer: Answer,
    stamp: Stamp,
) -> Result<NewReviewEvent, Refused> {
    let known = contract.check(check).ok_or_else(|| Refused::NoSuchCheck(check.to_owned()))?;
    if let Answer::NotApplicable { reason } = &answer {
        if !known.not_applicable {
            return Err(Refused::MustApply(check.to_owned()));
        }
        if !contract.says_something(reason) {
            return Err(Refused::NoReason(check.to_owned()));
        }
        check_text(guard, check, reason)?;
    }
    step(review, stamp, ReviewAct::CheckDecided { check: check.to_owned(), answer, heard: None, diligence: None })
}

/// Records that the guard caught something, by where it stood; never what.
pub fn quarantine(review: &Review, field: &str, hit: &Hit, stamp: Stamp) -> Result<NewReviewEvent, Refused> {
    let act = ReviewAct::Quarantined {
        field: field.to_owned(),
        detector: hit.detector.to_owned(),
        offset: hit.offset,
        len: hit.len,
    };
    step(review, stamp, act)
}

/// Records that the payload caught in a field was removed.
pub fn clear(review: &Review, field: &str, stamp: Stamp) -> Result<NewReviewEvent, Refused> {
    if !review.caught.iter().any(|caught| caught.field == field && !caught.cleared) {
        return Err(Refused::NothingQuarantined(field.to_owned()));
    }
    step(review, stamp, ReviewAct::QuarantineCleared { field: field.to_owned() })
}

/// Marks a row of the timeline as evidence, by its id and its digest, where it has one.
pub fn mark_evidence(
    review: &Review,
    row: &str,
    digest: Option<String>,
    stamp: Stamp,
) -> Result<NewReviewEvent, Refused> {
    if review.evidence.contains_key(row) {
        return Err(Refused::AlreadyMarked);
    }
    step(review, stamp, ReviewAct::EvidenceMarked { row: row.to_owned(), digest })
}

/// Takes the mark of a row back.
pub fn unmark_evidence(review: &Review, row: &str, stamp: Stamp) -> Result<NewReviewEvent, Refused> {
    if !review.evidence.contains_key(row) {
        return Err(Refused::NotMarked);
    }
    step(review, stamp, ReviewAct::EvidenceUnmarked { row: row.to_owned() })
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

fn step(review: &Review, stamp: Stamp, act: ReviewAct) -> Result<NewReviewEvent, Refused> {
    if review.opening.is_none() {
        return Err(Refused::NotOpened);
    }
    check_actor(&stamp.actor)?;
    Ok(NewReviewEvent {
        id: stamp.id,
        review: review.id.clone(),
        incident_id: review.incident_id.clone(),
        expected_version: review.version(),
        actor: stamp.actor,
        occurred_at: stamp.now,
        act,
    })
}

fn check_actor(actor: &str) -> Result<(), Refused> {
    let user = actor.rsplit_once(':').map_or(actor, |(_, user)| user);
    if user.trim().is_empty() || actor.chars().count() > MAX_ACTOR {
        return Err(Refused::BadActor);
    }
    Ok(())
}

fn check_text(guard: &Watch, place: &str, text: &str) -> Result<(), Refused> {
    let hits = guard.catch(text);
    if !hits.is_empty() {
        return Err(Refused::Caught { place: place.to_owned(), hits });
    }
    if text.len() > MAX_TEXT {
        return Err(Refused::TooLong(place.to_owned()));
    }
    Ok(())
}
