//! Writing a field: a text area, scanned as it is written. What the guard catches is masked at once
//! and never recorded.

use super::words;
use crate::app::theme::Role;
use crate::app::{Effect, Facts, Outbox};
use crate::guard;
use crate::guard::scan::Hit;
use crate::panes::{Canvas, Typed};
use crate::review::{Answer, ReviewId, actions};
use ratatui::layout::Rect;
use tui_textarea::{CursorMove, TextArea};

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

/// The text, and what the guard says of it.
#[derive(Debug)]
pub(super) struct Editor {
    target: Target,
    area: TextArea<'static>,
    hits: Vec<Hit>,
}

/// The longest text that is taken, in bytes.
const LONGEST: usize = 64 * 1024;

impl Editor {
    /// Starts from the draft that was kept, else from what is recorded.
    pub(super) fn new(target: Target, recorded: &str, facts: &Facts) -> Self {
        let text = facts.drafts.get(&target.draft_key()).map_or(recorded, String::as_str);
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        let mut editor = Self { target, area, hits: Vec::new() };
        editor.scan(facts);
        editor
    }

    fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    fn scan(&mut self, facts: &Facts) {
        self.hits = facts.guard.catch(&self.text());
    }

    /// Takes a key or a paste. Of a text in which the guard has caught something, only what stands before it
    /// is kept as the draft: the start of a secret was kept while it was not yet known for one.
    pub(super) fn typed(&mut self, typed: &Typed<'_>, facts: &Facts, out: &mut Outbox<'_>) {
        match typed {
            Typed::Key(key) => {
                self.area.input(**key);
            }
            Typed::Paste(text) if self.text().len() + text.len() > LONGEST => {
                out.tell("not pasted: too long for a reference (64 KiB); attach evidence by its id instead");
            }
            Typed::Paste(text) => {
                self.area.insert_str(guard::multiline(text));
            }
        }
        self.scan(facts);
        let mut draft = self.text();
        if let Some(hit) = self.hits.first() {
            out.tell(format!("{} at byte {}: it can't be saved; take it out", hit.detector, hit.offset));
            draft.truncate(hit.offset);
        }
        out.ask(Effect::SaveDraft { key: self.target.draft_key(), text: draft });
    }

    /// Keeps the text, unless something was caught in it: then that is recorded, and the text is dropped.
    /// Returns whether the editor is done.
    pub(super) fn save(&mut self, facts: &Facts, out: &mut Outbox<'_>) -> bool {
        let Some(review) = facts.book.get(&self.target.review) else { return true };
        if let Some(hit) = self.hits.first() {
            let made = actions::quarantine(review, &self.target.field, hit, words::by(facts, out));
            words::ask(made, facts, out);
            out.tell(format!("{} was caught: not saved, and the review is in quarantine", hit.detector));
        } else {
            let text = self.text().trim().to_owned();
            let by = words::by(facts, out);
            let made = match &self.target.answers {
                Some(check) => {
                    actions::decide(review, &facts.contract, check, Answer::NotApplicable { reason: text }, by)
                }
                None => actions::set_field(review, &facts.contract, &self.target.field, &text, by),
            };
            if let Err(refused) = &made {
                out.tell(refused.to_string());
                return false;
            }
            words::ask(made, facts, out);
        }
        out.ask(Effect::SaveDraft { key: self.target.draft_key(), text: String::new() });
        true
    }

    /// The text with what was caught masked, so that it is not redrawn.
    fn masked(&self, mask: &str) -> Vec<String> {
        let text = self.text();
        let caught = |at: usize| self.hits.iter().any(|hit| (hit.offset..hit.offset + hit.len).contains(&at));
        let shown: String = text
            .char_indices()
            .map(|(at, c)| if c != '\n' && caught(at) { mask.to_owned() } else { c.to_string() })
            .collect();
        shown.split('\n').map(str::to_owned).collect()
    }

    fn place(area: Rect) -> Rect {
        let height = area.height.min(9);
        Rect { y: area.bottom().saturating_sub(height), height, ..area }
    }

    /// The rows of the text that are on the screen: those around the cursor.
    fn window(&self, height: u16) -> usize {
        let (row, _) = cursor_of(&self.area);
        (row + 1).saturating_sub(usize::from(height))
    }

    /// Paints it at the bottom of the pane.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let place = Self::place(area);
        canvas.clear(place);
        let title = format!(" {} ", self.target.answers.as_deref().unwrap_or(&self.target.field));
        let role = if self.hits.is_empty() { Role::BorderFocus } else { Role::Fail };
        let inside = canvas.frame(place, &[(&title, Role::Title)], role);
        let lines = self.masked(canvas.glyphs.mask());
        for (y, line) in (inside.y..inside.bottom()).zip(&lines[self.window(inside.height).min(lines.len())..]) {
            let skip = self.skipped_columns(inside.width);
            let tail: String = line.chars().skip(skip).collect();
            canvas.put(inside.x, y, inside.width, &tail, Role::Text);
        }
    }

    /// How many characters of a line are out of view at the left, so that the cursor is in view.
    fn skipped_columns(&self, width: u16) -> usize {
        let (_, column) = cursor_of(&self.area);
        (column + 2).saturating_sub(usize::from(width))
    }

    /// Where the cursor stands on the screen.
    pub(super) fn cursor(&self, area: Rect) -> Option<(u16, u16)> {
        use unicode_width::UnicodeWidthStr;
        let place = Self::place(area);
        let inside = Rect {
            x: place.x + 1,
            y: place.y + 1,
            width: place.width.checked_sub(2)?,
            height: place.height.checked_sub(2)?,
        };
        let (row, column) = cursor_of(&self.area);
        let line = self.area.lines().get(row)?;
        let before: String = line.chars().take(column).skip(self.skipped_columns(inside.width)).collect();
        let x = inside.x + (before.width() as u16).min(inside.width.checked_sub(1)?);
        let y = inside.y + (row - self.window(inside.height)) as u16;
        (y < inside.bottom()).then_some((x, y))
    }
}

/// Row and column of the cursor, in characters.
fn cursor_of(area: &TextArea<'_>) -> (usize, usize) {
    let cursor = area.cursor();
    (cursor.0, cursor.1)
}
