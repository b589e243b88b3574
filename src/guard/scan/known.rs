//! Finds the values the console itself knows: whole or from eight bytes on, plain, URL-encoded, in
//! base64 or in hex. What is kept of a value are keyed 64-bit images of its eight-byte windows, in
//! memory only and wiped on drop; the values themselves are not kept.

mod encode;

use super::Hit;
use crate::guard::{Secret, digest_bytes};
use std::collections::BTreeSet;
use zeroize::{Zeroize, Zeroizing};

/// The length of a window, and of the shortest fragment that is found.
const WINDOW: usize = 8;
/// Whole values from this length on are found, between word borders.
const SHORTEST: usize = 4;
/// Of a longer value only this much is known.
const LONGEST: usize = 65_536;

/// A matcher of known values.
pub struct KnownValues {
    key: (u64, u64),
    tables: [Table; 3],
    short: BTreeSet<(usize, u64)>,
}

/// The windows of one encoding.
struct Table {
    detector: &'static str,
    /// How many windows in a row prove eight bytes of a value.
    run: usize,
    windows: Vec<u64>,
    /// A bit per image; a power of two of words.
    filter: Vec<u64>,
}

/// Bits of the filter per window: enough to pass by most places with one look.
const BITS_PER_WINDOW: usize = 16;

impl KnownValues {
    /// Knows these values. `key` is any secret of this process (32 random bytes are right): it keeps what
    /// is stored from being read back. A URL is known by its password. Values under four bytes are not.
    pub fn new<'a>(key: &Secret, values: impl IntoIterator<Item = &'a Secret>) -> Self {
        let digest = Zeroizing::new(digest_bytes(key.expose()));
        let half =
            |from: usize| digest.get(from..from + 16).and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or(0);
        let table = |detector, run| Table { detector, run, windows: Vec::new(), filter: Vec::new() };
        let mut known = Self {
            key: (half(0), half(16) | 1),
            // Three windows of base64 are ten characters, which hold eight bytes but for six bits at the
            // borders; nine windows of hex are sixteen characters.
            tables: [table("known_value", 1), table("known_value_base64", 3), table("known_value_hex", 9)],
            short: BTreeSet::new(),
        };
        for value in values {
            let value = value.expose();
            known.learn(secret_part(&value[..value.len().min(LONGEST)]));
        }
        known.tables.iter_mut().for_each(Table::settle);
        known
    }

    fn learn(&mut self, value: &[u8]) {
        if value.len() < SHORTEST {
            return;
        }
        if value.len() < WINDOW {
            self.short.insert((value.len(), image(self.key, value)));
            return;
        }
        let [plain, base64, hex] = &mut self.tables;
        plain.learn(self.key, value);
        for text in encode::url(value) {
            plain.learn(self.key, &text);
        }
        for text in encode::base64(value) {
            base64.learn(self.key, &text);
        }
        for text in encode::hex(value) {
            hex.learn(self.key, &text);
        }
        // The digest of a value is as telling as the value to who can guess.
        hex.learn(self.key, digest_bytes(value).as_bytes());
    }

    /// How many windows are known; it may be shown.
    pub fn len(&self) -> usize {
        self.short.len() + self.tables.iter().map(|table| table.windows.len()).sum::<usize>()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every place in a text where a known value or a piece of one stands, in order.
    pub fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        for table in &self.tables {
            table.find(self.key, text, &mut hits);
        }
        self.find_short(text, &mut hits);
        super::union(hits)
    }

    /// Whole short values between borders: `hunter2` in `pw=hunter2;`, not in `hunter2000`.
    fn find_short(&self, text: &str, hits: &mut Vec<Hit>) {
        let bytes = text.as_bytes();
        let lengths: BTreeSet<usize> = self.short.iter().map(|(length, _)| *length).collect();
        let part = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphanumeric);
        for length in lengths {
            for (at, window) in bytes.windows(length).enumerate() {
                let alone = (at == 0 || !part(bytes.get(at - 1)) || !part(window.first()))
                    && (!part(bytes.get(at + length)) || !part(window.last()));
                if alone && self.short.contains(&(length, image(self.key, window))) {
                    hits.push(whole_characters("known_value", text, at, at + length));
                }
            }
        }
    }
}

