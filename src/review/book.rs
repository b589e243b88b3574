//! All reviews of a store.

use super::event::{CandidateId, Recorded, ReviewId};
use super::fold::{EvidenceMark, Review};
use super::lane::Lane;
use std::collections::BTreeMap;

/// Every review, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// The reviews.
    pub reviews: BTreeMap<ReviewId, Review>,
}

impl Book {
    /// The reviews these steps make, in the order of recording.
    pub fn fold<'a>(steps: impl IntoIterator<Item = &'a Recorded>) -> Self {
        let mut book = Self::default();
        steps.into_iter().for_each(|step| book.apply(step));
        book
    }

    /// Applies one step to the review it belongs to.
    pub fn apply(&mut self, step: &Recorded) {
        let id = step.event.review.clone();
        self.reviews.entry(id).or_insert_with(|| Review::empty(step)).apply(step);
    }

    /// A review.
    pub fn get(&self, id: &ReviewId) -> Option<&Review> {
        self.reviews.get(id)
    }

    /// The review that is open, for a row of this incident: one that was not signed as ready, or has changed since.
    /// One of the same incident comes first, then the one that was opened last.
    pub fn open_for(&self, incident: Option<&str>) -> Option<&Review> {
        let is_done = |review: &Review| {
            let ready = review.signature().is_some_and(|signature| signature.lane == Lane::Ready.id());
            ready && !review.changed_since_signed()
        };
        self.reviews
            .values()
            .filter(|review| !is_done(review))
            .filter_map(|review| review.opening.as_ref().map(|opening| (opening, review)))
            .max_by_key(|(opening, review)| {
                (incident == Some(review.incident_id.as_str()), opening.by.recorded_at, &review.id)
            })
            .map(|(_, review)| review)
    }

    /// The marks of a row as evidence, by review.
    pub fn evidence<'a>(&'a self, row: &'a str) -> impl Iterator<Item = (&'a Review, &'a EvidenceMark)> {
        self.reviews.values().filter_map(move |review| Some((review, review.evidence.get(row)?)))
    }

    /// The review of a candidate that was opened last.
    pub fn latest(&self, candidate: &CandidateId) -> Option<&Review> {
        self.reviews
            .values()
            .filter_map(|review| review.opening.as_ref().map(|opening| (opening, review)))
            .filter(|(opening, _)| opening.candidate == *candidate)
            .max_by_key(|(opening, review)| (opening.by.recorded_at, &review.id))
            .map(|(_, review)| review)
    }
}
