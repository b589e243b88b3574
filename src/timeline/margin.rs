//! What stands beside the rows: notes, corrections, marks as evidence, and whether a row is still what it was when
//! they were made.

use super::notes::{Note, Notes, Wording};
use super::{Entry, OwnEvent};
use crate::review::Book;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// More digests than this are not kept for rows that nobody looks at any more.
const MOST_DIGESTS: usize = 40_000;

/// Everything that is known beside the rows that were read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Margin {
    /// Notes and corrections.
    pub notes: Notes,
    digests: HashMap<String, String>,
}

/// A mark of a row as evidence for a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// The review.
    pub review: String,
    /// What it is a review of.
    pub candidate: String,
    /// Who marked it. Foreign text.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Whether the store has said so.
    pub recorded: bool,
    /// Whether the row is no longer what it was then.
    pub row_changed: bool,
}

/// What stands beside one row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Beside {
    /// Notes, in the order of recording.
    pub notes: Vec<Note>,
    /// Corrections of the row's words; the last one stands.
    pub corrections: Vec<Wording>,
    /// Marks as evidence.
    pub evidence: Vec<Mark>,
}

impl Beside {
    /// The words that stand in the place of the row's own.
    pub fn words(&self) -> Option<&Wording> {
        self.corrections.last().filter(|last| !last.text.is_empty())
    }

    /// Whether anything of it is not recorded yet.
    pub fn is_pending(&self) -> bool {
        let of_notes = self.notes.iter().flat_map(|note| note.corrections.iter().chain([&note.said]));
        self.corrections.iter().chain(of_notes).any(|words| !words.recorded)
            || self.evidence.iter().any(|mark| !mark.recorded)
    }
}

impl Margin {
    /// Takes what was read beside a page: annotations, and the digests of its rows; none of a row that holds something
    /// masked, also where it was not known for a secret before.
    pub fn take<'a>(
        &mut self,
        annotations: impl IntoIterator<Item = &'a OwnEvent>,
        digests: impl IntoIterator<Item = (String, Option<String>)>,
    ) {
        annotations.into_iter().for_each(|event| self.notes.apply(event));
        for (id, digest) in digests {
            match digest {
                Some(digest) => self.digests.insert(id, digest),
                None => self.digests.remove(&id),
            };
        }
    }

    /// Forgets the digests of other rows than these, where there are too many.
    pub fn tidy(&mut self, entries: &[Entry]) {
        if self.digests.len() > MOST_DIGESTS {
            let shown: HashSet<&str> = entries.iter().map(Entry::id).collect();
            self.digests.retain(|id, _| shown.contains(id.as_str()));
        }
    }

    /// The digest of a row as it was read last; none where it holds something that is masked.
    pub fn digest(&self, id: &str) -> Option<String> {
        self.digests.get(id).cloned()
    }

    /// What stands beside a row. `is_pending` tells of a review's step whether it is not recorded yet.
    pub fn of(&self, entry: &Entry, book: &Book, is_pending: impl Fn(&str) -> bool) -> Beside {
        let (id, digest) = (entry.id(), self.digests.get(entry.id()).map(String::as_str));
        let mut found = self.notes.of(id, digest);
        // A note is a row too: what became of its words stands beside it as well.
        if let Entry::Own(event) = entry {
            found.corrections.extend(self.notes.standing(event));
        }
        let evidence = book.evidence(id).map(|(review, mark)| Mark {
            review: review.id.0.clone(),
            candidate: review.opening.as_ref().map(|opening| opening.candidate.0.clone()).unwrap_or_default(),
            by: mark.by.actor.clone(),
            at: mark.by.recorded_at,
            recorded: !is_pending(&mark.event),
            row_changed: mark.digest.as_deref().zip(digest).is_some_and(|(then, now)| then != now),
        });
        Beside { evidence: evidence.collect(), notes: found.notes, corrections: found.corrections }
    }
}
