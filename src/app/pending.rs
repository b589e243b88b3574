//! Steps of reviews that were asked for and are not recorded yet. They go to the store one at a time
//! per review, in order, each carrying the version it was opened with; nothing here is "recorded".

use super::effect::Step;
use crate::review::ReviewId;
use std::collections::VecDeque;

/// How far a step has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Waits for the step before it.
    Waiting,
    /// Is with the store.
    Sent,
    /// The database can't be reached; it is kept locally and will be sent.
    Deferred,
}

/// The queue of unrecorded steps.
#[derive(Clone, Debug, Default)]
pub struct Pending {
    steps: VecDeque<(Step, Stage)>,
}

impl Pending {
    /// Adds a step at the end; returns it if it is its review's turn.
    pub fn push(&mut self, step: Step) -> Option<Step> {
        let review = step.event.review.clone();
        self.steps.push_back((step, Stage::Waiting));
        self.send_next(&review)
    }

    /// Adds a step that is kept locally already.
    pub fn kept(&mut self, step: Step) {
        self.steps.push_back((step, Stage::Deferred));
    }

    /// The step is recorded: takes it out, and returns the one whose turn it is now.
    pub fn recorded(&mut self, id: &str) -> Option<Step> {
        let at = self.steps.iter().position(|(step, _)| step.event.id == id)?;
        let (done, _) = self.steps.remove(at)?;
        self.send_next(&done.event.review)
    }

    /// The step could not be sent and is kept. The steps behind it are to be kept too, so that none is
    /// lost with the console: returns the next.
    pub fn deferred(&mut self, id: &str) -> Option<Step> {
        let (step, stage) = self.steps.iter_mut().find(|(step, _)| step.event.id == id)?;
        *stage = Stage::Deferred;
        let review = step.event.review.clone();
        self.send_next(&review)
    }

    /// Marks the first waiting step of a review as sent, unless one is with the store already.
    fn send_next(&mut self, review: &ReviewId) -> Option<Step> {
        let mut of_review = self.steps.iter_mut().filter(|(step, _)| step.event.review == *review);
        let (step, stage) = of_review.find(|(_, stage)| *stage != Stage::Deferred)?;
        if *stage == Stage::Sent {
            return None;
        }
        *stage = Stage::Sent;
        Some(step.clone())
    }

    /// The step will never be recorded as it is: it and every later step of its review fall away, because
    /// they were decided on a state that is not so. Returns them, in order.
    pub fn dropped(&mut self, id: &str) -> Vec<Step> {
        let Some(review) = self.review_of(id) else { return Vec::new() };
        let (dropped, kept) = self.steps.drain(..).partition(|(step, _)| step.event.review == review);
        self.steps = kept;
        let dropped: VecDeque<(Step, Stage)> = dropped;
        dropped.into_iter().map(|(step, _)| step).collect()
    }

    fn review_of(&self, id: &str) -> Option<ReviewId> {
        self.steps.iter().find(|(step, _)| step.event.id == id).map(|(step, _)| step.event.review.clone())
    }

    /// The unrecorded steps of a review, in order.
    pub fn of<'a>(&'a self, review: &'a ReviewId) -> impl Iterator<Item = &'a Step> {
        self.steps.iter().map(|(step, _)| step).filter(move |step| step.event.review == *review)
    }

    /// Every unrecorded step, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().map(|(step, _)| step)
    }

    /// How many steps are not recorded.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether everything is recorded.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many are kept because the database can't be reached.
    pub fn deferred_len(&self) -> usize {
        self.steps.iter().filter(|(_, stage)| *stage == Stage::Deferred).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::{NewReviewEvent, ReviewAct};
    use jiff::Timestamp;

    fn step(id: &str, review: &str) -> Step {
        let act = ReviewAct::QuarantineCleared { field: String::new() };
        let event = NewReviewEvent {
            id: id.to_owned(),
            review: ReviewId(review.to_owned()),
            incident_id: "INC".to_owned(),
            expected_version: 0,
            actor: "console:a".to_owned(),
            occurred_at: Timestamp::UNIX_EPOCH,
            act,
        };
        Step { event, operation: None }
    }

    fn id(step: Option<Step>) -> Option<String> {
        step.map(|step| step.event.id)
    }

    #[test]
    fn steps_of_one_review_go_one_after_the_other_and_reviews_do_not_wait_for_each_other() {
        let mut pending = Pending::default();
        assert_eq!(id(pending.push(step("a1", "a"))).as_deref(), Some("a1"));
        assert_eq!(id(pending.push(step("a2", "a"))), None);
        assert_eq!(id(pending.push(step("b1", "b"))).as_deref(), Some("b1"));
        assert_eq!(id(pending.recorded("a1")).as_deref(), Some("a2"));
        assert_eq!(id(pending.recorded("a2")), None);
        assert_eq!(pending.len(), 1);
    }

    #[test]
    fn behind_a_step_that_is_kept_the_next_ones_are_kept_too() {
        let mut pending = Pending::default();
        pending.push(step("a1", "a"));
        pending.push(step("a2", "a"));
        assert_eq!(id(pending.deferred("a1")).as_deref(), Some("a2"));
        assert_eq!(id(pending.deferred("a2")), None);
        assert_eq!(id(pending.push(step("a3", "a"))).as_deref(), Some("a3"));
        assert_eq!(pending.deferred_len(), 2);
    }

    #[test]
    fn a_step_that_was_refused_takes_the_later_ones_of_its_review_with_it() {
        let mut pending = Pending::default();
        for (name, review) in [("a1", "a"), ("a2", "a"), ("b1", "b")] {
            pending.push(step(name, review));
        }
        assert_eq!(pending.dropped("a1").len(), 2);
        assert_eq!(pending.len(), 1);
        assert!(pending.dropped("a1").is_empty());
    }
}
