//! Bytes to characters as Go reads them (each byte that is not UTF-8 is a character of its own), and
//! the three sets of white space that Compose's grammar tells apart.

use super::letters;

/// A place in the source.
#[derive(Clone)]
pub(super) struct Lexer<'a> {
    pub(super) source: &'a [u8],
    pub(super) at: usize,
    /// 1-based.
    pub(super) line: usize,
    line_start: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(source: &'a [u8]) -> Self {
        let at = if source.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Self { source, at, line: 1, line_start: at }
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.source.get(self.at..).unwrap_or_default()
    }

    /// The next character and its width; `None` at the end.
    pub(super) fn peek(&self) -> Option<(char, usize)> {
        first(self.rest())
    }

    /// Moves on to an offset, counting lines on the way.
    pub(super) fn move_to(&mut self, to: usize) {
        for (at, byte) in self.source[self.at..to].iter().enumerate() {
            if *byte == b'\n' {
                self.line += 1;
                self.line_start = self.at + at + 1;
            }
        }
        self.at = to;
    }

    /// Moves on to an offset of this line.
    pub(super) fn jump_to(&mut self, to: usize) {
        self.at = to;
    }

    /// Moves over what `is` accepts.
    pub(super) fn skip(&mut self, is: impl Fn(char) -> bool) {
        self.move_to(self.end_of(is));
    }

    /// The same where `is` accepts no line feed.
    pub(super) fn skip_in_line(&mut self, is: impl Fn(char) -> bool) {
        self.jump_to(self.end_of(is));
    }

    /// Moves over the plain letters of a key, the most of any file, without looking at them as characters.
    pub(super) fn skip_plain(&mut self) {
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let rest = self.rest();
        self.at += rest.iter().position(|byte| !is_plain(byte)).unwrap_or(rest.len());
    }

    fn end_of(&self, is: impl Fn(char) -> bool) -> usize {
        let mut to = self.at;
        while let Some((_, width)) = first(&self.source[to..]).filter(|(c, _)| is(*c)) {
            to += width;
        }
        to
    }

    /// The offset of the end of this line: its line feed, or the end of the source.
    pub(super) fn line_end(&self) -> usize {
        memchr::memchr(b'\n', self.rest()).map_or(self.source.len(), |at| self.at + at)
    }

    /// This place.
    pub(super) fn place(&self) -> Place {
        Place { line_start: self.line_start.min(self.at), at: self.at }
    }
}

/// A place in a line. Its column is counted when somebody asks: of most places nobody does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    line_start: usize,
    at: usize,
}

impl Place {
    /// The column, 1-based, in characters.
    pub(crate) fn column(self, source: &[u8]) -> usize {
        let mut rest = source.get(self.line_start..self.at).unwrap_or_default();
        if rest.is_ascii() {
            return rest.len() + 1;
        }
        let mut column = 1;
        while let Some((_, width)) = first(rest) {
            rest = &rest[width..];
            column += 1;
        }
        column
    }
}

/// The first character and its width; a byte that is not UTF-8 is U+FFFD of width 1.
pub(super) fn first(bytes: &[u8]) -> Option<(char, usize)> {
    let len = match *bytes.first()? {
        byte @ 0..=0x7f => return Some((char::from(byte), 1)),
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Some((char::REPLACEMENT_CHARACTER, 1)),
    };
    let text = bytes.get(..len).and_then(|bytes| std::str::from_utf8(bytes).ok());
    Some(text.and_then(|text| text.chars().next()).map_or((char::REPLACEMENT_CHARACTER, 1), |c| (c, len)))
}

/// Without the white space at the end (all of Unicode's).
pub(super) fn trim_end(mut bytes: &[u8]) -> &[u8] {
    // Nothing is there to trim where the last byte is a plain one.
    if bytes.last().is_some_and(u8::is_ascii_graphic) {
        return bytes;
    }
    while let Some((_, width)) = last(bytes).filter(|(c, _)| c.is_whitespace()) {
        bytes = &bytes[..bytes.len() - width];
    }
    bytes
}

/// The last character and its width, as [`first`].
fn last(bytes: &[u8]) -> Option<(char, usize)> {
    let found = (1..=bytes.len().min(4)).find_map(|width| {
        let (c, len) = first(&bytes[bytes.len() - width..])?;
        (len == width && c != char::REPLACEMENT_CHARACTER).then_some((c, width))
    });
    if bytes.is_empty() { None } else { Some(found.unwrap_or((char::REPLACEMENT_CHARACTER, 1))) }
}

/// White space that may stand inside a line: around keys, and before values.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

/// What a key may have besides blanks.
pub(super) fn is_key(c: char) -> bool {
    matches!(c, '_' | '.' | '-' | '[' | ']') || letters::is_letter_or_number(c)
}
