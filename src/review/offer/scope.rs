//! Which rows of the timeline a review is about: those of its incident, however old, and what lies around them.

use crate::timeline::Entry;
use jiff::{SignedDuration, Timestamp};

/// How far before the first row of the incident, and after its last, what else happened is worth a look.
const AROUND: SignedDuration = SignedDuration::from_hours(24);
/// How far back from now, for what names no incident: what was restarted and changed since belongs to the readback, too.
const LOOKS_BACK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whose row it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Whose {
    /// The review's incident's.
    Incident,
    /// No incident's.
    Nobodys,
    /// Another incident's, around the same time.
    Other(String),
}

/// The incident of a review, and its time.
pub(super) struct Scope<'a> {
    incident: &'a str,
    /// From the first to the last of its rows, and a while more; none where it has none.
    around: Option<(Timestamp, Timestamp)>,
    recent: Timestamp,
}

impl<'a> Scope<'a> {
    /// Of an incident, among these rows.
    pub(super) fn of(incident: &'a str, entries: &[Entry], now: Timestamp) -> Self {
        let own = entries.iter().filter(|entry| entry.incident() == Some(incident) && !entry.is_step_of_a_review());
        let (first, last) = (own.clone().map(Entry::at).min(), own.map(Entry::at).max());
        let around = first.zip(last).map(|(first, last)| {
            let from = first.checked_sub(AROUND).unwrap_or(Timestamp::MIN);
            (from, last.checked_add(AROUND).unwrap_or(Timestamp::MAX))
        });
        Self { incident, around, recent: now.checked_sub(LOOKS_BACK).unwrap_or(Timestamp::MIN) }
    }

    /// Whose a row is; `None` where the review is not about it. A step of a review is no evidence for one.
    pub(super) fn whose(&self, entry: &Entry) -> Option<Whose> {
        if entry.is_step_of_a_review() {
            return None;
        }
        let is_around = self.around.is_some_and(|(from, to)| (from..=to).contains(&entry.at()));
        match entry.incident() {
            Some(incident) if incident == self.incident => Some(Whose::Incident),
            Some(incident) => is_around.then(|| Whose::Other(incident.to_owned())),
            None => (is_around || entry.at() >= self.recent).then_some(Whose::Nobodys),
        }
    }
}
