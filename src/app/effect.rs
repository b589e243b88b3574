//! What the core asks the shell to do. Panes collect effects in an outbox; each passes the one gate
//! [`admit`] before the shell sees it.

use super::window::{Count, Look};
use crate::evidence::ProbeId;
use crate::review::{Attendance, NewReviewEvent};
use crate::timeline::{NewOperation, OwnEvent};
use jiff::Timestamp;

/// Something the shell is asked to do. Its result comes back as an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Run a probe now.
    RunProbe(ProbeId),
    /// Run every probe now.
    RunAllProbes,
    /// Let the probes look by themselves no more, or again.
    Pause(bool),
    /// Read every layer of the configuration again.
    ReadEnv,
    /// Read the newest page of the timeline and the reviews again.
    ReadStore,
    /// Read the page of the timeline that is older than this row.
    ReadOlder {
        /// The time of the oldest row that is known.
        at: Timestamp,
        /// Its id.
        id: String,
    },
    /// Look for rows of the timeline that fit a question.
    Look(Box<Look>),
    /// Count rows of the timeline.
    Count(Box<Count>),
    /// Record a step of a review with its row for the log.
    Record(Box<Step>),
    /// Append an event of the console's own.
    AppendOwn(Box<OwnEvent>),
    /// Keep what is being written, locally; an empty text removes it.
    SaveDraft {
        /// What it belongs to (review and field).
        key: String,
        /// The text; the guard has let it through.
        text: String,
    },
    /// Say to the other consoles where this one is in a review; `None` that it is in none any more.
    Attend(Option<Box<Attendance>>),
    /// Read who is in a review.
    ReadPresent,
    /// Put a text on the person's clipboard.
    Copy(String),
    /// Draw again at this time at the latest.
    WakeAt(Timestamp),
    /// Leave with this exit code.
    Quit(u8),
}

/// A step of a review and its row in `alert_operation_log`: one transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The step, with the identity it was opened with.
    pub event: NewReviewEvent,
    /// Its `USER_ACTION` row; none for steps that are nobody else's business.
    pub operation: Option<NewOperation>,
}

/// What this console may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everything.
    ReadWrite,
    /// Look, and nothing else.
    ReadOnly,
    /// The demo: look at a script.
    Demo,
}

impl Access {
    /// The badge of the header.
    pub fn badge(self) -> &'static str {
        match self {
            Self::ReadWrite => "[RW]",
            Self::ReadOnly => "[R]",
            Self::Demo => "[DEMO]",
        }
    }

    /// Whether anything may be written.
    pub fn may_write(self) -> bool {
        self == Self::ReadWrite
    }
}

impl Effect {
    /// Whether carrying it out writes anything anywhere but to the terminal.
    pub fn writes(&self) -> bool {
        matches!(self, Self::Record(_) | Self::AppendOwn(_) | Self::SaveDraft { .. } | Self::Attend(_))
    }
}

/// The one gate: a console that may not write lets no effect through that does.
pub fn admit(access: Access, effect: &Effect) -> bool {
    access.may_write() || !effect.writes()
}
