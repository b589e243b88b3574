//! Writing a note on a row or correcting its words, and marking it as evidence. What is written is about the row that
//! was selected when it was begun, as it was then.

use super::row;
use crate::app::theme::Role;
use crate::app::{Effect, Facts, Outbox};
use crate::guard;
use crate::panes::readback::ask;
use crate::panes::widgets::TextBox;
use crate::panes::{Canvas, Typed};
use crate::review::actions;
use crate::timeline::{Beside, Entry, MAX_NOTE, OwnKind, Target, written};
use ratatui::layout::Rect;

/// The text, and what it is about.
#[derive(Debug)]
pub(super) struct NotePrompt {
    kind: OwnKind,
    target: Target,
    /// What stands there now; a note has nothing before it.
    was: String,
    title: String,
    text: TextBox,
}

impl NotePrompt {
    /// A note on this row.
    pub(super) fn note(entry: &Entry, facts: &Facts) -> Self {
        let target = Target::note(entry, |id| facts.margin.digest(id));
        Self::new(OwnKind::Annotated, target, String::new(), entry, facts)
    }

    /// A correction of its words, which it starts from.
    pub(super) fn correction(entry: &Entry, facts: &Facts) -> Self {
        let target = Target::correction(entry, |id| facts.margin.digest(id));
        let was = standing(entry, &target, facts);
        Self::new(OwnKind::Corrected, target, was, entry, facts)
    }

    fn new(kind: OwnKind, target: Target, was: String, entry: &Entry, facts: &Facts) -> Self {
        let text = TextBox::new(target.key(kind), &was, facts);
        let what = if kind == OwnKind::Annotated { "note on" } else { "correct" };
        let at = facts.local(entry.at()).strftime("%m-%d %H:%M:%S");
        let title = format!("{what} {} of {at}", entry.type_name());
        Self { kind, target, was, title, text }
    }

    /// Takes a key or a paste.
    pub(super) fn typed(&mut self, typed: &Typed<'_>, facts: &Facts, out: &mut Outbox<'_>) {
        self.text.typed(typed, facts, out);
    }

    /// Asks that it be recorded; returns whether the prompt is done. Its draft is kept until the store has said so.
    pub(super) fn save(&mut self, facts: &Facts, out: &mut Outbox<'_>) -> bool {
        self.text.scan(facts);
        let text = guard::multiline(self.text.text().trim());
        let refused = match self.text.caught().first() {
            Some(hit) => Some(format!("{} at byte {}: not saved; take it out", hit.detector, hit.offset)),
            None if text.chars().count() > MAX_NOTE => Some(format!("too long: {MAX_NOTE} characters fit in a note")),
            None if text.is_empty() && self.was.is_empty() => Some("nothing is written".to_owned()),
            None if text == self.was => Some("nothing has changed".to_owned()),
            None => None,
        };
        if let Some(why) = refused {
            out.tell(why);
            return false;
        }
        let (id, actor) = (out.id(), &facts.setting.actor);
        let event = written(self.kind, self.target.clone(), &text, id, actor, facts.now);
        out.tell("sent to be recorded; until it is, the row says so");
        out.ask(Effect::AppendOwn(Box::new(event)));
        true
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        self.text.draw(&self.title, canvas, area);
    }

    pub(super) fn cursor(&self, area: Rect) -> Option<(u16, u16)> {
        self.text.cursor(area)
    }
}

/// The words that a correction would take the place of.
fn standing(entry: &Entry, target: &Target, facts: &Facts) -> String {
    let known = facts.margin.notes.of(&target.row, None);
    if let Some(note) = known.notes.iter().find(|note| note.said.id == target.of) {
        return note.text().to_owned();
    }
    let corrected = known.corrections.last().filter(|last| !last.text.is_empty());
    match corrected {
        Some(last) => last.text.clone(),
        // The row of a correction holds what it said, not what the corrected row says.
        None if matches!(entry, Entry::Own(event) if event.kind.is_annotation()) => String::new(),
        None => row::words(entry).to_owned(),
    }
}

/// Whether the store has the row: what it has not can't be pointed at.
pub(super) fn is_recorded(entry: &Entry, out: &mut Outbox<'_>) -> bool {
    let recorded = !matches!(entry, Entry::Own(event) if event.recorded_at.is_none());
    if !recorded {
        out.tell("this row is not recorded, so nothing can point at it");
    }
    recorded
}

/// Marks the row as evidence for the open review, or takes the mark back.
pub(super) fn mark(entry: &Entry, facts: &Facts, out: &mut Outbox<'_>) {
    let Some(review) = facts.book.open_for(entry.incident()) else {
        out.tell("no review is open: 4 goes to Readback, enter opens one");
        return;
    };
    let candidate = review.opening.as_ref().map_or("-", |opening| opening.candidate.0.as_str());
    let (by, row) = (ask::by(facts, out), entry.id());
    let made = if review.evidence.contains_key(row) {
        out.tell(format!("taken back as evidence in the review of {candidate}"));
        actions::unmark_evidence(review, row, by)
    } else {
        out.tell(format!("marked as evidence for the review of {candidate}"));
        actions::mark_evidence(review, row, facts.margin.digest(row), by)
    };
    ask::ask(made, facts, out);
}

/// The symbol in the list: evidence before corrections before notes; what is not recorded before all.
pub(super) fn glyph(beside: &Beside, canvas: &mut Canvas<'_>, row: Rect) {
    let glyphs = canvas.glyphs;
    let (glyph, role) = if beside.is_pending() {
        (glyphs.ellipsis(), Role::Warn)
    } else if !beside.evidence.is_empty() {
        (glyphs.evidence(), Role::Accent)
    } else if !beside.corrections.is_empty() {
        (glyphs.corrected(), Role::Changed)
    } else if !beside.notes.is_empty() {
        (glyphs.note(), Role::Accent)
    } else {
        return;
    };
    canvas.put(row.x + 1, row.y, 1, glyph, role);
}
