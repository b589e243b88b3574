//! Values in base64 and base32, at any alignment: where a row of symbols begins says nothing about where the value does.

use super::KnownValues;
use super::symbols::{Alphabet, Packed, Row, alphabet, symbols};
use super::texts::Texts;
use super::view::{Decoded, View};
use crate::guard::scan::bytes;

/// Base64, with the signs of both alphabets.
static BASE64: Alphabet = ALPHABET;
const ALPHABET: Alphabet = {
    let mut values = alphabet(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
};
static IS_BASE64: bytes::Kind = symbols(&ALPHABET);
/// Base32 in either case; a row is in one of them.
static BASE32: [(Alphabet, bytes::Kind); 2] =
    [base32(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), base32(b"abcdefghijklmnopqrstuvwxyz234567")];
const BITS_OF_BASE64: usize = 6;
const BITS_OF_BASE32: usize = 5;
/// So many symbols hold eight bytes at least.
const LEAST_OF_BASE64: usize = 11;
const LEAST_OF_BASE32: usize = 13;
/// A line this long was wrapped, and goes on in the next.
const WRAPPED: usize = 40;
/// How far the next line may be indented.
const INDENT: usize = 16;

const fn base32(bytes: &[u8]) -> (Alphabet, bytes::Kind) {
    let alphabet = alphabet(bytes);
    (alphabet, symbols(&alphabet))
}

/// What codes are read with, over and over.
pub(super) struct Desk {
    pub(super) row: Row,
    pub(super) packed: Packed,
    pub(super) texts: Texts,
}

impl KnownValues {
    /// Tells of what stands in a view in base64, base32 or numbers; gives the texts that were encoded, if they are wanted.
    pub(super) fn codes(
        &self,
        view: &View<'_>,
        texts_wanted: bool,
        found: &mut impl FnMut(&'static str, usize, usize),
    ) -> Option<Decoded> {
        let many = view.bytes.len();
        let texts = Texts::of(view.bytes, texts_wanted);
        let mut desk = Desk { row: Row::for_at_most(many), packed: Packed::for_at_most(many), texts };
        let mut tell = |detector, from, to| {
            let (from, to) = view.place(from, to);
            found(detector, from, to);
        };
        self.alphabets(view.bytes, &mut desk, &mut tell);
        self.numbers(view.bytes, &mut desk, &mut tell);
        desk.texts.done(many)
    }

    fn alphabets(&self, bytes: &[u8], desk: &mut Desk, tell: &mut impl FnMut(&'static str, usize, usize)) {
        let Desk { row, packed, texts } = desk;
        let mut done = 0;
        while let Some((from, to)) = bytes::next_run(bytes, done, LEAST_OF_BASE64, &IS_BASE64) {
            done = if to - from < WRAPPED { to } else { wrapped(bytes, from, to, row) };
            // One line is read where it stands.
            let symbols = if done == to { &bytes[from..to] } else { row.symbols() };
            let place = |index: usize| if done == to { from + index } else { row.place(index) };
            let bits = packed.fill(symbols, BITS_OF_BASE64, &BASE64);
            self.search::<2>(packed.bytes(), bits, |known, first, last| {
                let (first, last) = (first / BITS_OF_BASE64, last.div_ceil(BITS_OF_BASE64));
                tell(known.or("known_value_base64"), place(first), place(last));
            });
            texts.add(&packed.bytes()[..bits / 8], 2, &(from..done));
            for (alphabet, kind) in &BASE32 {
                self.base32(symbols, (alphabet, kind), packed, |detector, first, last| {
                    tell(detector, place(first), place(last));
                });
            }
        }
    }

    /// What of a row may be base32, in one case.
    fn base32(
        &self,
        symbols: &[u8],
        (alphabet, kind): (&Alphabet, &bytes::Kind),
        packed: &mut Packed,
        mut tell: impl FnMut(&'static str, usize, usize),
    ) {
        let mut done = 0;
        while let Some((from, to)) = bytes::next_run(symbols, done, LEAST_OF_BASE32, kind) {
            done = to;
            let bits = packed.fill(&symbols[from..to], BITS_OF_BASE32, alphabet);
            self.search::<1>(packed.bytes(), bits, |known, first, last| {
                let (first, last) = (first / BITS_OF_BASE32, last.div_ceil(BITS_OF_BASE32));
                tell(known.or("known_value_base32"), from + first, from + last);
            });
        }
    }
}

/// Where a run of base64 ends that goes on in the next lines; if it does, those lines are in the row.
fn wrapped(bytes: &[u8], mut from: usize, mut to: usize, row: &mut Row) -> usize {
    row.clear();
    loop {
        let blank =
            |from: usize, most: usize, blank: &[u8]| bytes::run(bytes, from, most, |byte| blank.contains(&byte));
        let line = if to - from < WRAPPED { to } else { blank(blank(to, 1, b"\r"), 1, b"\n") };
        let next = if line == to { to } else { blank(line, INDENT, b" \t") };
        let end =
            if line == to { to } else { bytes::run(bytes, next, usize::MAX, |byte| IS_BASE64[usize::from(byte)]) };
        let goes_on = end > next;
        if goes_on || !row.symbols().is_empty() {
            row.place_at(from);
            row.extend(&bytes[from..to]);
        }
        if !goes_on {
            row.place_at(to);
            return to;
        }
        (from, to) = (next, end);
    }
}
