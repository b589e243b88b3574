//! Where a person is in a review, kept beside the drafts: a console that was dropped goes on there.

use super::purpose::Target;
use super::view::View;
use super::{Mode, ReadbackPane, checks};
use crate::app::{Effect, Facts, Outbox};
use crate::review::ReviewId;

/// What stands between the parts of a place.
const BETWEEN: char = '\t';

impl ReadbackPane {
    /// Under which key the place is kept.
    pub const PLACE: &str = "place/readback";

    /// The review, the check, whether it is the guided readback, and what is being written; empty outside of a review.
    fn place(&self, facts: &Facts) -> String {
        let (Some(review), Some(row)) = (self.review(facts), self.row(facts)) else { return String::new() };
        let view = if self.view == View::Check { "guided" } else { "list" };
        let writing = match &self.mode {
            Mode::Writing(editor) => editor.target().draft_key(),
            Mode::Browsing | Mode::Asking(_) | Mode::Choosing(_) | Mode::Picking(_) => String::new(),
        };
        [review.id.0.as_str(), &row.name(facts), view, &writing].join(&BETWEEN.to_string())
    }

    /// Keeps the place where it has changed.
    pub(super) fn keep_place(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let place = self.place(facts);
        if place != self.kept {
            self.kept.clone_from(&place);
            out.ask(Effect::SaveDraft { key: Self::PLACE.to_owned(), text: place });
        }
    }

    /// Goes back to a place, unless the person is somewhere already; what to tell them.
    pub fn resume(&mut self, place: &str, facts: &Facts) -> Option<String> {
        if self.open.is_some() || !matches!(self.mode, Mode::Browsing) {
            return None;
        }
        let mut parts = place.split(BETWEEN);
        let review = facts.book.get(&ReviewId(parts.next()?.to_owned()))?;
        let (name, view) = (parts.next()?, parts.next()?);
        let rows = checks::rows(facts);
        let at = rows.iter().position(|row| row.name(facts) == name)?;
        self.enter(review.opening.as_ref()?.candidate.clone());
        // Another review of the same candidate has taken its place.
        if self.review(facts)?.id != review.id {
            self.open = None;
            return None;
        }
        self.checks.select(at, rows.len(), |at| rows[at].name(facts));
        if view == "guided" {
            self.view = View::Check;
        }
        place.clone_into(&mut self.kept);
        let writing = parts.next().and_then(|key| Target::from_key(key, facts));
        let draft = writing.as_ref().is_some_and(|target| facts.drafts.contains_key(&target.draft_key()));
        if let Some(target) = writing.filter(|_| facts.setting.access.may_write()) {
            self.write(target, facts);
        }
        let what = if draft { " with your draft" } else { "" };
        Some(format!("resumed at {name}{what}"))
    }
}
