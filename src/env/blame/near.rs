//! What else happened near a change: the nearest event within ten minutes of either end of when it was made.

use crate::timeline::{Entry, OwnKind};
use jiff::{SignedDuration, Timestamp};

/// How far an event may be from a change to be told with it.
pub const NEAR: SignedDuration = SignedDuration::from_mins(10);

/// The event that is nearest to a time, at most [`NEAR`] before or after it. Entries in any order. Not a change of the
/// file, for that is what is told.
pub fn nearest<'a>(entries: impl IntoIterator<Item = &'a Entry>, at: Timestamp) -> Option<&'a Entry> {
    let far = |entry: &&Entry| entry.at().duration_since(at).abs();
    let others = entries.into_iter().filter(|entry| !is_change(entry));
    others.filter(|entry| far(entry) <= NEAR).min_by_key(far)
}

fn is_change(entry: &Entry) -> bool {
    matches!(entry, Entry::Own(event) if event.kind == OwnKind::ConfigChanged)
}

/// What an event says in few words: its detail, else what its alert is called. Foreign text.
pub fn words(entry: &Entry) -> &str {
    if entry.detail().is_empty() { entry.alert().unwrap_or_default() } else { entry.detail() }
}

/// How far it is from a time, in words.
pub fn away(by: SignedDuration) -> String {
    let (seconds, word) = (by.as_secs().unsigned_abs(), if by.is_negative() { "earlier" } else { "later" });
    match seconds {
        0 => "at the same time".to_owned(),
        1..60 => format!("{seconds} s {word}"),
        _ => format!("{} min {word}", seconds / 60),
    }
}
