//! An item as a list has it, and what becomes of it beside what is recorded.

use super::words;
use crate::review::follow_up::{FollowUp, FollowUpKind, FollowUpStatus, Priority};
use jiff::civil::Date;

/// The domain of an item that names none.
const NO_DOMAIN: &str = "general";

/// An item of a list; `None` where the list is silent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The line of the text that it begins on; the first is 1.
    pub line: usize,
    /// Its name.
    pub id: String,
    /// What is to be done. Foreign text.
    pub title: String,
    /// Who owes it. Foreign text.
    pub owner: Option<String>,
    /// By when.
    pub due: Option<Date>,
    /// What kind of work.
    pub kind: Option<FollowUpKind>,
    /// How much it matters.
    pub priority: Option<Priority>,
    /// Its domain. Foreign text.
    pub domain: Option<String>,
    /// Quarters of a day.
    pub effort_quarters: Option<u32>,
    /// What the box says.
    pub status: FollowUpStatus,
    /// References. Foreign text.
    pub evidence: Vec<String>,
}

/// Why an item does not become what the list says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Held {
    /// A list that calls it done without saying what shows it.
    #[error("it is called done without evidence: taken as in progress; add `evidence: REFERENCE`")]
    NoEvidence,
    /// A list that is behind what is recorded.
    #[error("it is further here than in the list: left as it is; `review follow-up set` takes it back")]
    NotTakenBack,
}

impl Listed {
    /// The priority that an id begins with: P0 of `P0-3`.
    pub fn priority_of(id: &str) -> Option<Priority> {
        words::priority_of_id(id)
    }

    /// The item that the list makes of what stands. What the list is silent about stays; a list takes nothing back, so
    /// that an old copy of it does no harm; and nothing is done without evidence.
    pub fn onto(&self, standing: Option<&FollowUp>) -> (FollowUp, Option<Held>) {
        let mut evidence = standing.map(|item| item.evidence.clone()).unwrap_or_default();
        for reference in &self.evidence {
            if !evidence.contains(reference) {
                evidence.push(reference.clone());
            }
        }
        let (status, held) = self.status_after(standing, !evidence.is_empty());
        let item = FollowUp {
            id: self.id.clone(),
            title: self.title.clone(),
            owner: self.owner.clone().or_else(|| standing.map(|item| item.owner.clone())).unwrap_or_default(),
            due: self.due.or_else(|| standing.and_then(|item| item.due)),
            kind: self.kind.or_else(|| standing.map(|item| item.kind)).unwrap_or_default(),
            priority: self.priority.or_else(|| standing.map(|item| item.priority)).unwrap_or(Priority::P2),
            domain: self
                .domain
                .clone()
                .or_else(|| standing.map(|item| item.domain.clone()))
                .unwrap_or_else(|| NO_DOMAIN.to_owned()),
            effort_quarters: self
                .effort_quarters
                .or_else(|| standing.map(|item| item.effort_quarters))
                .unwrap_or_default(),
            status,
            evidence,
        };
        (item, held)
    }

    fn status_after(&self, standing: Option<&FollowUp>, has_evidence: bool) -> (FollowUpStatus, Option<Held>) {
        let stands = standing.map_or(FollowUpStatus::ToDo, |item| item.status);
        if rank(stands) > rank(self.status) || (rank(stands) == 2 && stands != self.status) {
            return (stands, Some(Held::NotTakenBack));
        }
        if self.status == FollowUpStatus::Done && stands != FollowUpStatus::Done && !has_evidence {
            return (FollowUpStatus::InProgress, Some(Held::NoEvidence));
        }
        (self.status, None)
    }
}

/// How far a status is.
fn rank(status: FollowUpStatus) -> u8 {
    match status {
        FollowUpStatus::ToDo => 0,
        FollowUpStatus::InProgress => 1,
        FollowUpStatus::Done | FollowUpStatus::Dropped => 2,
    }
}
