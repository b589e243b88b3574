//! What comes in: keys, answers of the shell, and the end.

use super::effect::Step;
use super::window::{Counted, Looked};
use crate::env::forecast::Host;
use crate::env::{self, Matrix};
use crate::evidence::Evidence;
use crate::guard::Watch;
use crate::review::{Presence, Recorded, Snapshot};
use crate::timeline::{Entry, OwnEvent};
use crossterm::event::KeyEvent;

/// Something happened outside the core.
#[derive(Clone, Debug)]
pub enum Event {
    /// A key was pressed.
    Key(KeyEvent),
    /// A text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// A probe's observation was judged.
    Judged(Box<Evidence>),
    /// The layers of the configuration were read and compared.
    EnvCompared(Box<Matrix>),
    /// The hosts that its keys name were looked up.
    HostsLooked(Vec<Host>),
    /// The backups of the configuration were read, or why not.
    PastRead(Result<Vec<env::snapshot::Snapshot>, String>),
    /// The stack's `.env` was changed, and not by a sync.
    EnvChanged(Box<OwnEvent>),
    /// The guard knows more values to look out for.
    Guard(Watch),
    /// The change-evidence snapshot was read, or why not.
    SnapshotRead(Result<Box<Snapshot>, String>),
    /// The newest page of the timeline and every review step.
    StoreRead {
        /// Newest first.
        entries: Vec<Entry>,
        /// Whether there is nothing older.
        complete: bool,
        /// In the order of recording.
        reviews: Vec<Recorded>,
    },
    /// What came into the timeline since it was read, and the review steps that came.
    NewsRead {
        /// Newest first.
        entries: Vec<Entry>,
        /// Whether there is nothing older.
        complete: bool,
        /// Whether they are all that came, so that nothing lies between them and what was read before. Else they are
        /// the newest of too many.
        joined: bool,
        /// In the order of recording.
        steps: Vec<Recorded>,
    },
    /// An older page of the timeline.
    OlderRead {
        /// Newest first.
        entries: Vec<Entry>,
        /// Whether there is nothing older.
        complete: bool,
    },
    /// What stands beside the rows of a page that comes next.
    Margin {
        /// Notes and corrections.
        annotations: Vec<OwnEvent>,
        /// Digests of the rows, by id; none of a row that holds something masked.
        digests: Vec<(String, Option<String>)>,
    },
    /// A note or a correction will never be recorded.
    NotAppended {
        /// The event's id.
        id: String,
        /// Why; one line.
        why: String,
    },
    /// What became of a look at the timeline.
    Looked(Box<Looked>),
    /// What was counted.
    Counted(Box<Counted>),
    /// What the store kept of what the probes said, newest first.
    HistoryRead(Vec<Entry>),
    /// The store's state changed.
    Store(StoreState),
    /// The store's answer to a step: recorded, or not and why.
    Stepped {
        /// The step's event id.
        id: String,
        /// What became of it.
        outcome: Stepped,
    },
    /// Who else is in a review.
    Present(Vec<Presence>),
    /// A step that an earlier console could not send and kept.
    Kept(Box<Step>),
    /// A kept draft, read back at the start.
    Draft {
        /// What it belongs to.
        key: String,
        /// The text.
        text: String,
    },
    /// A wake-up that was asked for.
    Woken,
    /// Something went wrong that a person should know; one line, sanitised.
    Trouble(String),
    /// The console has to end: a signal, or the terminal is gone.
    Shutdown(u8),
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Stepped {
    /// It is recorded.
    Recorded(Box<Recorded>),
    /// The database can't be reached; the step is kept locally and will be sent.
    Deferred,
    /// Somebody else was faster.
    Conflict,
    /// It will never be recorded; why.
    Refused(String),
}

/// Whether the store can be had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StoreState {
    /// It is being opened.
    #[default]
    Opening,
    /// It answers.
    Ready,
    /// It does not; why, in words.
    Unavailable(String),
}
