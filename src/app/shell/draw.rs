//! Frames: the core paints into a buffer, the encoder writes the difference, the writer sends it.

use crate::app::App;
use crate::app::pacing::Pace;
use crate::app::terminal::{Caps, Guard, Writer, clipboard, encode};
use crate::app::theme::Theme;
use crate::panes::{Canvas, Glyphs};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::io;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Notify;

/// The terminal as it was drawn last.
#[derive(Debug)]
pub struct Screen {
    guard: Guard,
    writer: Writer,
    free: Arc<Notify>,
    caps: Caps,
    theme: Theme,
    size: (u16, u16),
    drawn: Buffer,
    cursor: Option<Position>,
    /// What is no cell, to be sent with the next frame (a clipboard's sequence).
    extra: Vec<u8>,
    last_frame: Option<Instant>,
}

impl Screen {
    /// On a terminal that has been entered.
    pub fn new(guard: Guard, caps: Caps, theme: Theme) -> io::Result<Self> {
        let free = Arc::new(Notify::new());
        let writer = guard.writer(Arc::clone(&free))?;
        let size = guard.size();
        let drawn = Buffer::empty(Rect::ZERO);
        Ok(Self { guard, writer, free, caps, theme, size, drawn, cursor: None, extra: Vec::new(), last_frame: None })
    }

    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// The terminal's guard.
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Returns when the writer has taken a frame.
    pub async fn written(&self) {
        self.free.notified().await;
    }

    /// What to do next, given whether something changed and when something will.
    pub fn pace(&self, dirty: bool, next_wake: Option<Instant>) -> Pace {
        Pace {
            dirty,
            writer_free: self.writer.is_free(),
            last_frame: self.last_frame,
            min_gap: self.caps.min_gap(),
            next_wake,
            now: Instant::now(),
        }
    }

    /// The terminal has another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.size = (columns, rows);
    }

    /// What is on the terminal is not known any more: the next frame draws all of it.
    pub fn forget(&mut self) {
        self.drawn = Buffer::empty(Rect::ZERO);
        self.cursor = None;
        self.size = self.guard.size();
    }

    /// Puts a text on the clipboard, with the next frame. Returns whether it could be.
    pub fn copy(&mut self, text: &str) -> bool {
        let Some(sequence) = clipboard::plan(text, &self.caps) else { return false };
        self.extra.extend(sequence);
        true
    }

    /// Draws what has changed, in one write; nothing when nothing has.
    pub fn draw(&mut self, app: &mut App) {
        app.sent(self.writer.bytes());
        let glyphs = if self.caps.utf8 { Glyphs::Unicode } else { Glyphs::Ascii };
        let (columns, rows) = self.size;
        let mut next = Buffer::empty(Rect::new(0, 0, columns, rows));
        let cursor = app.view(&mut Canvas::new(&mut next, &self.theme, glyphs));
        let mut frame = self.extra.clone();
        encode(&self.drawn, &next, cursor, self.cursor, &mut frame);
        self.last_frame = Some(Instant::now());
        if frame.is_empty() || self.writer.try_send(frame) {
            self.drawn = next;
            self.cursor = cursor;
            self.extra.clear();
        }
    }
}
