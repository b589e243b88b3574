//! What a text is without what it was written in, and where each byte of it stood.

use crate::guard::Wiped;

/// Bytes, and where they stand in the text.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) bytes: &'a [u8],
    /// What they were made of; nothing where they are the text.
    made_of: Option<(&'a Decoded, &'a Self)>,
}

impl<'a> View<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        Self { bytes: text, made_of: None }
    }

    /// Where a range of these bytes stands in the text.
    pub(super) fn place(&self, from: usize, to: usize) -> (usize, usize) {
        match self.made_of {
            None => (from, to),
            Some((decoded, outer)) => {
                let (from, to) = decoded.place(from, to);
                outer.place(from, to)
            }
        }
    }
}

/// What something holds once it is decoded, in pieces that may have others between them. Wiped on drop.
pub(super) struct Decoded {
    bytes: Wiped,
    /// Where each piece begins: here, and in what it was made of.
    pieces: Vec<(usize, usize)>,
    /// Whether a hit stands for the whole of its piece.
    whole: bool,
}

impl Decoded {
    pub(super) fn view<'a>(&'a self, outer: &'a View<'a>) -> View<'a> {
        View { bytes: &self.bytes, made_of: Some((self, outer)) }
    }

    fn place(&self, from: usize, to: usize) -> (usize, usize) {
        let after = |index: usize| self.pieces.partition_point(|(at, _)| *at <= index);
        let piece = |index: usize| after(index).checked_sub(1).and_then(|piece| self.pieces.get(piece));
        let place = |index: usize| piece(index).map_or(0, |(at, from)| from + (index - at));
        let end = self.pieces.get(after(to.saturating_sub(1))).or(self.pieces.last());
        if self.whole {
            (piece(from).map_or(0, |piece| piece.1), end.map_or(0, |end| end.1))
        } else {
            (place(from), place(to))
        }
    }
}

/// Puts what is decoded together.
pub(super) struct Decoder {
    bytes: Vec<u8>,
    pieces: Vec<(usize, usize)>,
}

/// What stands between pieces that are not neighbours: no text has this byte.
const BETWEEN: u8 = 0xff;

impl Decoder {
    /// For so many bytes at most; a vector that grows leaves copies that nobody wipes.
    pub(super) fn for_at_most(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), pieces: Vec::new() }
    }

    /// How many bytes there is room for.
    pub(super) fn room(&self) -> usize {
        self.bytes.capacity() - self.bytes.len()
    }

    /// What comes next stood there.
    pub(super) fn place(&mut self, from: usize) {
        self.pieces.push((self.bytes.len(), from));
    }

    pub(super) fn push(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(super) fn copy(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn extend(&mut self, bytes: impl IntoIterator<Item = u8>) {
        self.bytes.extend(bytes);
    }

    /// What came last ended there, and what comes next is no neighbour of it.
    pub(super) fn divide(&mut self, end: usize) {
        self.place(end);
        self.push(BETWEEN);
    }

    /// What was decoded, unless it is nothing. With `whole` a hit stands for the whole of its piece.
    pub(super) fn done(mut self, end: usize, whole: bool) -> Option<Decoded> {
        self.place(end);
        let bytes = Wiped::new(self.bytes);
        (!bytes.is_empty()).then_some(Decoded { bytes, pieces: self.pieces, whole })
    }
}
