//! The console's own symbols: each one column wide, with an ASCII form where the locale is not UTF-8.

use crate::env::blame::Mark;
use crate::evidence::{Freshness, Verdict};

/// A set of symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// Unicode symbols of width one that common terminal fonts have.
    Unicode,
    /// Seven bits.
    Ascii,
}

impl Glyphs {
    /// For a verdict.
    pub fn verdict(self, verdict: Verdict) -> &'static str {
        match (self, verdict) {
            (Self::Unicode, Verdict::Pass) => "✓",
            (Self::Unicode, Verdict::Warn) => "▲",
            (Self::Unicode, Verdict::Fail) => "✗",
            (Self::Ascii, Verdict::Pass) => "+",
            (Self::Ascii, Verdict::Warn) => "!",
            (Self::Ascii, Verdict::Fail) => "x",
            (_, Verdict::Unknown(_)) => "?",
        }
    }

    /// For a freshness.
    pub fn freshness(self, freshness: Freshness) -> &'static str {
        match (self, freshness) {
            (Self::Unicode, Freshness::Fresh) => "●",
            (Self::Unicode, Freshness::Aging) => "◐",
            (Self::Unicode, Freshness::Stale) => "○",
            (Self::Unicode, Freshness::Never) => "·",
            (Self::Ascii, Freshness::Fresh) => "*",
            (Self::Ascii, Freshness::Aging) => "~",
            (Self::Ascii, Freshness::Stale) => "o",
            (Self::Ascii, Freshness::Never) => ".",
        }
    }

    /// The mark of the selected row; without it a screen without colours would not show it.
    pub fn cursor(self) -> &'static str {
        self.pick("▸", ">")
    }

    /// A horizontal rule.
    pub fn rule(self) -> &'static str {
        self.pick("─", "-")
    }

    /// A vertical rule.
    pub fn bar(self) -> &'static str {
        self.pick("│", "|")
    }

    /// The four corners: top left, top right, bottom left, bottom right.
    pub fn corners(self) -> [&'static str; 4] {
        match self {
            Self::Unicode => ["┌", "┐", "└", "┘"],
            Self::Ascii => ["+"; 4],
        }
    }

    /// Where text was cut.
    pub fn ellipsis(self) -> &'static str {
        self.pick("…", "~")
    }

    /// Something that is not there.
    pub fn absent(self) -> &'static str {
        self.pick("—", "-")
    }

    /// Before a value that is not the one beside it.
    pub fn differs(self) -> &'static str {
        self.pick("≠", "!")
    }

    /// A masked character.
    pub fn mask(self) -> &'static str {
        self.pick("•", "*")
    }

    /// A part of a cell filled from below, in eighths.
    pub fn level(self, eighths: u8) -> &'static str {
        let at = usize::from(eighths.min(8));
        match self {
            Self::Unicode => [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"][at],
            Self::Ascii => [" ", ".", ".", ":", ":", "+", "+", "#", "#"][at],
        }
    }

    /// A stretch of time in which what should tell was silent.
    pub fn dead(self) -> &'static str {
        self.pick("╱", "/")
    }

    /// A stretch of time before anything was recorded.
    pub fn nothing(self) -> &'static str {
        self.pick("┄", "'")
    }

    /// The place of what is selected, below it.
    pub fn here(self) -> &'static str {
        self.pick("▴", "^")
    }

    /// What became of a key in a snapshot.
    pub fn mark(self, mark: Mark) -> &'static str {
        match mark {
            Mark::New => self.pick("◆", "#"),
            Mark::Same => self.pick("─", "="),
            Mark::Empty => self.pick("○", "o"),
            Mark::Absent => self.pick("·", "."),
            Mark::Unread => "?",
        }
    }

    /// Beside a row that has a note.
    pub fn note(self) -> &'static str {
        self.pick("¶", "n")
    }

    /// Beside a row whose words were corrected.
    pub fn corrected(self) -> &'static str {
        self.pick("±", "c")
    }

    /// Beside a row that is marked as evidence.
    pub fn evidence(self) -> &'static str {
        self.pick("◆", "E")
    }

    /// The guide before a line of a tree, and the one before what hangs on it; the last has nothing below.
    pub fn branch(self, is_last: bool) -> (&'static str, &'static str) {
        match (self, is_last) {
            (Self::Unicode, false) => ("├─ ", "│  "),
            (Self::Unicode, true) => ("└─ ", "   "),
            (Self::Ascii, false) => ("|- ", "|  "),
            (Self::Ascii, true) => ("`- ", "   "),
        }
    }

    /// One of these.
    fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Unknown;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn every_symbol_is_one_column_wide_and_verdicts_differ_without_colour() {
        for set in [Glyphs::Unicode, Glyphs::Ascii] {
            let verdicts = [Verdict::Pass, Verdict::Warn, Verdict::Fail, Verdict::Unknown(Unknown::NeverRun)]
                .map(|v| set.verdict(v));
            for (at, glyph) in verdicts.iter().enumerate() {
                assert_eq!(glyph.width(), 1);
                assert!(!verdicts[..at].contains(glyph));
            }
            let plain = [set.cursor(), set.rule(), set.bar(), set.ellipsis(), set.absent(), set.differs(), set.mask()];
            let marks = [set.note(), set.corrected(), set.evidence(), set.dead(), set.nothing(), set.here()];
            for glyph in plain.into_iter().chain(marks).chain((0..9).map(|eighths| set.level(eighths))) {
                assert_eq!(glyph.width(), 1);
            }
        }
    }
}
