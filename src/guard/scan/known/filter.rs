//! Passes by where no known window can be. Whatever window stands at a place, one of its five grams of four bytes
//! begins at a multiple of five: looking up one gram in five places is enough. Only where that one is known, the five
//! windows it may be part of are looked up, too.

use super::WINDOW;
use super::table::{Key, packed};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The length of a gram.
pub(super) const GRAM: usize = 4;
/// How many grams a window has, and so how far apart the places are that are looked at.
pub(super) const STRIDE: usize = WINDOW - GRAM + 1;
/// Bits per gram and per window.
const BITS_PER_GRAM: usize = 16;
const BITS_PER_WINDOW: usize = 16;

/// What may be known: a bit for a gram, four bits of one word for a window (Bloom filters).
#[derive(Default, Zeroize, ZeroizeOnDrop)]
pub(super) struct Filter {
    /// Until it is settled, the images of all grams.
    learned: Vec<u64>,
    grams: Vec<u64>,
    /// How far the image of a gram is shifted for its bit.
    shift: u32,
    windows: Vec<u64>,
}

impl Filter {
    pub(super) fn learn(&mut self, key: Key, text: &[u8]) {
        self.learned.extend(text.windows(GRAM).map(|gram| key.gram(packed(gram) as u32)));
    }

    /// Over the grams that were learned, and these windows.
    pub(super) fn settle(&mut self, windows: impl Iterator<Item = u64> + Clone) {
        self.learned.sort_unstable();
        self.learned.dedup();
        let bits = (self.learned.len() * BITS_PER_GRAM).next_power_of_two().max(64);
        self.grams = vec![0; bits / 64];
        self.shift = 64 - bits.ilog2();
        for gram in &self.learned {
            let bit = (gram >> self.shift) as usize;
            self.grams[bit / 64] |= 1 << (bit % 64);
        }
        self.learned.zeroize();
        let words = (windows.clone().count() * BITS_PER_WINDOW / 64).next_power_of_two();
        self.windows = vec![0; words];
        for window in windows {
            let (word, bits) = self.place(window);
            self.windows[word] |= bits;
        }
    }

    #[inline]
    pub(super) fn may_have_gram(&self, image: u64) -> bool {
        let bit = (image >> self.shift) as usize;
        self.grams.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    /// Where a window's bits stand.
    #[inline]
    fn place(&self, window: u64) -> (usize, u64) {
        let bit = |shift: u32| 1 << (window >> shift & 63);
        ((window >> 24) as usize & (self.windows.len() - 1), bit(0) | bit(6) | bit(12) | bit(18))
    }

    #[inline]
    pub(super) fn may_have_window(&self, window: u64) -> bool {
        let (word, bits) = self.place(window);
        self.windows[word] & bits == bits
    }
}
