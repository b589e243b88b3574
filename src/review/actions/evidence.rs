//! Evidence of a review: attached to a check by reference, or a row of the timeline that is marked.

use super::{Refused, Stamp, check_text, step};
use crate::guard::Watch;
use crate::review::contract::Contract;
use crate::review::event::{EvidenceRef, NewReviewEvent, ReviewAct};
use crate::review::fold::Review;

/// Attaches evidence to a check. Evidence that has changed since is attached anew, in the place of what it was.
pub fn attach(
    review: &Review,
    contract: &Contract,
    guard: &Watch,
    check: &str,
    evidence: EvidenceRef,
    stamp: Stamp,
) -> Result<NewReviewEvent, Refused> {
    contract.check(check).ok_or_else(|| Refused::NoSuchCheck(check.to_owned()))?;
    let known = review.attached.get(check).into_iter().flatten();
    if known.into_iter().any(|one| one.evidence.id == evidence.id && one.evidence.digest == evidence.digest) {
        return Err(Refused::AlreadyAttached);
    }
    check_text(guard, check, &evidence.id)?;
    step(review, stamp, ReviewAct::EvidenceAttached { check: check.to_owned(), evidence })
}

/// Takes evidence off a check.
pub fn detach(review: &Review, check: &str, id: &str, stamp: Stamp) -> Result<NewReviewEvent, Refused> {
    if !review.attached.get(check).is_some_and(|all| all.iter().any(|one| one.evidence.id == id)) {
        return Err(Refused::NotAttached);
    }
    step(review, stamp, ReviewAct::EvidenceDetached { check: check.to_owned(), id: id.to_owned() })
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
