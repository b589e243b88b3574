//! The key of this process, and the images of windows under it.

use super::WINDOW;
use crate::guard::{Secret, digest_bytes};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// What images are made under. It is wiped on drop.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    mask: u64,
    factor: u64,
}

impl Key {
    pub(super) fn new(secret: &Secret) -> Self {
        let digest = Zeroizing::new(digest_bytes(secret.expose()));
        let half =
            |from: usize| digest.get(from..from + 16).and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or(0);
        Self { mask: half(0), factor: half(16) | 1 }
    }

    /// The image of eight bytes: a bijection under the key, so that two windows never fall together.
    #[inline]
    pub(super) fn image(self, packed: u64) -> u64 {
        let mixed = (packed ^ self.mask).wrapping_mul(self.factor);
        (mixed ^ (mixed >> 29)).wrapping_mul(self.factor)
    }

    /// The image of a gram; its first bits are the best mixed.
    #[inline]
    pub(super) fn gram(self, packed: u32) -> u64 {
        (u64::from(packed) ^ self.mask).wrapping_mul(self.factor)
    }

    /// The image of any number of bytes, eight by eight.
    pub(super) fn whole(self, eights: impl Iterator<Item = u64>) -> u64 {
        eights.fold(0, |image, packed| self.image(image ^ packed))
    }
}

impl Zeroize for Key {
    fn zeroize(&mut self) {
        self.mask.zeroize();
        self.factor.zeroize();
    }
}

/// Up to eight bytes in one number.
pub(super) fn packed(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |packed, byte| packed << 8 | u64::from(*byte))
}

/// The images of the windows of all values.
#[derive(Default, Zeroize, ZeroizeOnDrop)]
pub(super) struct Table(Vec<u64>);

impl Table {
    pub(super) fn learn(&mut self, key: Key, text: &[u8]) {
        self.0.extend(text.windows(WINDOW).map(|window| key.image(packed(window))));
    }

    pub(super) fn settle(&mut self) {
        self.0.sort_unstable();
        self.0.dedup();
    }

    pub(super) fn has(&self, image: u64) -> bool {
        self.0.binary_search(&image).is_ok()
    }

    pub(super) fn images(&self) -> impl Iterator<Item = u64> + Clone {
        self.0.iter().copied()
    }

    pub(super) fn covers(&self, other: &Self) -> bool {
        other.images().all(|image| self.has(image))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
