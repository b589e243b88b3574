//! The second reading: somebody else answers every check without seeing the answers, then both see the differences.

use super::Review;
use super::parts::{AnomalyKind, Decision, Touch};
use crate::review::event::{Answer, Recorded};
use std::collections::BTreeMap;

/// The second reading as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondReading {
    /// Who reads, and since when.
    pub reader: Touch,
    /// Whether the reader had looked at the first reading before.
    pub looked: bool,
    /// The reader's answers, by check.
    pub answers: BTreeMap<String, Decision>,
    /// Who handed it in, and when: from then on both readings are seen.
    pub submitted: Option<Touch>,
}

/// Whose answers an actor may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The reviewers'.
    First,
    /// The second reader's own; the reviewers' not yet.
    Second,
    /// Both.
    Both,
}

impl Review {
    /// Whose answers this actor (`console:<user>`) may see now. Who watches sees the first reading.
    pub fn reading_of(&self, actor: &str) -> Reading {
        match &self.second {
            Some(second) if second.submitted.is_some() => Reading::Both,
            Some(second) if second.reader.actor == actor => Reading::Second,
            _ => Reading::First,
        }
    }

    /// The checks on which the two readings differ, in their order; none before the second was handed in. Who said nothing
    /// of a check does not differ from who says that it holds.
    pub fn disputes(&self) -> Vec<&str> {
        let Some(second) = self.second.as_ref().filter(|second| second.submitted.is_some()) else {
            return Vec::new();
        };
        let differs = |check: &str, decision: &Decision| {
            let first = self.answers.get(check).map(|first| &first.answer);
            !first.unwrap_or(&Answer::Pass).agrees(&decision.answer)
        };
        second
            .answers
            .iter()
            .filter(|(check, decision)| differs(check, decision))
            .map(|(check, _)| check.as_str())
            .collect()
    }

    /// Whether this actor may read second: neither a reviewer here nor named as who acted.
    pub fn may_read_second(&self, actor: &str) -> bool {
        !self.reviewers.contains(actor) && !self.names_as_actor(actor)
    }

    pub(super) fn join(&mut self, step: &Recorded, looked: bool, by: Touch) {
        if self.second.is_some() || !self.may_read_second(&by.actor) {
            return self.note(step, AnomalyKind::NotIndependent);
        }
        self.second = Some(SecondReading { reader: by, looked, answers: BTreeMap::new(), submitted: None });
    }

    pub(super) fn answer_second(&mut self, step: &Recorded, check: &str, decision: Decision) {
        match self.second.as_mut().filter(|second| second.reader.actor == decision.by.actor) {
            Some(second) => {
                second.answers.insert(check.to_owned(), decision);
            }
            None => self.note(step, AnomalyKind::NotSecondReader),
        }
    }

    pub(super) fn submit_second(&mut self, step: &Recorded, by: Touch) {
        let anomaly = match self.second.as_mut().filter(|second| second.reader.actor == by.actor) {
            Some(second) if second.submitted.is_none() => {
                second.submitted = Some(by);
                return;
            }
            Some(_) => AnomalyKind::SubmittedTwice,
            None => AnomalyKind::NotSecondReader,
        };
        self.note(step, anomaly);
    }
}
