//! The next step of a review, made from what stands, or why it can't be made. Each carries the version
//! it was made for: a step made beside another's is a conflict, never an overwrite.

mod again;
mod answer;
mod caught;
mod change;
mod close;
mod evidence;
mod follow_up;
mod narrative;
mod operation;
mod refused;
mod second;

pub use again::again;
pub use answer::{Given, decide};
pub use caught::{let_through, quarantine};
pub use change::{correct, looked_at, override_check, set_field};
pub use close::{reopen, sign, submit};
pub use evidence::{attach, detach, mark_evidence, unmark_evidence};
pub use follow_up::{move_follow_up, set_follow_up};
pub use narrative::{drop_risk, rate_risk, write_section};
pub use operation::operation_row;
pub use refused::Refused;
pub use second::{answer_second, join, submit_second};

use super::contract::Contract;
use super::event::{CandidateId, NewReviewEvent, ReviewAct, ReviewId};
use super::fold::Review;
use crate::guard::Watch;
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

/// Records that the payload caught in a field was removed.
pub fn clear(review: &Review, field: &str, stamp: Stamp) -> Result<NewReviewEvent, Refused> {
    if !review.caught.iter().any(|caught| caught.field == field && !caught.cleared) {
        return Err(Refused::NothingQuarantined(field.to_owned()));
    }
    step(review, stamp, ReviewAct::QuarantineCleared { field: field.to_owned() })
}

fn step(review: &Review, stamp: Stamp, act: ReviewAct) -> Result<NewReviewEvent, Refused> {
    if review.opening.is_none() {
        return Err(Refused::NotOpened);
    }
    check_actor(&stamp.actor)?;
    let reads_second = review.second.as_ref().is_some_and(|second| second.reader.actor == stamp.actor);
    if reads_second && act.is_of_the_first_reading() {
        return Err(Refused::ReadsSecond);
    }
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

/// Refuses a reason that says nothing, or that must not be kept.
fn check_reason(contract: &Contract, guard: &Watch, place: &'static str, reason: &str) -> Result<(), Refused> {
    if !contract.says_something(reason) {
        return Err(Refused::NeedsReason(place));
    }
    check_text(guard, place, reason)
}
