//! Small helpers over bytes. Every range they give starts and ends at an ASCII byte or at an end of the
//! text, so it lies on characters' borders.

use memchr::{memchr_iter, memmem};

/// A letter, a digit or an underscore.
#[inline]
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Where the run of bytes of a kind that ends before `at` begins; looks at `limit` bytes at most.
#[inline]
pub(super) fn run_back(bytes: &[u8], at: usize, limit: usize, kind: impl Fn(u8) -> bool) -> usize {
    let mut from = at;
    while from > 0 && at - from < limit && kind(bytes[from - 1]) {
        from -= 1;
    }
    from
}

/// Whether a text stands at a place. Most differ in the first bytes, so they are compared one by one.
#[inline]
pub(super) fn stands(bytes: &[u8], at: usize, text: &str) -> bool {
    let (rest, text) = (bytes.get(at..).unwrap_or_default(), text.as_bytes());
    let mut same = 0;
    while same < text.len() && same < rest.len() && rest[same] == text[same] {
        same += 1;
    }
    same == text.len()
}

/// Where the run of bytes of a kind that starts at `from` ends; looks at `limit` bytes at most.
#[inline]
pub(super) fn run(bytes: &[u8], from: usize, limit: usize, mut kind: impl FnMut(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let rest = &rest[..rest.len().min(limit)];
    from + rest.iter().position(|byte| !kind(*byte)).unwrap_or(rest.len())
}

/// Which bytes are of a kind.
pub(super) type Kind = [bool; 256];

/// The next run of bytes of a kind from `from` on that is so long at least. One byte in so many is looked at: only where
/// that one is of the kind, a run may be.
pub(super) fn next_run(bytes: &[u8], from: usize, least: usize, kind: &Kind) -> Option<(usize, usize)> {
    let is = |at: usize| kind[usize::from(bytes[at])];
    let mut done = from;
    loop {
        let probe = done + least - 1;
        if probe >= bytes.len() {
            return None;
        }
        if !is(probe) {
            done = probe + 1;
            continue;
        }
        let mut start = probe;
        while start > done && is(start - 1) {
            start -= 1;
        }
        let end = long_run(bytes, probe, kind);
        if end - start >= least {
            return Some((start, end));
        }
        done = end + 1;
    }
}

/// Where a run ends that is often long: eight bytes are looked at together.
fn long_run(bytes: &[u8], from: usize, kind: &Kind) -> usize {
    let mut end = from;
    while let Some(eight) = bytes.get(end..).and_then(|rest| rest.first_chunk::<8>()) {
        if !eight.iter().fold(true, |all, byte| all & kind[usize::from(*byte)]) {
            break;
        }
        end += 8;
    }
    while bytes.get(end).is_some_and(|byte| kind[usize::from(*byte)]) {
        end += 1;
    }
    end
}

/// Whether a word begins at a place: behind what is no part of one, or behind an escape (`\nghp_...`, `%3Dghp_...`).
pub(super) fn begins_word(bytes: &[u8], at: usize) -> bool {
    let hex = |from: usize| bytes[from..at].iter().all(u8::is_ascii_hexdigit);
    match bytes[..at] {
        [] | [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., before] if !is_word(before) => true,
        [.., b'%', _, _] | [.., b'\\', b'x', _, _] => hex(at - 2),
        [.., b'\\', b'u', _, _, _, _] => hex(at - 4),
        [.., _] => false,
    }
}

/// The first place from `from` on where a needle stands.
pub(super) fn find(text: &str, from: usize, needle: &str) -> Option<usize> {
    let rest = text.as_bytes().get(from..)?;
    memmem::find(rest, needle.as_bytes()).map(|at| from + at)
}

/// Every line with its offset; without its line break.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    memchr_iter(b'\n', text.as_bytes()).chain([text.len()]).map(move |end| {
        let line = (from, text[from..end].strip_suffix('\r').unwrap_or(&text[from..end]));
        from = end + 1;
        line
    })
}

/// Whether a body is more than filler: at least this many different bytes.
pub(super) fn is_varied(body: &[u8], least: usize) -> bool {
    let mut seen = [0_u64; 4];
    let mut distinct = 0;
    body.iter().take(512).any(|byte| {
        let (word, bit) = (&mut seen[usize::from(byte >> 6)], 1 << (byte & 63));
        distinct += usize::from(*word & bit == 0);
        *word |= bit;
        distinct >= least
    })
}
