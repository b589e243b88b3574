//! Known values that are shorter than a window. They are found as a whole, as they are, and between borders: `hunter2`
//! in `pw=hunter2;`, not in `hunter2000`.

use super::filter::GRAM;
use super::table::{Key, packed};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bits per value.
const BITS: usize = 64;

/// Lengths and images, in order.
#[derive(Default, Zeroize, ZeroizeOnDrop)]
pub(super) struct Short {
    values: Vec<(usize, u64)>,
    /// The images of their first grams, and a bit for each.
    heads: Vec<u64>,
    filter: Vec<u64>,
    lengths: Vec<usize>,
}

impl Short {
    pub(super) fn learn(&mut self, key: Key, value: &[u8]) {
        self.values.push((value.len(), key.image(packed(value))));
        self.heads.push(key.gram(packed(&value[..GRAM]) as u32));
    }

    pub(super) fn settle(&mut self) {
        self.values.sort_unstable();
        self.values.dedup();
        self.lengths = self.values.iter().map(|(len, _)| *len).collect();
        self.lengths.dedup();
        self.filter = vec![0; (self.values.len() * BITS / 64).next_power_of_two()];
        for head in std::mem::take(&mut self.heads) {
            let (word, bit) = self.bit(head);
            self.filter[word] |= bit;
        }
    }

    /// Where the bit of a gram stands.
    fn bit(&self, image: u64) -> (usize, u64) {
        ((image >> 32) as usize & (self.filter.len() - 1), 1 << (image >> 58))
    }

    pub(super) fn covers(&self, other: &Self) -> bool {
        other.values.iter().all(|value| self.has(*value))
    }

    fn has(&self, value: (usize, u64)) -> bool {
        self.values.binary_search(&value).is_ok()
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Tells of every such value that stands alone.
    pub(super) fn find(&self, key: Key, bytes: &[u8], found: &mut impl FnMut(&'static str, usize, usize)) {
        if self.values.is_empty() {
            return;
        }
        let part = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphanumeric);
        for (at, head) in bytes.array_windows::<GRAM>().enumerate() {
            let (word, bit) = self.bit(key.gram(u32::from_be_bytes(*head)));
            if self.filter[word] & bit == 0 || (at > 0 && part(bytes.get(at - 1)) && part(head.first())) {
                continue;
            }
            for length in &self.lengths {
                let Some(value) = bytes.get(at..at + length) else { break };
                let ends = !part(bytes.get(at + length)) || !part(value.last());
                if ends && self.has((*length, key.image(packed(value)))) {
                    found("known_value", at, at + length);
                }
            }
        }
    }
}
