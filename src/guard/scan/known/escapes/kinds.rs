//! The kinds of escapes, and where one may begin.

use super::read;

/// Kinds of escapes, a bit for each.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Kinds(u16);

impl Kinds {
    /// `%2F`, `%u002f`.
    const PERCENT: Self = Self(1);
    /// `\n`, `\"`, `\x2f`, `\57`, `\u002f`.
    const BACKSLASH: Self = Self(2);
    /// `&amp;`, `&#47;`, `&#x2f`.
    const ENTITY: Self = Self(4);
    /// `''`, and how a shell writes a quote within quotes.
    const QUOTE: Self = Self(8);
    /// `""`.
    const DOUBLE_QUOTE: Self = Self(16);
    /// `$$`.
    const DOLLAR: Self = Self(32);
    /// `%%`.
    const PERCENT_SIGN: Self = Self(64);
    /// Zeros, as UTF-16 has them after every letter.
    const ZERO: Self = Self(128);
    /// `=2F`, and line breaks that are none.
    pub(in super::super) const QUOTED_PRINTABLE: Self = Self(256);
    /// Those that may meet another within a value.
    pub(in super::super) const EACH: [Self; 7] = [
        Self::PERCENT,
        Self::BACKSLASH,
        Self::ENTITY,
        Self::QUOTE,
        Self::DOUBLE_QUOTE,
        Self::DOLLAR,
        Self::PERCENT_SIGN,
    ];
    pub(in super::super) const NO: Self = Self(0);
    /// All but the one whose sign is everywhere.
    pub(in super::super) const ALL: Self = Self(255);

    /// These and one more.
    pub(super) fn and(self, kind: Self) -> Self {
        Self(self.0 | kind.0)
    }

    pub(in super::super) fn has(self, kind: Self) -> bool {
        self.0 & kind.0 != 0
    }

    /// Where the next byte is that an escape of these kinds may begin with.
    pub(super) fn next_sign(self, bytes: &[u8], from: usize) -> Option<usize> {
        let rest = bytes.get(from..)?;
        if let Some(sign) = self.only_sign() {
            return memchr::memchr(sign, rest).map(|at| from + at);
        }
        let is_sign = |byte: &u8| SIGNS[usize::from(*byte)] & self.0 != 0;
        // Where there is one, there are often more.
        let near = &rest[..rest.len().min(NEAR)];
        if let Some(at) = near.iter().position(is_sign) {
            return Some(from + at);
        }
        let mut done = from + near.len();
        loop {
            let rest = bytes.get(done..).filter(|rest| !rest.is_empty())?;
            let block = &rest[..rest.len().min(BLOCK)];
            // Compared without an early end, which is many bytes at once; most blocks have no sign.
            if block.iter().fold(0, |some, byte| some | is_any_sign(*byte)) != 0
                && let Some(at) = block.iter().position(is_sign)
            {
                return Some(done + at);
            }
            done += block.len();
        }
    }

    /// What all escapes of these kinds begin with, where they are one kind.
    fn only_sign(self) -> Option<u8> {
        match self {
            Self::PERCENT | Self::PERCENT_SIGN => Some(b'%'),
            Self::BACKSLASH => Some(b'\\'),
            Self::ENTITY => Some(b'&'),
            Self::QUOTE => Some(b'\''),
            Self::DOUBLE_QUOTE => Some(b'"'),
            Self::DOLLAR => Some(b'$'),
            Self::QUOTED_PRINTABLE => Some(b'='),
            _ => None,
        }
    }

    /// Whether one of these may be a part of a value that the other one escapes. Where backslashes and percent signs are
    /// needed, a quote has one, so that two of them are the end of a text and the beginning of another.
    pub(super) fn meets(self, other: Self) -> bool {
        let quotes = self == Self::DOUBLE_QUOTE || other == Self::DOUBLE_QUOTE;
        let either = self.and(other);
        self != other && !(quotes && (either.has(Self::BACKSLASH) || either.has(Self::PERCENT)))
    }

    /// The escape that bytes begin with.
    pub(super) fn escape(self, bytes: &[u8]) -> Option<Escape> {
        let of = |kind: Self, read: fn(&[u8]) -> Option<(Piece, usize)>| {
            let escape = if self.has(kind) { read(bytes) } else { None };
            escape.map(|(piece, len)| Escape { kind, piece, len })
        };
        let first = bytes.first()?;
        match first {
            // Most stand alone.
            b'"' | b'$' if bytes.get(1) != Some(first) => None,
            b'\'' if !matches!(bytes.get(1), Some(b'\'' | b'\\' | b'"')) => None,
            b'%' => of(Self::PERCENT, read::percent).or_else(|| of(Self::PERCENT_SIGN, read::doubled)),
            b'\\' => of(Self::BACKSLASH, read::backslash),
            b'&' => of(Self::ENTITY, read::entity),
            b'\'' => of(Self::QUOTE, read::quote),
            b'"' => of(Self::DOUBLE_QUOTE, read::doubled),
            b'$' => of(Self::DOLLAR, read::doubled),
            b'=' => of(Self::QUOTED_PRINTABLE, read::quoted_printable),
            0 => of(Self::ZERO, |_| Some((Piece::Nothing, 1))),
            _ => None,
        }
    }
}

/// An escape: its kind, what it stands for, its length.
pub(super) struct Escape {
    pub(super) kind: Kinds,
    pub(super) piece: Piece,
    pub(super) len: usize,
}

/// What an escape stands for.
#[derive(Clone, Copy)]
pub(super) enum Piece {
    Nothing,
    Byte(u8),
    Char(char),
}

impl Piece {
    pub(super) fn char(code: u32) -> Option<Self> {
        char::from_u32(code).map(Self::Char)
    }
}

/// What escapes begin with, and of which kinds.
const SIGNS: [u16; 256] = {
    let mut signs = [0; 256];
    signs[b'%' as usize] = Kinds::PERCENT.0 | Kinds::PERCENT_SIGN.0;
    signs[b'\\' as usize] = Kinds::BACKSLASH.0;
    signs[b'&' as usize] = Kinds::ENTITY.0;
    signs[b'\'' as usize] = Kinds::QUOTE.0;
    signs[b'"' as usize] = Kinds::DOUBLE_QUOTE.0;
    signs[b'$' as usize] = Kinds::DOLLAR.0;
    signs[0] = Kinds::ZERO.0;
    signs[b'=' as usize] = Kinds::QUOTED_PRINTABLE.0;
    signs
};

/// How many bytes are looked at one by one, and how many together.
const NEAR: usize = 8;
const BLOCK: usize = 64;

/// What `SIGNS` says, in comparisons; but for the sign that is looked for on its own.
fn is_any_sign(byte: u8) -> u8 {
    let is = |sign: u8| u8::from(byte == sign);
    is(b'%') | is(b'\\') | is(b'&') | is(b'\'') | is(b'"') | is(b'$') | is(0)
}
