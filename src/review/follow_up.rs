//! What is still owed after a review.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One item that is owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// Its name within the review (`P0-3`).
    pub id: String,
    /// What is to be done. Foreign text.
    pub title: String,
    /// Who owes it; empty while nobody does. Foreign text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// What kind of work.
    pub kind: FollowUpKind,
    /// How much it matters.
    pub priority: Priority,
    /// To which domain it belongs (`disaster recovery`). Foreign text.
    pub domain: String,
    /// Estimated work in quarters of a day: 24.5 days are 98.
    pub effort_quarters: u32,
    /// How far it is.
    pub status: FollowUpStatus,
    /// References to what shows that it is done. Foreign text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

/// What kind of work an item is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpKind {
    /// It makes the damage smaller.
    Mitigate,
    /// It keeps it from happening again.
    Prevent,
    /// It changes how people work.
    Process,
    /// Anything else.
    #[default]
    Other,
}

/// How much an item matters, the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Nothing is production ready before it is done.
    P0,
    /// Next.
    P1,
    /// Later.
    P2,
    /// Some day.
    P3,
}

/// How far an item is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpStatus {
    /// Nobody has begun.
    #[default]
    ToDo,
    /// Somebody is at it.
    InProgress,
    /// Done, with evidence.
    Done,
    /// It will not be done; the title or the evidence says why.
    Dropped,
}
