//! Values whose bytes are written as numbers: in hex, together or apart (`6162`, `61:62`, `0x61, 0x62`), in octal, in
//! decimal and in binary.

use super::KnownValues;
use super::codes::Desk;
use super::symbols::{Alphabet, NONE, Row, alphabet};
use crate::guard::scan::bytes;
use std::ops::Range;

const HEX: Alphabet = {
    let mut values = alphabet(b"0123456789abcdef");
    let mut digit = 10;
    while digit < 16 {
        values[b'A' as usize + digit - 10] = digit as u8;
        digit += 1;
    }
    values
};
/// What a row of numbers is made of: hex digits, and what may stand before and between.
static IN_ROW: bytes::Kind = {
    let mut is = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let between =
            matches!(byte as u8, b' ' | b'\t' | b'\r' | b'\n' | b',' | b';' | b':' | b'-' | b'_' | b'x' | b'X');
        is[byte] = between || HEX[byte] != NONE;
        byte += 1;
    }
    is
};
/// Eight bytes take at least so much.
const LEAST: usize = 16;
/// So many numbers make a row of bytes.
const NUMBERS: usize = 8;

/// How bytes are written as numbers that stand apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Radix {
    Decimal = 10,
    Octal = 8,
    Binary = 2,
}

/// A number of a row, without its `0x`.
struct Number {
    stood: Range<usize>,
    /// How many hex digits stand before it.
    digits: usize,
    /// The largest of its own.
    largest: u8,
}

impl Number {
    /// Whether it may be a byte that is written so.
    fn may_be(&self, radix: Radix) -> bool {
        let lengths = match radix {
            Radix::Decimal => 1..=3,
            Radix::Octal => 3..=4,
            Radix::Binary => 7..=8,
        };
        self.largest < radix as u8 && lengths.contains(&self.stood.len())
    }

    /// The byte that is written so.
    fn byte(&self, bytes: &[u8], radix: Radix) -> Option<u8> {
        let value = |value: u32, digit: &u8| value * radix as u32 + u32::from(HEX[usize::from(*digit)]);
        let number = self.may_be(radix).then(|| bytes[self.stood.clone()].iter().fold(0, value));
        number.and_then(|number| u8::try_from(number).ok())
    }
}

impl KnownValues {
    /// Tells of what stands in bytes as numbers.
    pub(super) fn numbers(&self, bytes: &[u8], desk: &mut Desk, tell: &mut impl FnMut(&'static str, usize, usize)) {
        let mut numbers = Vec::new();
        let mut done = 0;
        while let Some((from, to)) = bytes::next_run(bytes, done, LEAST, &IN_ROW) {
            done = to;
            read(bytes, from..to, &mut numbers, &mut desk.row);
            self.hex(&numbers, desk, tell);
            for radix in [Radix::Decimal, Radix::Octal, Radix::Binary] {
                let may_be = |number: &&Number| number.may_be(radix);
                if numbers.len() >= NUMBERS && numbers.iter().filter(may_be).nth(NUMBERS - 1).is_some() {
                    self.apart(bytes, &numbers, radix, desk, tell);
                }
            }
        }
    }

    /// The digits of all numbers, as hex: together or apart.
    fn hex(&self, numbers: &[Number], desk: &mut Desk, tell: &mut impl FnMut(&'static str, usize, usize)) {
        let digits = desk.row.symbols();
        if digits.len() < 2 * NUMBERS {
            return;
        }
        let place = |digit: usize| {
            let number = numbers.partition_point(|number| number.digits <= digit).checked_sub(1);
            let number = number.and_then(|number| numbers.get(number));
            number.map_or(0, |number| (number.stood.start + (digit - number.digits)).min(number.stood.end))
        };
        let bits = desk.packed.fill(digits, 4, &HEX);
        self.search::<4>(desk.packed.bytes(), bits, |known, from, to| {
            tell(known.or("known_value_hex"), place(from / 4), place(to.div_ceil(4) - 1) + 1);
        });
        desk.texts.add(&desk.packed.bytes()[..bits / 8], 4, &(place(0)..place(digits.len())));
    }

    /// Numbers of bytes, one after the other, as far as they are some.
    fn apart(
        &self,
        bytes: &[u8],
        numbers: &[Number],
        radix: Radix,
        desk: &mut Desk,
        tell: &mut impl FnMut(&'static str, usize, usize),
    ) {
        for row in numbers.split(|number| number.byte(bytes, radix).is_none()).filter(|row| row.len() >= NUMBERS) {
            desk.row.clear();
            row.iter().filter_map(|number| number.byte(bytes, radix)).for_each(|byte| desk.row.push(byte));
            let values = desk.row.symbols();
            self.search::<8>(values, values.len() * 8, |known, from, to| {
                tell(known.or("known_value_numbers"), row[from / 8].stood.start, row[to / 8 - 1].stood.end);
            });
        }
    }
}

/// Reads the numbers of a row, and all of their digits. One digit alone has lost its zero.
fn read(bytes: &[u8], row: Range<usize>, numbers: &mut Vec<Number>, digits: &mut Row) {
    numbers.clear();
    digits.clear();
    let row_bytes = &bytes[..row.end];
    let is_digit = |byte: u8| HEX[usize::from(byte)] != NONE;
    let mut at = row.start;
    loop {
        at = bytes::run(row_bytes, at, usize::MAX, |byte| !is_digit(byte));
        if let [b'0', b'x' | b'X', digit, ..] = &row_bytes[at..]
            && is_digit(*digit)
        {
            at += 2;
        }
        let stood = at..bytes::run(row_bytes, at, usize::MAX, is_digit);
        if stood.is_empty() {
            return;
        }
        at = stood.end;
        let own = &row_bytes[stood.clone()];
        let largest = own.iter().fold(0, |largest, digit| HEX[usize::from(*digit)].max(largest));
        if own.len() == 1 {
            digits.push(b'0');
        }
        let before = digits.symbols().len();
        digits.extend(own);
        numbers.push(Number { digits: before, largest, stood });
    }
}
