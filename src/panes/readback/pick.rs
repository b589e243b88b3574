//! Which field of a check is meant, where all of them are written: what is asked for may be an answer.

use super::checks::Row;
use super::purpose::{Purpose, Target};
use super::words;
use crate::app::theme::Role;
use crate::app::{Action, Facts};
use crate::panes::Canvas;
use crate::panes::widgets::List;
use crate::review::{Gap, Review};
use ratatui::layout::Rect;

/// The fields of a check, and before them its answer, where that is what it lacks.
#[derive(Debug)]
pub(super) struct Pick {
    target: Target,
    /// The fields; none is the answer.
    items: Vec<Option<String>>,
    list: List,
}

/// What was meant.
#[derive(Debug)]
pub(super) enum Meant {
    /// Its answer, which is a key.
    Answer,
    /// This field.
    Write(Target),
}

impl Pick {
    /// Of a row whose fields are all written; `None` where nothing but one field can be meant.
    pub(super) fn new(row: &Row, review: &Review, facts: &Facts) -> Option<Self> {
        let fields = row.fields(facts);
        let disposition = words::shown(review, facts);
        let gaps = disposition.as_ref().and_then(|disposition| row.state(disposition, facts));
        let lacks_answer = |gap: &Gap| matches!(gap, Gap::Unanswered | Gap::Unheard | Gap::CannotTell | Gap::ByActor);
        let is_asked = gaps.is_some_and(|state| state.gaps.iter().any(lacks_answer));
        let first = fields.first()?.clone();
        let items: Vec<Option<String>> =
            is_asked.then_some(None).into_iter().chain(fields.into_iter().map(Some)).collect();
        let target = Target { review: review.id.clone(), purpose: Purpose::Field(first) };
        (items.len() > 1).then_some(Self { target, items, list: List::default() })
    }

    fn key(&self, at: usize) -> String {
        self.items.get(at).cloned().flatten().unwrap_or_default()
    }

    /// Moves; returns whether it was a movement.
    pub(super) fn act(&mut self, action: Action) -> bool {
        let items = self.items.clone();
        self.list.act(action, items.len(), |at| items.get(at).cloned().flatten().unwrap_or_default())
    }

    /// What the selected item means.
    pub(super) fn choose(&self) -> Meant {
        match self.items.get(self.list.index()).cloned().flatten() {
            Some(field) => Meant::Write(Target { purpose: Purpose::Field(field), ..self.target.clone() }),
            None => Meant::Answer,
        }
    }

    /// Paints it over the pane.
    pub(super) fn draw(&self, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
        let Some(review) = facts.book.get(&self.target.review) else { return };
        let height = area.height.min(self.items.len() as u16 + 2);
        let place = Rect { y: area.y + (area.height - height) / 2, height, ..area };
        canvas.clear(place);
        let title = [(" what is meant? enter takes it, esc closes ", Role::Key)];
        let inside = canvas.frame(place, &title, Role::BorderFocus);
        for (y, at) in (inside.y..).zip(self.list.window(self.items.len(), usize::from(inside.height))) {
            let row = Rect { y, height: 1, ..inside };
            let field = self.key(at);
            let (text, value) = match review.value(&field) {
                _ if field.is_empty() => ("answer the check: p, f, a or u".to_owned(), String::new()),
                Some(value) => (format!("write {field} anew  "), words::short_digests(value)),
                None => (format!("write {field}"), String::new()),
            };
            let cursor = if at == self.list.index() { canvas.glyphs.cursor() } else { " " };
            canvas.put(row.x, y, 1, cursor, Role::Accent);
            canvas.spans(row.x + 2, y, row.width.saturating_sub(2), &[(&text, Role::Text), (&value, Role::Muted)]);
            if at == self.list.index() {
                canvas.select(row, row.right());
            }
        }
    }
}
