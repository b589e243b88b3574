//! Takes back the escapes that a value may have been written in, where there are some: around each, and no further than
//! a value found there may reach.

mod kinds;
mod read;

pub(super) use kinds::Kinds;

use super::view::{Decoded, Decoder};
use kinds::{Escape, Piece};
use std::ops::Range;

/// How far around an escape the text is decoded with it: as far as the longest digest in base64.
const AROUND: usize = 96;
/// How near two escapes of two kinds are at most for one to be part of a value that the other one escapes.
const NEAR: usize = 48;

/// Parts of a text, in order, in which escapes of several kinds meet.
pub(super) struct Mixed {
    ranges: Vec<Range<usize>>,
    kinds: Kinds,
}

impl Mixed {
    /// One more, which begins no earlier than those before it.
    fn add(&mut self, range: Range<usize>, kinds: Kinds) {
        self.kinds = self.kinds.and(kinds);
        match self.ranges.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => self.ranges.push(range),
        }
    }

    /// The kinds that meet others.
    pub(super) fn kinds(&self) -> impl Iterator<Item = Kinds> {
        Kinds::EACH.into_iter().filter(|kind| self.kinds.has(*kind))
    }

    /// Each part without the escapes of one kind.
    pub(super) fn taken_back(&self, bytes: &[u8], kind: Kinds) -> Option<Decoded> {
        let mut zones = Zones::new(bytes);
        for range in &self.ranges {
            for (at, escape) in escapes(bytes, range.clone(), kind) {
                zones.add(at, &escape, range.start);
            }
            zones.end(range.end);
        }
        zones.done(bytes.len())
    }
}

/// A text without the escapes of one kind, as far as it has some.
pub(super) fn taken_back_once_more(bytes: &[u8], kind: Kinds) -> Option<Decoded> {
    Mixed { ranges: std::iter::once(0..bytes.len()).collect(), kinds: kind }.taken_back(bytes, kind)
}

/// A text without the escapes of these kinds, as far as it has some, and where several kinds meet.
pub(super) fn taken_back(bytes: &[u8], kinds: Kinds) -> (Option<Decoded>, Mixed) {
    let mut mixed = Mixed { ranges: Vec::new(), kinds: Kinds::NO };
    let mut zones = Zones::new(bytes);
    let mut before = None;
    for (at, escape) in escapes(bytes, 0..bytes.len(), kinds) {
        let met = before
            .filter(|(kind, end): &(Kinds, usize)| kind.meets(escape.kind) && at - end < NEAR)
            .map(|(kind, _)| kind);
        // `\&` may be one of two, and what follows is the other.
        let held = || kinds.escape(&bytes[at + 1..]).map(|inner| inner.kind).filter(|kind| *kind != escape.kind);
        if let Some(other) = met.or_else(held) {
            let around = at.saturating_sub(2 * NEAR)..(at + 2 * NEAR).min(bytes.len());
            mixed.add(around, escape.kind.and(other));
        }
        before = Some((escape.kind, at + escape.len));
        zones.add(at, &escape, 0);
    }
    (zones.done(bytes.len()), mixed)
}

/// The escapes of these kinds in a range, one after the other.
fn escapes(bytes: &[u8], range: Range<usize>, kinds: Kinds) -> impl Iterator<Item = (usize, Escape)> {
    let mut at = range.start;
    std::iter::from_fn(move || {
        loop {
            at = kinds.next_sign(&bytes[..range.end], at)?;
            if let Some(escape) = kinds.escape(&bytes[at..]) {
                let place = at;
                at += escape.len;
                return Some((place, escape));
            }
            at += 1;
        }
    })
}

/// The surroundings of escapes, decoded.
struct Zones<'a> {
    bytes: &'a [u8],
    decoder: Option<Decoder>,
    /// Where the last escape ended, while what follows it is not yet there.
    after: Option<usize>,
}

impl<'a> Zones<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, decoder: None, after: None }
    }

    /// One more escape, in a part of the text that begins at `start`.
    fn add(&mut self, at: usize, escape: &Escape, start: usize) {
        let start = at.saturating_sub(AROUND).max(start);
        let from = match self.after {
            Some(after) if start <= after + AROUND => after,
            _ => {
                self.end(at);
                start
            }
        };
        // Each escape is longer than what it stands for, so that there is room for what stands between zones.
        let decoder = self.decoder.get_or_insert_with(|| Decoder::for_at_most(self.bytes.len() + 1));
        if from < at {
            decoder.place(from);
            decoder.copy(&self.bytes[from..at]);
        }
        decoder.place(at);
        match escape.piece {
            Piece::Nothing => {}
            Piece::Byte(byte) => decoder.push(byte),
            Piece::Char(c) => decoder.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        }
        self.after = Some(at + escape.len);
    }

    /// What follows the last escape, up to `end` at most.
    fn end(&mut self, end: usize) {
        if let (Some(decoder), Some(after)) = (&mut self.decoder, self.after.take()) {
            let to = (after + AROUND).min(end).max(after);
            decoder.place(after);
            decoder.copy(&self.bytes[after..to]);
            decoder.divide(to);
        }
    }

    fn done(mut self, end: usize) -> Option<Decoded> {
        self.end(end);
        self.decoder.and_then(|decoder| decoder.done(end, false))
    }
}
