//! Who is in a review now. It says where somebody is, never what they answer, and nothing is computed from it.

use super::event::ReviewId;
use super::fold::Review;
use jiff::{SignedDuration, Timestamp};

/// How long a console that says nothing is still there, by the database's clock.
pub const PRESENT_FOR: SignedDuration = SignedDuration::from_mins(1);

/// The most consoles that are told of.
pub const MOST_PRESENT: u32 = 100;

/// As what somebody is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A reviewer of the first reading.
    Reviewer,
    /// The second reader.
    SecondReader,
    /// Whoever leads the session, with the agenda on the screen.
    Facilitator,
    /// Anybody else.
    Watching,
}

impl Part {
    const ALL: [Self; 4] = [Self::Reviewer, Self::SecondReader, Self::Facilitator, Self::Watching];

    /// Its name in the database and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reviewer => "reviewer",
            Self::SecondReader => "second reader",
            Self::Facilitator => "facilitator",
            Self::Watching => "watching",
        }
    }

    /// The part with this name; another console's later invention only watches.
    pub fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|part| part.word() == word).unwrap_or(Self::Watching)
    }

    /// The part of an actor in a review.
    pub fn of(review: &Review, actor: &str, leads: bool) -> Self {
        if review.second.as_ref().is_some_and(|second| second.reader.actor == actor) {
            return Self::SecondReader;
        }
        match (leads, review.reviewers.contains(actor)) {
            (true, _) => Self::Facilitator,
            (false, true) => Self::Reviewer,
            (false, false) => Self::Watching,
        }
    }
}

/// Where a console is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendance {
    /// `console:<user>`.
    pub actor: String,
    /// The incident of the review.
    pub incident_id: String,
    /// The review.
    pub review: ReviewId,
    /// The check that is selected, where one is.
    pub check: Option<String>,
    /// As what.
    pub part: Part,
}

/// A console that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// The console's own id: one person may have two.
    pub console: String,
    /// Where it is. Foreign text.
    pub at: Attendance,
    /// When it last said so, by the database's clock.
    pub seen_at: Timestamp,
}

impl Presence {
    /// Who it is, without what kind of actor. Foreign text.
    pub fn user(&self) -> &str {
        self.at.actor.rsplit_once(':').map_or(self.at.actor.as_str(), |(_, user)| user)
    }
}
