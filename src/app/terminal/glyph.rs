//! What a cell puts on the screen, and how sure we are of the columns it takes.

use ratatui::buffer::CellWidth;
use unicode_width::UnicodeWidthChar;

/// The text of a cell, made so that no terminal can take more columns for it than we count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Glyph<'a> {
    pub(super) text: &'a str,
    /// Columns, at least 1.
    pub(super) width: u16,
    /// Terminals may take fewer columns (an emoji presentation selector, for one): blank them first.
    pub(super) may_be_narrower: bool,
}

const BLANK: Glyph<'static> = Glyph { text: " ", width: 1, may_be_narrower: false };

impl<'a> Glyph<'a> {
    /// The glyph of a symbol with `room` columns left on its row.
    pub(super) fn of(symbol: &'a str, room: u16) -> Self {
        if let [byte] = symbol.as_bytes() {
            let printable = (0x20..0x7f).contains(byte);
            return if printable { Self { text: symbol, ..BLANK } } else { BLANK };
        }
        // The last line of defence: no control character reaches the terminal as text.
        if symbol.contains(char::is_control) {
            return BLANK;
        }
        let width = symbol.cell_width();
        if width == 0 || width > room {
            return BLANK;
        }
        // Skin tones and joined emoji: terminals that do not join them take two columns for each part, so
        // only the first part is shown.
        let columns = |text: &str| text.chars().filter_map(UnicodeWidthChar::width).sum::<usize>();
        let first = symbol.chars().next().map_or(0, char::len_utf8);
        let text = if columns(symbol) > usize::from(width) { symbol.get(..first).unwrap_or(" ") } else { symbol };
        Self { text, width, may_be_narrower: columns(text) != usize::from(width) }
    }

    pub(super) fn is_blank(self) -> bool {
        self.text == " "
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glyph_never_takes_more_columns_than_counted() {
        assert_eq!(Glyph::of("a", 5), Glyph { text: "a", width: 1, may_be_narrower: false });
        assert_eq!(Glyph::of("資", 5), Glyph { text: "資", width: 2, may_be_narrower: false });
        assert_eq!(Glyph::of("資", 1), BLANK);
        assert_eq!(Glyph::of("e\u{301}", 5), Glyph { text: "e\u{301}", width: 1, may_be_narrower: false });
        assert_eq!(Glyph::of("❤\u{fe0f}", 5), Glyph { text: "❤\u{fe0f}", width: 2, may_be_narrower: true });
        assert_eq!(Glyph::of("👍🏽", 5), Glyph { text: "👍", width: 2, may_be_narrower: false });
        assert_eq!(Glyph::of("👩\u{200d}💻", 5).text, "👩");
    }

    #[test]
    fn control_characters_and_nothing_are_blank() {
        for symbol in ["", "\x1b", "\x07", "\u{9b}", "\x1b[2J", "\u{301}"] {
            assert!(Glyph::of(symbol, 5).is_blank(), "{symbol:?}");
        }
    }
}
