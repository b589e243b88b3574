//! Foreign text, made safe for a terminal: no control characters, no escape sequences, no bidi
//! overrides, nothing of zero width that could hide or reorder what a person reads.

use std::borrow::Cow;

/// One line: control characters and line breaks become a visible replacement, sequences lose their
/// teeth, characters that hide or reorder text are dropped.
pub fn line(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| keep(c) == Some(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter_map(keep).collect())
}

/// Several lines: as [`line()`], but line feeds stay and tabs become spaces.
pub fn multiline(text: &str) -> String {
    text.split('\n').map(|part| line(part.trim_end_matches('\r'))).collect::<Vec<_>>().join("\n")
}

/// What stands on the screen for a character: itself, a substitute, or nothing.
fn keep(c: char) -> Option<char> {
    match c {
        '\t' => Some(' '),
        // C0 and DEL have pictures of their own in Unicode.
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)),
        '\x7f' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}' => Some('\u{fffd}'),
        // Zero width, bidi marks, embeddings, overrides and isolates, line separators, BOM, tags.
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => None,
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_bidi_overrides_cannot_act() {
        assert_eq!(line("a\x1b[2Jb"), "a␛[2Jb");
        assert_eq!(line("x\u{202e}gpj.exe"), "xgpj.exe");
        assert_eq!(line("zero\u{200b}width"), "zerowidth");
        assert_eq!(line("c1\u{9b}31m"), "c1\u{fffd}31m");
        assert_eq!(line("two\nlines"), "two␊lines");
        assert_eq!(multiline("one\ttab\r\ntwo\x07"), "one tab\ntwo␇");
    }

    #[test]
    fn plain_text_is_borrowed_as_it_is() {
        assert!(matches!(line("資料庫 ok é 🦀"), Cow::Borrowed(_)));
    }
}
