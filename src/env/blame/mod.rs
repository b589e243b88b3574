//! Since when: what became of each key, from backups, from what was recorded, and from the file as it stands.
//!
//! A backup says what was so when it was made, not when it became so: a change lies between two snapshots, and both
//! ends are told.

mod dates;
mod names;
mod near;
mod recorded;

pub use dates::time_in_name;
pub use names::is_backup_name;
pub use near::{NEAR, away, nearest, words};
pub use recorded::{RecordedChange, recorded, with_recorded};

use super::snapshot::{Dated, Held, Snapshot};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;

/// What a key did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Did {
    /// It was there as far back as is known.
    WasThere,
    /// It came.
    Appeared,
    /// It got another value.
    Changed,
    /// It lost its value.
    Emptied,
    /// It went.
    Vanished,
    /// It came back after it had gone.
    CameBack,
}

impl Did {
    /// The words for the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::WasThere => "was there",
            Self::Appeared => "appeared",
            Self::Changed => "changed",
            Self::Emptied => "emptied",
            Self::Vanished => "vanished",
            Self::CameBack => "came back",
        }
    }
}

/// A step in a key's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it did.
    pub did: Did,
    /// The last time it was seen as before; `None` where nothing older is known.
    pub after: Option<Timestamp>,
    /// How that time is known.
    pub after_dated: Option<Dated>,
    /// The first time it was seen so.
    pub by: Timestamp,
    /// How that time is known.
    pub dated: Dated,
    /// Where it was seen so.
    pub label: String,
    /// What it held from then on.
    pub held: Option<Held>,
}

/// A key in one snapshot, for the strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The snapshot could not be read.
    Unread,
    /// It has not got the key.
    Absent,
    /// The key has no value.
    Empty,
    /// The value is what it was before.
    Same,
    /// The value is new.
    New,
}

impl Mark {
    /// Every mark, in the order of a legend.
    pub const ALL: [Self; 5] = [Self::New, Self::Same, Self::Empty, Self::Absent, Self::Unread];

    /// The word beside the symbol.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unread => "unread",
            Self::Absent => "absent",
            Self::Empty => "empty",
            Self::Same => "same",
            Self::New => "new value",
        }
    }
}

/// A key's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyBlame {
    /// The key.
    pub key: String,
    /// What it did, oldest first; never empty.
    pub steps: Vec<Step>,
    /// One per snapshot, oldest first.
    pub strip: Vec<Mark>,
}

impl KeyBlame {
    /// The step that made the key what it is.
    pub fn last(&self) -> Option<&Step> {
        self.steps.last()
    }
}

/// Puts snapshots in order of time; of the same time the file as it stands comes last.
pub fn in_order(mut snapshots: Vec<Snapshot>) -> Vec<Snapshot> {
    snapshots.sort_by(|left, right| {
        let rank = |snapshot: &Snapshot| (snapshot.dated == Dated::Now, snapshot.at);
        rank(left).cmp(&rank(right)).then_with(|| left.label.cmp(&right.label))
    });
    snapshots
}

/// The same lives, the one that changed last first: when did the S3 keys go?
pub fn by_last_step(lives: &[KeyBlame]) -> Vec<&KeyBlame> {
    let mut sorted: Vec<&KeyBlame> = lives.iter().collect();
    // A key that was there from the start has not changed, however young the oldest snapshot is.
    let rank = |life: &KeyBlame| {
        let last = life.last();
        (last.is_some_and(|step| step.did != Did::WasThere), last.map(|step| step.by))
    };
    sorted.sort_by(|left, right| rank(right).cmp(&rank(left)).then_with(|| left.key.cmp(&right.key)));
    sorted
}

/// What became of every key that any snapshot has, by name. The snapshots are in order of time.
pub fn blame(snapshots: &[Snapshot]) -> Vec<KeyBlame> {
    let keys: BTreeSet<&String> =
        snapshots.iter().filter_map(|snapshot| snapshot.keys.as_ref().ok()).flat_map(|keys| keys.keys()).collect();
    keys.into_iter().map(|key| life(key, snapshots)).collect()
}

fn life(key: &str, snapshots: &[Snapshot]) -> KeyBlame {
    let (mut steps, mut strip) = (Vec::<Step>::new(), Vec::with_capacity(snapshots.len()));
    // What the last readable snapshot said, and when.
    let mut before: Option<(Option<&Held>, Timestamp, Dated)> = None;
    let mut was_there = false;
    for snapshot in snapshots {
        let Ok(keys) = &snapshot.keys else {
            strip.push(Mark::Unread);
            continue;
        };
        let held = keys.get(key);
        let did = did(before.is_none(), before.and_then(|(held, ..)| held), held, was_there);
        strip.push(match held {
            None => Mark::Absent,
            Some(Held { len: 0, .. }) => Mark::Empty,
            Some(_) if did.is_none() => Mark::Same,
            Some(_) => Mark::New,
        });
        steps.extend(did.map(|did| Step {
            did,
            after: before.map(|(_, at, _)| at),
            after_dated: before.map(|(.., dated)| dated),
            by: snapshot.at,
            dated: snapshot.dated,
            label: snapshot.label.clone(),
            held: held.cloned(),
        }));
        was_there |= held.is_some();
        before = Some((held, snapshot.at, snapshot.dated));
    }
    KeyBlame { key: key.to_owned(), steps, strip }
}

/// What a key did between two snapshots; `is_first` where nothing older is known.
fn did(is_first: bool, before: Option<&Held>, now: Option<&Held>, was_there: bool) -> Option<Did> {
    match (before, now) {
        (None, Some(_)) if is_first => Some(Did::WasThere),
        (None, Some(_)) if was_there => Some(Did::CameBack),
        (None, Some(_)) => Some(Did::Appeared),
        (Some(_), None) => Some(Did::Vanished),
        (Some(old), Some(new)) if old == new => None,
        (Some(_), Some(Held { len: 0, .. })) => Some(Did::Emptied),
        (Some(_), Some(_)) => Some(Did::Changed),
        (None, None) => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't go on should say so")]
mod tests;
