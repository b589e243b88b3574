//! What is owed: writing an item, and saying how far it is.

use super::{Refused, Stamp, check_text, step};
use crate::guard::Watch;
use crate::review::event::{NewReviewEvent, ReviewAct};
use crate::review::fold::Review;
use crate::review::follow_up::{FollowUp, FollowUpStatus, is_item_id};

/// The most references that one item has.
const MOST_EVIDENCE: usize = 50;

/// Writes an item, new or anew. Nothing is done without evidence, and nothing is recorded twice.
pub fn set_follow_up(review: &Review, guard: &Watch, item: FollowUp, stamp: Stamp) -> Result<NewReviewEvent, Refused> {
    let item = item.tidy();
    if !is_item_id(&item.id) {
        return Err(Refused::BadItemId);
    }
    let id = item.id.clone();
    let texts = [&item.title, &item.owner, &item.domain].into_iter().chain(&item.evidence);
    texts.into_iter().try_for_each(|text| check_text(guard, &id, text))?;
    if item.title.is_empty() || item.domain.is_empty() {
        return Err(Refused::SaysNothing(id));
    }
    if item.evidence.len() > MOST_EVIDENCE {
        return Err(Refused::TooLong(id));
    }
    if item.status == FollowUpStatus::Done && item.evidence.is_empty() {
        return Err(Refused::NoEvidence(id));
    }
    if review.follow_ups.get(&id).is_some_and(|standing| standing.item == item) {
        return Err(Refused::StandsAlready(id));
    }
    step(review, stamp, ReviewAct::FollowUpSet { item })
}

/// Says how far an item is, with what shows it; references that stand stay.
pub fn move_follow_up(
    review: &Review,
    guard: &Watch,
    id: &str,
    status: FollowUpStatus,
    evidence: &[String],
    stamp: Stamp,
) -> Result<NewReviewEvent, Refused> {
    let standing = review.follow_ups.get(id).ok_or_else(|| Refused::NoSuchItem(id.to_owned()))?;
    let mut item = FollowUp { status, ..standing.item.clone() };
    for reference in evidence {
        if !item.evidence.contains(reference) {
            item.evidence.push(reference.clone());
        }
    }
    set_follow_up(review, guard, item, stamp)
}
