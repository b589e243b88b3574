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

impl FollowUpKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Mitigate, Self::Prevent, Self::Process, Self::Other];

    /// Its name in lists and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Mitigate => "mitigate",
            Self::Prevent => "prevent",
            Self::Process => "process",
            Self::Other => "other",
        }
    }
}

impl Priority {
    /// Every priority, the most urgent first.
    pub const ALL: [Self; 4] = [Self::P0, Self::P1, Self::P2, Self::P3];

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::P0 => "P0",
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
        }
    }
}

impl FollowUpStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::ToDo, Self::InProgress, Self::Done, Self::Dropped];

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::ToDo => "to do",
            Self::InProgress => "in progress",
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }
}

impl FollowUp {
    /// Whether it is shown to be done: it says so, and there is evidence.
    pub fn is_proved(&self) -> bool {
        self.status == FollowUpStatus::Done && !self.evidence.is_empty()
    }

    /// Whether nothing is production ready before it is done: its priority says so, or its id (`P0-3`) does.
    pub fn is_p0(&self) -> bool {
        let by_id = self.id.split_once('-').is_some_and(|(name, _)| name.eq_ignore_ascii_case("p0"));
        by_id || self.priority == Priority::P0
    }

    /// Whether somebody still has to work on it.
    pub fn is_open(&self) -> bool {
        matches!(self.status, FollowUpStatus::ToDo | FollowUpStatus::InProgress)
    }

    /// Where it stands among others by its id: P0-9 before P0-10.
    pub fn order(&self) -> (&str, u64) {
        let (name, number) = self.id.rsplit_once('-').unwrap_or((&self.id, ""));
        (name, number.parse().unwrap_or(u64::MAX))
    }

    /// The same with its texts in one line each, without space around them.
    #[must_use]
    pub fn tidy(mut self) -> Self {
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.title = one_line(&self.title);
        one_line(&self.owner).trim_start_matches(['@', ' ']).clone_into(&mut self.owner);
        self.domain = one_line(&self.domain);
        self.evidence = self.evidence.iter().map(|text| one_line(text)).filter(|text| !text.is_empty()).collect();
        self
    }
}

/// Whether this can name an item: letters and digits with hyphens between them (`P0-3`), at most 20 characters.
pub fn is_item_id(text: &str) -> bool {
    let parts_are_words =
        text.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    parts_are_words && text.len() <= 20 && text.contains('-') && text.ends_with(|last: char| last.is_ascii_digit())
}
