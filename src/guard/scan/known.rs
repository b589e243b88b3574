//! Finds the values the console itself knows: whole or from eight bytes on, plain, reversed, escaped, in base64, base32,
//! hex, octal or decimal numbers, and by their digests. What a text was written in is taken back, and in what is left
//! windows of eight bytes are looked up. What is kept of a value are keyed 64-bit images of its windows, in memory only
//! and wiped on drop; the values themselves are not kept.

mod codes;
mod digests;
mod escapes;
mod filter;
mod forms;
mod numbers;
mod search;
mod short;
mod symbols;
mod table;
mod texts;
mod view;

use super::Hit;
use crate::guard::Secret;
use digests::Digests;
use escapes::Kinds;
use filter::Filter;
use short::Short;
use table::{Key, Table};
use view::{Decoded, View};
use zeroize::Zeroize;

/// The length of a window, and of the shortest fragment that is found.
const WINDOW: usize = 8;
/// Whole values from this length on are found, between word borders.
const SHORTEST: usize = 4;
/// Of a longer value only this much is known.
const LONGEST: usize = 65_536;
/// So many times what a text was written in is taken back: a URL in JSON in JSON.
const ROUNDS: usize = 3;

/// A matcher of known values.
pub struct KnownValues {
    key: Key,
    windows: Table,
    digests: Digests,
    short: Short,
    filter: Filter,
}

impl KnownValues {
    /// Knows these values. `key` is any secret of this process (32 random bytes are right): it keeps what
    /// is stored from being read back. A URL is known by its password. Values under four bytes are not.
    pub fn new<'a>(key: &Secret, values: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut known = Self {
            key: Key::new(key),
            windows: Table::default(),
            digests: Digests::default(),
            short: Short::default(),
            filter: Filter::default(),
        };
        for value in values {
            let value = value.expose();
            known.learn(&value[..value.len().min(LONGEST)]);
        }
        known.windows.settle();
        known.digests.settle();
        known.short.settle();
        known.filter.settle(known.windows.images().chain(known.digests.images()));
        known
    }

    fn learn(&mut self, whole: &[u8]) {
        let value = secret_part(whole);
        if value.len() < SHORTEST {
            return;
        }
        // The digest of a value is as telling as the value to who can guess.
        for digested in [value, whole].into_iter().take(1 + usize::from(whole != value)) {
            self.digests.learn(self.key, digested, &mut self.filter);
        }
        if value.len() < WINDOW {
            self.short.learn(self.key, value);
            return;
        }
        for form in forms::of(value) {
            self.windows.learn(self.key, &form);
            self.filter.learn(self.key, &form);
        }
    }

    /// Whether whatever the other finds is found by this one. Sets under two keys can't be compared, and don't cover
    /// each other.
    pub fn covers(&self, other: &Self) -> bool {
        self.key == other.key
            && self.windows.covers(&other.windows)
            && self.digests.covers(&other.digests)
            && self.short.covers(&other.short)
    }

    /// How many windows and short values are known; it may be shown.
    pub fn len(&self) -> usize {
        self.short.len() + self.windows.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every place in a text where a known value or a piece of one stands, in order.
    pub fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut found = |detector, from, to| hits.push(whole_characters(detector, text, from, to));
        if !self.is_empty() {
            self.look(&View::of(text.as_bytes()), ROUNDS, true, &mut found);
            self.short.find(self.key, text.as_bytes(), &mut found);
        }
        super::union(hits)
    }

    /// Looks through a view of a text and, so many rounds deep, through what it was written in. Quoted-printable, whose
    /// sign is everywhere, is taken back only of what is fresh: of a text, and of what was a text before it was encoded.
    fn look(&self, view: &View<'_>, rounds: usize, fresh: bool, found: &mut impl FnMut(&'static str, usize, usize)) {
        self.windows_of(view, found);
        let texts = self.codes(view, rounds > 0, found);
        if rounds == 0 {
            return;
        }
        if let Some(texts) = texts {
            self.look(&texts.view(view), rounds - 1, true, found);
        }
        let (plainer, mixed) = escapes::taken_back(view.bytes, Kinds::ALL);
        if let Some(plainer) = plainer {
            self.look(&plainer.view(view), rounds - 1, false, found);
        }
        // Where escapes of two kinds meet, one of them may be part of the value: there each is taken back alone, too.
        for kind in mixed.kinds() {
            self.look_for_one_kind(view, mixed.taken_back(view.bytes, kind), kind, rounds, found);
        }
        if fresh && let (Some(plainer), _) = escapes::taken_back(view.bytes, Kinds::QUOTED_PRINTABLE) {
            self.look(&plainer.view(view), rounds - 1, false, found);
        }
    }

    /// Looks through what is left without the escapes of one kind, and without those that are left in that.
    fn look_for_one_kind(
        &self,
        view: &View<'_>,
        plainer: Option<Decoded>,
        kind: Kinds,
        rounds: usize,
        found: &mut impl FnMut(&'static str, usize, usize),
    ) {
        let Some(plainer) = plainer else { return };
        let view = plainer.view(view);
        self.windows_of(&view, found);
        if rounds > 1 {
            let plainer = escapes::taken_back_once_more(view.bytes, kind);
            self.look_for_one_kind(&view, plainer, kind, rounds - 1, found);
        }
    }

    fn windows_of(&self, view: &View<'_>, found: &mut impl FnMut(&'static str, usize, usize)) {
        self.search::<8>(view.bytes, view.bytes.len() * 8, |known, from, to| {
            let (from, to) = view.place(from / 8, to / 8);
            found(known.or("known_value"), from, to);
        });
    }
}

impl Drop for KnownValues {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

impl std::fmt::Debug for KnownValues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KnownValues({} windows)", self.len())
    }
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
