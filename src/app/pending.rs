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
        let first = !self.steps.iter().any(|(queued, _)| queued.event.review == step.event.review);
        let stage = if first { Stage::Sent } else { Stage::Waiting };
        self.steps.push_back((step.clone(), stage));
        first.then_some(step)
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
    /// they were decided on a state that is not so. Returns how many.
    pub fn dropped(&mut self, id: &str) -> usize {
        let Some(review) = self.review_of(id) else { return 0 };
        let before = self.steps.len();
        self.steps.retain(|(step, _)| step.event.review != review);
        before - self.steps.len()
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
