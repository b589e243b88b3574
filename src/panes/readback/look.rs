//! How a check is looked at: since when it is on the screen, and which evidence was opened meanwhile. It is recorded
//! with the answer for the other reader, never for blame.

use crate::review::{Diligence, ReviewId};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// A check of a review.
type Of = (ReviewId, String);

/// How a check was looked at on earlier visits.
#[derive(Debug, Default)]
struct Before {
    time: SignedDuration,
    opened: BTreeSet<String>,
}

/// The look at the check that is on the screen, and what was looked at before at this console.
#[derive(Debug, Default)]
pub(super) struct Look {
    of: Option<Of>,
    since: Timestamp,
    opened: BTreeSet<String>,
    before: BTreeMap<Of, Before>,
    /// The evidence that is open now.
    shown: Option<String>,
}

impl Look {
    /// This check is on the screen; one that was looked at before goes on. Returns whether it is another.
    pub(super) fn at(&mut self, of: Option<Of>, now: Timestamp) -> bool {
        if self.of == of {
            return false;
        }
        if let Some(left) = self.of.take() {
            let seen = self.before.entry(left).or_default();
            seen.time = seen.time.saturating_add(now.duration_since(self.since).max(SignedDuration::ZERO));
            seen.opened.append(&mut self.opened);
        }
        let seen = of.as_ref().and_then(|of| self.before.get(of));
        self.opened = seen.map(|seen| seen.opened.clone()).unwrap_or_default();
        (self.of, self.since, self.shown) = (of, now, None);
        true
    }

    /// Opens this evidence, or closes it where it is open.
    pub(super) fn open(&mut self, id: &str) {
        if self.shown.as_deref() == Some(id) {
            self.shown = None;
        } else {
            self.opened.insert(id.to_owned());
            self.shown = Some(id.to_owned());
        }
    }

    /// Closes what is open; returns whether anything was.
    pub(super) fn close(&mut self) -> bool {
        self.shown.take().is_some()
    }

    /// The evidence that is open.
    pub(super) fn shown(&self) -> Option<&str> {
        self.shown.as_deref()
    }

    /// What is recorded with an answer that is given now.
    pub(super) fn diligence(&self, offered: usize, now: Timestamp) -> Diligence {
        let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let before = self.of.as_ref().and_then(|of| self.before.get(of)).map(|seen| seen.time).unwrap_or_default();
        let seconds = before.saturating_add(now.duration_since(self.since)).as_secs();
        Diligence {
            seconds: u32::try_from(seconds.max(0)).unwrap_or(u32::MAX),
            offered: small(offered),
            opened: small(self.opened.len()),
        }
    }
}
