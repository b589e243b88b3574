//! The windows of known values in one encoding, a filter over those of all, and stretches of them in a text.

use super::{WINDOW, image};

/// The windows of one encoding.
pub(super) struct Table {
    pub(super) detector: &'static str,
    /// How many windows in a row prove eight bytes of a value.
    pub(super) run: usize,
    pub(super) windows: Vec<u64>,
}

impl Table {
    pub(super) fn learn(&mut self, key: (u64, u64), text: &[u8]) {
        self.windows.extend(text.windows(WINDOW).map(|window| image(key, window)));
    }

    pub(super) fn settle(&mut self) {
        self.windows.sort_unstable();
        self.windows.dedup();
    }

    pub(super) fn has(&self, window: u64) -> bool {
        self.windows.binary_search(&window).is_ok()
    }
}

/// Bits of the filter per window: with four set for each, one place in some hundred is looked at twice.
const BITS_PER_WINDOW: usize = 16;

/// Passes by most places with one look: four bits of one word stand for a window (a Bloom filter).
#[derive(Default)]
pub(super) struct Filter(pub(super) Vec<u64>);

impl Filter {
    /// Over the windows of all tables.
    pub(super) fn over(tables: &[Table]) -> Self {
        let many: usize = tables.iter().map(|table| table.windows.len()).sum();
        let mut filter = Self(vec![0; (many * BITS_PER_WINDOW / 64).next_power_of_two()]);
        for window in tables.iter().flat_map(|table| &table.windows) {
            let (word, bits) = filter.place(*window);
            filter.0[word] |= bits;
        }
        filter
    }

    /// Where a window's bits stand.
    fn place(&self, window: u64) -> (usize, u64) {
        let bit = |shift: u32| 1 << (window >> shift & 63);
        ((window >> 24) as usize & (self.0.len() - 1), bit(0) | bit(6) | bit(12) | bit(18))
    }

    pub(super) fn may_have(&self, window: u64) -> bool {
        let (word, bits) = self.place(window);
        self.0[word] & bits == bits
    }
}

/// Windows of a table in a row.
#[derive(Clone, Copy, Default)]
pub(super) struct Stretch {
    pub(super) from: usize,
    pub(super) count: usize,
}

impl Stretch {
    /// Ends it; tells of it where it proves a value.
    pub(super) fn close(&mut self, table: &Table, found: &mut impl FnMut(&'static str, usize, usize)) {
        if self.count >= table.run {
            found(table.detector, self.from, self.from + self.count + WINDOW - 1);
        }
        self.count = 0;
    }
}
