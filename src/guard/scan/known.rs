//! Finds the values the console itself knows: whole or from eight bytes on, plain, reversed, escaped (percent signs,
//! JSON, HTML), in base64 or in hex. What is kept of a value are keyed 64-bit images of its eight-byte windows, in
//! memory only and wiped on drop; the values themselves are not kept.

mod decode;
mod encode;
mod table;

use super::Hit;
use crate::guard::{Secret, digest_bytes};
use decode::Decoded;
use std::collections::BTreeSet;
use table::{Filter, Stretch, Table};
use zeroize::{Zeroize, Zeroizing};

/// The length of a window, and of the shortest fragment that is found.
const WINDOW: usize = 8;
/// Whole values from this length on are found, between word borders.
const SHORTEST: usize = 4;
/// Of a longer value only this much is known.
const LONGEST: usize = 65_536;
/// So many times escapes are taken back: a URL in JSON in JSON.
const ROUNDS: usize = 3;

/// A matcher of known values.
pub struct KnownValues {
    key: (u64, u64),
    tables: [Table; 3],
    filter: Filter,
    short: BTreeSet<(usize, u64)>,
}

impl KnownValues {
    /// Knows these values. `key` is any secret of this process (32 random bytes are right): it keeps what
    /// is stored from being read back. A URL is known by its password. Values under four bytes are not.
    pub fn new<'a>(key: &Secret, values: impl IntoIterator<Item = &'a Secret>) -> Self {
        let digest = Zeroizing::new(digest_bytes(key.expose()));
        let half =
            |from: usize| digest.get(from..from + 16).and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or(0);
        let table = |detector, run| Table { detector, run, windows: Vec::new() };
        let mut known = Self {
            key: (half(0), half(16) | 1),
            // Three windows of base64 are ten characters, which hold eight bytes but for six bits at the
            // borders; nine windows of hex are sixteen characters.
            tables: [table("known_value", 1), table("known_value_base64", 3), table("known_value_hex", 9)],
            filter: Filter::default(),
            short: BTreeSet::new(),
        };
        for value in values {
            let value = value.expose();
            known.learn(secret_part(&value[..value.len().min(LONGEST)]));
        }
        known.tables.iter_mut().for_each(Table::settle);
        known.filter = Filter::over(&known.tables);
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
        for text in encode::turned(value) {
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

    /// Whether whatever the other finds is found by this one. Sets under two keys can't be compared, and don't cover
    /// each other.
    pub fn covers(&self, other: &Self) -> bool {
        let tables = || self.tables.iter().zip(&other.tables);
        self.key == other.key
            && other.short.is_subset(&self.short)
            && tables().all(|(own, others)| others.windows.iter().all(|window| own.has(*window)))
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
        if self.tables.iter().any(|table| !table.windows.is_empty()) {
            self.find_windows(text.as_bytes(), |table, from, to| hits.push(whole_characters(table, text, from, to)));
            let mut decoded = Decoded::of(text);
            for _ in 0..ROUNDS {
                let Some(plainer) = decoded else { break };
                self.find_windows(&plainer.bytes, |table, from, to| {
                    let (from, to) = plainer.place(from, to);
                    hits.push(whole_characters(table, text, from, to));
                });
                decoded = plainer.once_more();
            }
        }
        self.find_short(text, &mut hits);
        super::union(hits)
    }

    /// Every stretch of windows of a table that is long enough: the detector, from where, to where.
    fn find_windows(&self, bytes: &[u8], mut found: impl FnMut(&'static str, usize, usize)) {
        let mut stretches = [Stretch::default(); 3];
        let mut packed = 0;
        let mut open = false;
        for (index, byte) in bytes.iter().enumerate() {
            packed = packed << 8 | u64::from(*byte);
            let Some(at) = (index + 1).checked_sub(WINDOW) else {
                continue;
            };
            let window = mix(self.key, packed);
            let may_be_known = self.filter.may_have(window);
            if !may_be_known && !open {
                continue;
            }
            for (table, stretch) in self.tables.iter().zip(&mut stretches) {
                if may_be_known && table.has(window) {
                    stretch.from = if stretch.count == 0 { at } else { stretch.from };
                    stretch.count += 1;
                } else if stretch.count > 0 {
                    stretch.close(table, &mut found);
                }
            }
            open = stretches.iter().any(|stretch| stretch.count > 0);
        }
        for (table, stretch) in self.tables.iter().zip(&mut stretches) {
            stretch.close(table, &mut found);
        }
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
        }
        self.filter.0.zeroize();
        self.short.clear();
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
