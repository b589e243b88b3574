//! Writing a field. What the guard catches is recorded as caught, and the text is dropped.

use super::words;
use crate::app::{Facts, Outbox};
use crate::panes::widgets::TextBox;
use crate::panes::{Canvas, Typed};
use crate::review::{Answer, ReviewId, actions};
use ratatui::layout::Rect;

/// What is being written, by the names it was opened with.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The review.
    pub(super) review: ReviewId,
    /// The field, or `reason`.
    pub(super) field: String,
    /// The check that the text answers as not applicable.
    pub(super) answers: Option<String>,
}

impl Target {
    fn draft_key(&self) -> String {
        format!("{}/{}/{}", self.review.0, self.field, self.answers.as_deref().unwrap_or(""))
    }
}

/// The text, and what it is for.
#[derive(Debug)]
pub(super) struct Editor {
    target: Target,
    text: TextBox,
}

impl Editor {
    /// Starts from the draft that was kept, else from what is recorded.
    pub(super) fn new(target: Target, recorded: &str, facts: &Facts) -> Self {
        let text = TextBox::new(target.draft_key(), recorded, facts);
        Self { target, text }
    }

    /// Takes a key or a paste.
    pub(super) fn typed(&mut self, typed: &Typed<'_>, facts: &Facts, out: &mut Outbox<'_>) {
        self.text.typed(typed, facts, out);
    }

    /// Keeps the text, unless something was caught in it: then that is recorded, and the text is dropped.
    /// Returns whether the editor is done.
    pub(super) fn save(&mut self, facts: &Facts, out: &mut Outbox<'_>) -> bool {
        let Some(review) = facts.book.get(&self.target.review) else { return true };
        if let Some(hit) = self.text.caught() {
            let made = actions::quarantine(review, &self.target.field, hit, words::by(facts, out));
            words::ask(made, facts, out);
            out.tell(format!("{} was caught: not saved, and the review is in quarantine", hit.detector));
        } else {
            let text = self.text.text().trim().to_owned();
            let by = words::by(facts, out);
            let made = match &self.target.answers {
                Some(check) => actions::decide(
                    review,
                    &facts.contract,
                    &facts.guard,
                    check,
                    Answer::NotApplicable { reason: text },
                    by,
                ),
                None => actions::set_field(review, &facts.contract, &facts.guard, &self.target.field, &text, by),
            };
            if let Err(refused) = &made {
                out.tell(refused.to_string());
                return false;
            }
            words::ask(made, facts, out);
        }
        self.text.forget(out);
        true
    }

    /// Paints it at the bottom of the pane.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        self.text.draw(self.target.answers.as_deref().unwrap_or(&self.target.field), canvas, area);
    }

    /// Where the cursor stands on the screen.
    pub(super) fn cursor(&self, area: Rect) -> Option<(u16, u16)> {
        self.text.cursor(area)
    }
}
