//! Writes details: rows from top to bottom, as far as there is room.

use crate::app::theme::Role;
use crate::panes::{Canvas, Glyphs};
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// Columns of a name; where there is room, as many as the longest need.
const NAME: u16 = 18;
const LONG_NAME: u16 = 27;
/// Columns from which there is.
const ROOMY: u16 = 76;

/// Writes rows downwards until the area is full.
pub struct Pen<'p, 'c> {
    area: Rect,
    canvas: &'p mut Canvas<'c>,
}

impl<'p, 'c> Pen<'p, 'c> {
    /// Over an area.
    pub fn new(area: Rect, canvas: &'p mut Canvas<'c>) -> Self {
        Self { area, canvas }
    }

    /// The symbols of its canvas.
    pub fn glyphs(&self) -> Glyphs {
        self.canvas.glyphs
    }

    /// What is left to write on.
    pub fn rest(&self) -> Rect {
        self.area
    }

    /// The canvas, for what is no row of text.
    pub fn canvas(&mut self) -> &mut Canvas<'c> {
        self.canvas
    }

    /// Leaves rows behind.
    pub fn take(&mut self, rows: u16) {
        let rows = rows.min(self.area.height);
        self.area.y += rows;
        self.area.height -= rows;
    }

    /// A horizontal rule with a title in it.
    pub fn rule(&mut self, title: &str) {
        if self.area.height == 0 {
            return;
        }
        let rule = self.canvas.glyphs.rule().repeat(usize::from(self.area.width));
        self.canvas.put(self.area.x, self.area.y, self.area.width, &rule, Role::Border);
        self.canvas.put(
            self.area.x + 2,
            self.area.y,
            self.area.width.saturating_sub(4),
            &format!(" {title} "),
            Role::Title,
        );
        self.take(1);
    }

    /// Wrapped text.
    pub fn text(&mut self, text: &str, role: Role) {
        let rows = self.canvas.wrapped(self.area, text, role);
        self.take(rows);
    }

    /// A name and words that no longer stand: struck through where the terminal can, cut at the end of the row.
    pub fn struck(&mut self, name: &str, value: &str, struck: Modifier) {
        let Some(rest) = self.named(name) else { return };
        let style = self.canvas.style(Role::Muted).add_modifier(struck);
        self.canvas.put_styled(rest.x, rest.y, rest.width, value, style);
        self.take(1);
    }

    /// A line of a tree: guides, a name, and the wrapped value beside it.
    pub fn branch(&mut self, guides: &str, name: &str, value: &str) {
        if self.area.height == 0 {
            return;
        }
        let Rect { x, y, width, .. } = self.area;
        let separator = if value.is_empty() || name.is_empty() { "" } else { ": " };
        let spans = [(guides, Role::Border), (name, Role::Muted), (separator, Role::Muted)];
        let taken = self.canvas.spans(x, y, width, &spans).min(width.saturating_sub(1));
        let rest = Rect { x: x + taken, width: width - taken, ..self.area };
        let rows = if value.is_empty() { 1 } else { self.canvas.wrapped(rest, value, Role::Text) };
        self.take(rows.max(1));
    }

    /// A name and a wrapped value beside it.
    pub fn pair(&mut self, name: &str, value: &str, role: Role) {
        let Some(rest) = self.named(name) else { return };
        let rows = self.canvas.wrapped(rest, value, role);
        self.take(rows.max(1));
    }

    /// How many rows a name and a wrapped value take in this width.
    pub fn rows_of(width: u16, value: &str) -> u16 {
        let room = usize::from(width - Self::name_width(width));
        u16::try_from(crate::panes::canvas::wrap(value, room).len()).unwrap_or(u16::MAX).max(1)
    }

    fn name_width(width: u16) -> u16 {
        if width >= ROOMY { LONG_NAME } else { NAME }.min(width / 2)
    }

    /// Writes a name; the place of its value.
    fn named(&mut self, name: &str) -> Option<Rect> {
        if self.area.height == 0 {
            return None;
        }
        let name_width = Self::name_width(self.area.width);
        self.canvas.put(self.area.x, self.area.y, name_width.saturating_sub(1), name, Role::Muted);
        Some(Rect { x: self.area.x + name_width, width: self.area.width - name_width, ..self.area })
    }
}
