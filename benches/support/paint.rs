//! A screen without a terminal: what the shell does for a frame, but for writing it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use readback::app::App;
use readback::app::terminal::encode;
use readback::app::theme::{Depth, Theme};
use readback::panes::{Canvas, Glyphs};

/// Columns and rows that people have.
pub(crate) const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// What is on the screen.
pub(crate) struct Screen {
    theme: Theme,
    drawn: Buffer,
    cursor: Option<Position>,
}

impl Screen {
    /// A terminal of which nothing is known.
    pub(crate) fn unknown() -> Self {
        let theme = Theme::builtin("default", Depth::True).expect("a built-in theme");
        Self { theme, drawn: Buffer::empty(Rect::ZERO), cursor: None }
    }

    /// Draws the console; the bytes for the terminal.
    pub(crate) fn draw(&mut self, app: &App, (columns, rows): (u16, u16)) -> Vec<u8> {
        let mut next = Buffer::empty(Rect::new(0, 0, columns, rows));
        let cursor = app.view(&mut Canvas::new(&mut next, &self.theme, Glyphs::Unicode));
        let mut bytes = Vec::new();
        encode(&self.drawn, &next, cursor, self.cursor, &mut bytes);
        (self.drawn, self.cursor) = (next, cursor);
        bytes
    }
}
