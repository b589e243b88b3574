//! What a file is at a look, and what is remembered of it for the next one.

use crate::env::snapshot::Keys;
use serde::{Deserialize, Serialize};

/// Why a file has no keys to compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Without {
    /// There is no file.
    Removed,
    /// Its reader refuses it.
    Refused {
        /// At this line, 1-based.
        line: usize,
    },
    /// It is larger than what is read.
    TooLarge,
    /// It may not be read, or is no file.
    Unread {
        /// Why, in words that stand behind its name.
        why: String,
    },
}

impl Without {
    /// The word for machines.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Refused { .. } => "refused",
            Self::TooLarge => "too_large",
            Self::Unread { .. } => "unread",
        }
    }

    /// What became of the file, in words.
    pub(super) fn says(&self) -> String {
        match self {
            Self::Removed => "removed".to_owned(),
            Self::Refused { line } => format!("changed by hand: refused at line {line}"),
            Self::TooLarge => "changed by hand: too large to read".to_owned(),
            Self::Unread { why } => format!("can't be looked at any more: it {why}"),
        }
    }
}

/// What a look found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The file was read.
    Keys(Keys),
    /// It was not.
    Without(Without),
}

/// What was so when it was last looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// What it held when it was last read; `None`: it never was.
    pub keys: Option<Keys>,
    /// Why it was not read the last time, where that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<Without>,
}

impl Memory {
    /// What is remembered once this was seen.
    #[must_use]
    pub fn after(&self, seen: &State) -> Self {
        match seen {
            State::Keys(keys) => Self { keys: Some(keys.clone()), without: None },
            State::Without(why) => Self { keys: self.keys.clone(), without: Some(why.clone()) },
        }
    }

    /// What it held, as far as that is known: a file that was not there held nothing.
    pub(super) fn held(&self) -> Option<Keys> {
        let was_never_there = self.without == Some(Without::Removed);
        self.keys.clone().or_else(|| was_never_there.then(Keys::new))
    }
}
