//! A place to write in: a text area, scanned as it is written. What the guard catches is masked at once and is in no
//! draft.

use crate::app::theme::Role;
use crate::app::{Effect, Facts, Outbox};
use crate::guard::scan::Hit;
use crate::guard::{self, Allowed};
use crate::panes::{Canvas, Typed};
use ratatui::layout::Rect;
use tui_textarea::{CursorMove, TextArea};
use unicode_width::UnicodeWidthStr;

/// The longest text that is taken, in bytes.
const LONGEST: usize = 64 * 1024;
/// The rows that it takes with its frame.
const HEIGHT: u16 = 9;

/// The text, and what the guard says of it.
#[derive(Debug)]
pub struct TextBox {
    /// Where the draft is kept.
    key: String,
    area: TextArea<'static>,
    hits: Vec<Hit>,
    /// What looks like a secret and is let through.
    allowed: Vec<Allowed>,
}

impl TextBox {
    /// Starts from the draft that was kept under this key, else from this text.
    pub fn new(key: String, text: &str, facts: &Facts) -> Self {
        let text = facts.drafts.get(&key).map_or(text, String::as_str);
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        let mut made = Self { key, area, hits: Vec::new(), allowed: Vec::new() };
        made.scan(facts);
        made
    }

    /// What was written.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Everything in it that must not be kept, in the order it stands there.
    pub fn caught(&self) -> &[Hit] {
        &self.hits
    }

    /// Looks again, where the guard may have been told of new values since the last key.
    pub fn scan(&mut self, facts: &Facts) {
        (self.hits, self.allowed) = facts.guard.look(&self.text());
    }

    /// Takes a key or a paste. Of a text in which the guard has caught something, only what stands before it
    /// is kept as the draft: the start of a secret was kept while it was not yet known for one.
    pub fn typed(&mut self, typed: &Typed<'_>, facts: &Facts, out: &mut Outbox<'_>) {
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
            if !facts.guard.catch(&draft).is_empty() {
                draft.clear();
            }
        } else if let Some(Allowed { hit, reason }) = self.allowed.first() {
            out.tell(format!("{} at byte {} is allowed: {reason}", hit.detector, hit.offset));
        }
        out.ask(Effect::SaveDraft { key: self.key.clone(), text: draft });
    }

    /// Asks that the draft be forgotten.
    pub fn forget(&self, out: &mut Outbox<'_>) {
        out.ask(Effect::SaveDraft { key: self.key.clone(), text: String::new() });
    }

    /// Some rows of the text with what was caught masked, so that it is not redrawn.
    fn masked(&self, first: usize, rows: usize, mask: &str) -> Vec<String> {
        let lines = self.area.lines();
        let mut offset = lines.iter().take(first).map(|line| line.len() + 1).sum();
        let mut shown = Vec::new();
        for line in lines.iter().skip(first).take(rows) {
            let end = offset + line.len();
            let near: Vec<&Hit> = self.hits.iter().filter(|hit| hit.offset < end && offset < hit.end()).collect();
            let caught = |at: usize| near.iter().any(|hit| (hit.offset..hit.end()).contains(&(offset + at)));
            let cell = |(at, c): (usize, char)| if caught(at) { mask.to_owned() } else { c.to_string() };
            shown.push(line.char_indices().map(cell).collect());
            offset = end + 1;
        }
        shown
    }

    fn place(area: Rect) -> Rect {
        let height = area.height.min(HEIGHT);
        Rect { y: area.bottom().saturating_sub(height), height, ..area }
    }

    /// The rows of the text that are on the screen: those around the cursor.
    fn window(&self, height: u16) -> usize {
        (self.cursor_place().0 + 1).saturating_sub(usize::from(height))
    }

    /// Paints it at the bottom of the pane.
    pub fn draw(&self, title: &str, canvas: &mut Canvas<'_>, area: Rect) {
        let place = Self::place(area);
        canvas.clear(place);
        let role = if self.hits.is_empty() { Role::BorderFocus } else { Role::Fail };
        let inside = canvas.frame(place, &[(&format!(" {title} "), Role::Title)], role);
        let lines = self.masked(self.window(inside.height), usize::from(inside.height), canvas.glyphs.mask());
        for (y, line) in (inside.y..inside.bottom()).zip(&lines) {
            let skip = self.skipped_columns(inside.width);
            let tail: String = line.chars().skip(skip).collect();
            canvas.put(inside.x, y, inside.width, &tail, Role::Text);
        }
    }

    /// How many characters of a line are out of view at the left, so that the cursor is in view.
    fn skipped_columns(&self, width: u16) -> usize {
        (self.cursor_place().1 + 2).saturating_sub(usize::from(width))
    }

    /// Where the cursor stands on the screen.
    pub fn cursor(&self, area: Rect) -> Option<(u16, u16)> {
        let place = Self::place(area);
        let inside = Rect {
            x: place.x + 1,
            y: place.y + 1,
            width: place.width.checked_sub(2)?,
            height: place.height.checked_sub(2)?,
        };
        let (row, column) = self.cursor_place();
        let line = self.area.lines().get(row)?;
        let before: String = line.chars().take(column).skip(self.skipped_columns(inside.width)).collect();
        let x = inside.x + (before.width() as u16).min(inside.width.checked_sub(1)?);
        // A box without a line inside shows no cursor.
        let below = row.checked_sub(self.window(inside.height))?;
        let y = inside.y + below as u16;
        (y < inside.bottom()).then_some((x, y))
    }

    /// Row and column of the cursor, in characters.
    fn cursor_place(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }
}
