//! The symbols of a code that stand in a row, where each stands, and what their bits make.

use crate::guard::Wiped;
use crate::guard::scan::bytes;

/// No symbol.
pub(super) const NONE: u8 = 0xff;

/// How many zeros stand behind bits at least.
const PADDING: usize = 8;

/// The alphabet of a code: for each byte its value.
pub(super) type Alphabet = [u8; 256];

/// An alphabet of these bytes, in the order of their values.
pub(super) const fn alphabet(bytes: &[u8]) -> Alphabet {
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < bytes.len() {
        values[bytes[value] as usize] = value as u8;
        value += 1;
    }
    values
}

/// Which bytes an alphabet has.
pub(super) const fn symbols(alphabet: &Alphabet) -> bytes::Kind {
    let mut is = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        is[byte] = alphabet[byte] != NONE;
        byte += 1;
    }
    is
}

/// Symbols in a row that stand in several lines. Filled again and again; wiped on drop.
pub(super) struct Row {
    symbols: Vec<u8>,
    /// How many there were at most.
    most: usize,
    /// Where symbols that stand side by side begin: here and in the text.
    pieces: Vec<(usize, usize)>,
}

impl Row {
    /// For so many at most; a vector that grows leaves copies that nobody wipes.
    pub(super) fn for_at_most(symbols: usize) -> Self {
        Self { symbols: Vec::with_capacity(symbols + 8), most: 0, pieces: Vec::new() }
    }

    pub(super) fn clear(&mut self) {
        self.most = self.most.max(self.symbols.len());
        self.symbols.clear();
        self.pieces.clear();
    }

    pub(super) fn symbols(&self) -> &[u8] {
        &self.symbols
    }

    /// Those that come next begin there; where none come, there the last ones ended.
    pub(super) fn place_at(&mut self, from: usize) {
        self.pieces.push((self.symbols.len(), from));
    }

    pub(super) fn push(&mut self, symbol: u8) {
        self.symbols.push(symbol);
    }

    pub(super) fn extend(&mut self, symbols: &[u8]) {
        self.symbols.extend_from_slice(symbols);
    }

    /// Where a symbol stands, or where the last one ended.
    pub(super) fn place(&self, index: usize) -> usize {
        let piece = self.pieces.partition_point(|(at, _)| *at <= index).checked_sub(1);
        piece.and_then(|piece| self.pieces.get(piece)).map_or(0, |(at, from)| from + (index - at))
    }
}

impl Drop for Row {
    fn drop(&mut self) {
        self.clear();
        wipe(&mut self.symbols, self.most);
    }
}

/// Wipes bytes of which there were so many at most.
fn wipe(bytes: &mut Vec<u8>, most: usize) {
    bytes.clear();
    bytes.resize(most, 0);
    drop(Wiped::new(std::mem::take(bytes)));
}

/// The bits of symbols, in bytes. Filled again and again; wiped on drop.
pub(super) struct Packed {
    bytes: Vec<u8>,
    /// How many there were at most.
    most: usize,
}

impl Packed {
    /// For so many symbols at most.
    pub(super) fn for_at_most(symbols: usize) -> Self {
        Self { bytes: Vec::with_capacity(symbols + 2 * PADDING), most: 0 }
    }

    /// Fills it with so many bits of each symbol; how many those are. Zeros follow, so that whole windows can be read.
    pub(super) fn fill(&mut self, symbols: &[u8], bits: usize, alphabet: &Alphabet) -> usize {
        self.bytes.clear();
        let value = |symbol: &u8| u64::from(alphabet[usize::from(*symbol)]);
        let word = |symbols: &[u8]| symbols.iter().fold(0, |word, symbol| word << bits | value(symbol));
        // Eight symbols fill as many bytes as one has bits.
        let (eights, rest) = symbols.as_chunks::<8>();
        for eight in eights {
            self.bytes.extend_from_slice(&word(eight).to_be_bytes()[8 - bits..]);
        }
        let last = word(rest) << (64 - (rest.len() * bits).max(1));
        self.bytes.extend_from_slice(&last.to_be_bytes());
        self.bytes.extend_from_slice(&[0; PADDING]);
        self.most = self.most.max(self.bytes.len());
        symbols.len() * bits
    }

    /// The bits, and the zeros behind them.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Packed {
    fn drop(&mut self) {
        wipe(&mut self.bytes, self.most);
    }
}