impl std::fmt::Debug for KnownValues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KnownValues({} windows)", self.len())
    }
}

impl Drop for KnownValues {
    fn drop(&mut self) {
        self.key.0.zeroize();
        self.key.1.zeroize();
        for table in &mut self.tables {
            table.windows.zeroize();
            table.filter.zeroize();
        }
        self.short.clear();
    }
}

impl Table {
    fn learn(&mut self, key: (u64, u64), text: &[u8]) {
        self.windows.extend(text.windows(WINDOW).map(|window| image(key, window)));
    }

    fn settle(&mut self) {
        self.windows.sort_unstable();
        self.windows.dedup();
        self.filter = vec![0; (self.windows.len() * BITS_PER_WINDOW / 64).next_power_of_two()];
        for index in 0..self.windows.len() {
            let (word, bit) = self.place(self.windows[index]);
            self.filter[word] |= bit;
        }
    }

    /// Where a window's bit stands in the filter.
    fn place(&self, window: u64) -> (usize, u64) {
        ((window >> 6) as usize & (self.filter.len() - 1), 1 << (window & 63))
    }

    fn has(&self, window: u64) -> bool {
        let (word, bit) = self.place(window);
        self.filter[word] & bit != 0 && self.windows.binary_search(&window).is_ok()
    }

    fn find(&self, key: (u64, u64), text: &str, hits: &mut Vec<Hit>) {
        if self.windows.is_empty() {
            return;
        }
        let mut from = 0;
        let mut count = 0;
        let mut end = 0;
        let mut packed = 0;
        for (index, byte) in text.bytes().enumerate() {
            packed = packed << 8 | u64::from(byte);
            let Some(at) = (index + 1).checked_sub(WINDOW) else {
                continue;
            };
            if self.has(mix(key, packed)) {
                if count == 0 {
                    from = at;
                }
                count += 1;
                end = at + WINDOW;
            } else {
                self.close(text, (from, end, count), hits);
                count = 0;
            }
        }
        self.close(text, (from, end, count), hits);
    }

    fn close(&self, text: &str, (from, end, count): (usize, usize, usize), hits: &mut Vec<Hit>) {
        if count >= self.run {
            hits.push(whole_characters(self.detector, text, from, end));
        }
    }
}

/// The keyed image of up to eight bytes.
fn image(key: (u64, u64), window: &[u8]) -> u64 {
    mix(key, window.iter().fold(0, |packed, byte| packed << 8 | u64::from(*byte)))
}

/// A bijection under the key, so that two windows never fall together.
fn mix((mask, factor): (u64, u64), packed: u64) -> u64 {
    let mixed = (packed ^ mask).wrapping_mul(factor);
    (mixed ^ (mixed >> 29)).wrapping_mul(factor)
}

/// The password of a URL, or the value as it is: hosts and schemes are no secrets.
fn secret_part(value: &[u8]) -> &[u8] {
    let find = |needle: &[u8]| value.windows(needle.len()).position(|window| window == needle);
    let Some(start) = find(b"://").map(|at| at + 3) else {
        return value;
    };
    let rest = &value[start..];
    match (rest.iter().position(|byte| *byte == b':'), rest.iter().rposition(|byte| *byte == b'@')) {
        (Some(colon), Some(at)) if colon < at => &rest[colon + 1..at],
        _ => value,
    }
}

/// A hit that covers whole characters.
fn whole_characters(detector: &'static str, text: &str, mut from: usize, mut to: usize) -> Hit {
    while from > 0 && !text.is_char_boundary(from) {
        from -= 1;
    }
    while to < text.len() && !text.is_char_boundary(to) {
        to += 1;
    }
    Hit::new(detector, from, to)
}
