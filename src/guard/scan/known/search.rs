//! Looks up the windows of bytes, also of bytes that begin within a byte.

use super::filter::{GRAM, STRIDE};
use super::table::Key;
use super::{KnownValues, WINDOW};

/// What windows prove.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Value,
    Digest,
}

impl Known {
    /// The name of a digest, or this one.
    pub(super) fn or(self, name: &'static str) -> &'static str {
        match self {
            Self::Value => name,
            Self::Digest => "known_value_digest",
        }
    }
}

/// Bytes of which so many bits count.
#[derive(Clone, Copy)]
struct Bits<'a> {
    bytes: &'a [u8],
    bits: usize,
}

impl Bits<'_> {
    /// The byte from a bit on.
    fn byte(self, at: usize, shift: usize) -> u64 {
        let byte = |at: usize| self.bytes.get(at).map_or(0, |byte| u64::from(*byte));
        (byte(at) << 8 | byte(at + 1)) >> (8 - shift) & 0xff
    }

    /// So many bytes, eight at most, from a bit on.
    fn packed(self, at: usize, shift: usize, len: usize) -> u64 {
        (at..at + len).fold(0, |packed, at| packed << 8 | self.byte(at, shift))
    }

    /// A window from a bit on.
    #[inline]
    fn window(self, at: usize, shift: usize) -> u64 {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let last = |rest: &[u8]| super::table::packed(rest) << (64 - 8 * rest.len().max(1));
        let first = rest.first_chunk::<WINDOW>().map_or_else(|| last(rest), |window| u64::from_be_bytes(*window));
        let next = self.bytes.get(at + WINDOW).map_or(0, |byte| u64::from(*byte));
        first << shift | next << shift >> 8
    }

    /// The image of so many bytes from a bit on.
    fn image(self, key: Key, at: usize, shift: usize, len: usize) -> u64 {
        key.whole((0..len).step_by(WINDOW).map(|done| self.packed(at + done, shift, WINDOW.min(len - done))))
    }
}

impl KnownValues {
    /// Tells of every stretch of known windows in so many bits of these bytes: what it is, from which bit, to which. Windows
    /// begin at the bits of every byte that are multiples of `STEP`.
    pub(super) fn search<const STEP: usize>(
        &self,
        bytes: &[u8],
        bits: usize,
        mut found: impl FnMut(Known, usize, usize),
    ) {
        let all = Bits { bytes, bits };
        let mut stretches: [Option<(usize, usize)>; 8] = [None; 8];
        let mut at = 0;
        while (at + GRAM) * 8 <= bits {
            // A gram, and the byte behind it.
            let five = all.window(at, 0) >> (64 - 8 * STRIDE);
            let mut shift = 0;
            while shift < 8 {
                if self.filter.may_have_gram(self.key.gram((five >> (8 - shift)) as u32)) {
                    self.around(all, at, shift, &mut stretches[shift], &mut found);
                }
                shift += STEP;
            }
            at += STRIDE;
        }
        for (from, to) in stretches.into_iter().flatten() {
            found(Known::Value, from, to);
        }
    }

    /// Looks up the windows that the gram at a place is part of.
    fn around(
        &self,
        all: Bits<'_>,
        gram: usize,
        shift: usize,
        stretch: &mut Option<(usize, usize)>,
        found: &mut impl FnMut(Known, usize, usize),
    ) {
        for at in gram.saturating_sub(STRIDE - 1)..=gram {
            let (from, to) = (at * 8 + shift, (at + WINDOW) * 8 + shift);
            if to > all.bits {
                break;
            }
            let image = self.key.image(all.window(at, shift));
            if !self.filter.may_have_window(image) {
                continue;
            }
            if self.windows.has(image) {
                match stretch {
                    Some(stretch) if from <= stretch.1 => stretch.1 = to,
                    _ => {
                        if let Some((from, to)) = stretch.replace((from, to)) {
                            found(Known::Value, from, to);
                        }
                    }
                }
            }
            for (len, whole) in self.digests.beginning_with(image) {
                let end = from + len * 8;
                if end <= all.bits && all.image(self.key, at, shift, len) == whole {
                    found(Known::Digest, from, end);
                }
            }
        }
    }
}
