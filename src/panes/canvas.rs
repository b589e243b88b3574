//! Where panes paint: a clipped buffer with a theme. It cannot panic, and no text reaches the buffer
//! without passing the guard's sanitiser.

use super::Glyphs;
use crate::app::theme::{Role, Theme};
use crate::guard;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The most columns that the bar of a selected row takes.
const LONGEST_BAR: u16 = 48;

/// A place to paint on.
pub struct Canvas<'a> {
    buffer: &'a mut Buffer,
    theme: &'a Theme,
    /// The symbols to use.
    pub glyphs: Glyphs,
}

impl<'a> Canvas<'a> {
    /// Over a buffer.
    pub fn new(buffer: &'a mut Buffer, theme: &'a Theme, glyphs: Glyphs) -> Self {
        Self { buffer, theme, glyphs }
    }

    /// All of it.
    pub fn area(&self) -> Rect {
        self.buffer.area
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// Writes one line at `(x, y)` within `width` columns, cut with an ellipsis where it is longer.
    /// Returns how many columns it took.
    pub fn put(&mut self, x: u16, y: u16, width: u16, text: &str, role: Role) -> u16 {
        let style = self.style(role);
        self.put_styled(x, y, width, text, style)
    }

    /// As [`Canvas::put`], with a style.
    pub fn put_styled(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
        let area = self.buffer.area;
        if y < area.y || y >= area.bottom() || x < area.x || x >= area.right() {
            return 0;
        }
        let width = width.min(area.right() - x);
        let text = guard::line(text);
        let cut = fit(&text, usize::from(width), self.glyphs.ellipsis());
        let taken = cut.width().min(usize::from(width)) as u16;
        self.buffer.set_stringn(x, y, &cut, usize::from(width), style);
        taken
    }

    /// Writes text at the right end of a row; returns how many columns it took.
    pub fn put_right(&mut self, area: Rect, y: u16, text: &str, role: Role) -> u16 {
        let width = (guard::line(text).width() as u16).min(area.width);
        self.put(area.right().saturating_sub(width), y, width, text, role)
    }

    /// Lays a style over a row, in place of the styles that its text had: one bar, one change of colours.
    pub fn restyle(&mut self, area: Rect, role: Role) {
        let style = Style::reset().patch(self.style(role));
        self.buffer.set_style(area.intersection(self.buffer.area), style);
    }

    /// Marks the selected row: a bar from its start to the column where what names it ends. The rest keeps
    /// its colours, so that moving the bar costs a part of two rows and not two rows.
    pub fn select(&mut self, row: Rect, until: u16) {
        let width = until.saturating_sub(row.x).min(row.width).min(LONGEST_BAR);
        self.restyle(Rect { width, ..row }, Role::Selection);
    }

    /// Writes several spans after each other within `width` columns.
    pub fn spans(&mut self, x: u16, y: u16, width: u16, spans: &[(&str, Role)]) -> u16 {
        let mut used = 0;
        for (text, role) in spans {
            if used >= width {
                break;
            }
            used += self.put(x + used, y, width - used, text, *role);
        }
        used
    }

    /// Writes wrapped text into an area; returns how many rows it took.
    pub fn wrapped(&mut self, area: Rect, text: &str, role: Role) -> u16 {
        let lines = wrap(&guard::multiline(text), usize::from(area.width));
        let mut rows = 0;
        for line in lines.iter().take(usize::from(area.height)) {
            self.put(area.x, area.y + rows, area.width, line, role);
            rows += 1;
        }
        rows
    }

    /// Draws a frame with a title in its upper edge; returns the area inside.
    pub fn frame(&mut self, area: Rect, title: &[(&str, Role)], role: Role) -> Rect {
        let area = area.intersection(self.buffer.area);
        if area.width < 2 || area.height < 2 {
            return Rect { height: 0, ..area };
        }
        let [top_left, top_right, bottom_left, bottom_right] = self.glyphs.corners();
        let (right, bottom) = (area.right() - 1, area.bottom() - 1);
        let edge = self.glyphs.rule().repeat(usize::from(area.width - 2));
        for (y, left, end) in [(area.y, top_left, top_right), (bottom, bottom_left, bottom_right)] {
            self.put(area.x, y, 1, left, role);
            self.put(area.x + 1, y, area.width - 2, &edge, role);
            self.put(right, y, 1, end, role);
        }
        for y in area.y + 1..bottom {
            self.put(area.x, y, 1, self.glyphs.bar(), role);
            self.put(right, y, 1, self.glyphs.bar(), role);
        }
        self.spans(area.x + 2, area.y, area.width.saturating_sub(4), title);
        Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
    }

    /// Empties an area, for an overlay.
    pub fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        for y in area.y..area.bottom() {
            for x in area.x..area.right() {
                self.buffer[(x, y)].reset();
            }
        }
    }
}

/// Cuts text to a width in columns, at grapheme borders, with an ellipsis in the last column.
pub(super) fn fit(text: &str, width: usize, ellipsis: &str) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        if used + grapheme.width() + 1 > width {
            break;
        }
        used += grapheme.width();
        out.push_str(grapheme);
    }
    if width > 0 {
        out.push_str(ellipsis);
    }
    out
}

/// Wraps text at words, and inside words where one alone is too wide.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split_word_bounds() {
            if line.width() + word.width() > width && !line.is_empty() {
                lines.push(line.trim_end().to_owned());
                line.clear();
                if word.trim().is_empty() {
                    continue;
                }
            }
            for grapheme in word.graphemes(true) {
                if line.width() + grapheme.width() > width && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                line.push_str(grapheme);
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_at_columns_not_at_characters() {
        assert_eq!(fit("資料庫", 6, "…"), "資料庫");
        assert_eq!(fit("資料庫", 5, "…"), "資料…");
        assert_eq!(fit("資料庫", 4, "…"), "資…");
        assert_eq!(fit("abc", 0, "…"), "");
    }

    #[test]
    fn text_wraps_at_words_and_long_words_break() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a\nb", 10), ["a", "b"]);
        assert_eq!(wrap("資料庫壞了", 4), ["資料", "庫壞", "了"]);
    }
}
