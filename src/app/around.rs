//! What lies around a review, from what the console knows.

use super::Facts;
use crate::review::{self, Around, Review, Scene};

/// What lies around a review now.
pub fn around(review: &Review, facts: &Facts) -> Around {
    let scene = Scene {
        snapshot: facts.snapshot.as_ref().ok().map(|snapshot| snapshot.digest.as_str()),
        evidence: &facts.evidence,
        why_not: &facts.recovery.why_not,
        entries: &facts.log.entries,
        now: facts.now,
    };
    review::around(review, &scene, |row| facts.margin.digest(row))
}
