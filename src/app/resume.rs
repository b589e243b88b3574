//! A console that was dropped goes on where it was: its place in a review is kept beside the drafts, and forgotten when
//! a person leaves.

use super::{App, Effect, Outbox};
use crate::panes::{PaneId, ReadbackPane};

impl App {
    /// Goes back to the place of a console that did not end by itself, once everything it needs has been read.
    pub(super) fn resume(&mut self) {
        if self.resumed || !self.facts.log.read {
            return;
        }
        let Some(place) = self.facts.drafts.get(ReadbackPane::PLACE).cloned() else { return };
        if let Some(told) = self.readback.resume(&place, &self.facts) {
            self.resumed = true;
            // Who has begun something else is not taken away from it.
            if self.focus == PaneId::Health && self.overlay.is_none() {
                self.focus = PaneId::Readback;
            }
            self.notice = Some(told);
        }
    }

    /// Leaves; the next console starts at the beginning.
    pub(super) fn leave(&mut self, out: &mut Outbox<'_>) {
        if self.facts.drafts.contains_key(ReadbackPane::PLACE) {
            out.ask(Effect::SaveDraft { key: ReadbackPane::PLACE.to_owned(), text: String::new() });
        }
        out.ask(Effect::Quit(0));
    }
}
