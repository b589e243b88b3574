//! The review that somebody asks for on the command line.

use super::book::Book;
use super::event::CandidateId;
use super::fold::Review;
use crate::guard::line;
use std::collections::BTreeSet;

/// The fewest bytes of an id that name a review.
const LEAST: usize = 6;
/// How many reviews an error lists.
const LISTED: usize = 8;

/// Why no review, or not one alone, is meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFound {
    /// Nothing fits.
    #[error("there is no review {0}; `readback review list` has them")]
    None(String),
    /// More than one fits.
    #[error("{asked} names {count} reviews: {listed}; name one of them")]
    Ambiguous {
        /// What was asked for.
        asked: String,
        /// How many fit.
        count: usize,
        /// Some of them: id and candidate.
        listed: String,
    },
}

impl Book {
    /// The review with this id, or the only one whose id begins so; the latest of a candidate; the latest of an
    /// incident, where all of its reviews are of one candidate.
    pub fn asked(&self, asked: &str) -> Result<&Review, NotFound> {
        if let Some((_, review)) = self.reviews.iter().find(|(id, _)| id.0 == asked) {
            return Ok(review);
        }
        if let Some(review) = self.latest(&CandidateId(asked.to_owned())) {
            return Ok(review);
        }
        let of_incident: Vec<&Review> =
            self.reviews.values().filter(|review| review.incident_id == asked && review.opening.is_some()).collect();
        let candidates: BTreeSet<&CandidateId> =
            of_incident.iter().filter_map(|review| Some(&review.opening.as_ref()?.candidate)).collect();
        if candidates.len() == 1 {
            let opened =
                |review: &&&Review| (review.opening.as_ref().map(|opening| opening.by.recorded_at), review.id.clone());
            return of_incident
                .iter()
                .max_by_key(opened)
                .copied()
                .ok_or_else(|| NotFound::None(line(asked).into_owned()));
        }
        let is_asked = |review: &&Review| asked.len() >= LEAST && review.id.0.starts_with(asked);
        let fitting =
            if of_incident.is_empty() { self.reviews.values().filter(is_asked).collect() } else { of_incident };
        match fitting.as_slice() {
            [] => Err(NotFound::None(line(asked).into_owned())),
            [one] => Ok(one),
            many => Err(NotFound::Ambiguous {
                asked: line(asked).into_owned(),
                count: many.len(),
                listed: many.iter().take(LISTED).map(|review| name(review)).collect::<Vec<_>>().join(", "),
            }),
        }
    }
}

fn name(review: &Review) -> String {
    let candidate = review.opening.as_ref().map(|opening| opening.candidate.0.as_str()).unwrap_or_default();
    format!("{} ({})", line(&review.id.0), line(candidate))
}
