//! How a check is looked at: since when it is on the screen, and which evidence was opened meanwhile. It is recorded
//! with the answer for the other reader, never for blame.

use crate::review::{Diligence, ReviewId};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// The look at the check that is on the screen.
#[derive(Debug, Default)]
pub(super) struct Look {
    of: Option<(ReviewId, String)>,
    since: Timestamp,
    opened: BTreeSet<String>,
    /// The evidence that is open now.
    shown: Option<String>,
}

impl Look {
    /// This check is on the screen; another than before begins anew. Returns whether it is another.
    pub(super) fn at(&mut self, of: Option<(ReviewId, String)>, now: Timestamp) -> bool {
        let is_new = self.of != of;
        if is_new {
            *self = Self { of, since: now, ..Self::default() };
        }
        is_new
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
        let seconds = now.duration_since(self.since).as_secs();
        Diligence {
            seconds: u32::try_from(seconds.max(0)).unwrap_or(u32::MAX),
            offered: small(offered),
            opened: small(self.opened.len()),
        }
    }
}
