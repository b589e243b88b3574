//! The digests of known values. One is found as a whole only: a few bytes of it tell nothing, and what looks like a few
//! bytes of one is everywhere.

use super::WINDOW;
use super::filter::Filter;
use super::table::{Key, packed};
use sha2::Digest;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A digest: the image of its first eight bytes, its length, the image of the whole.
type Entry = (u64, usize, u64);

/// All digests, in order.
#[derive(Default, Zeroize, ZeroizeOnDrop)]
pub(super) struct Digests(Vec<Entry>);

impl Digests {
    /// MD5, SHA-1, SHA-256 and SHA-512 of a value, as it is and with the newline that `echo` puts behind it.
    pub(super) fn learn(&mut self, key: Key, value: &[u8], filter: &mut Filter) {
        let line = Zeroizing::new([value, b"\n"].concat());
        for text in [value, &line] {
            self.add(key, &md5::Md5::digest(text), filter);
            self.add(key, &sha1::Sha1::digest(text), filter);
            self.add(key, &sha2::Sha256::digest(text), filter);
            self.add(key, &sha2::Sha512::digest(text), filter);
        }
    }

    fn add(&mut self, key: Key, digest: &[u8], filter: &mut Filter) {
        let head = &digest[..WINDOW];
        filter.learn(key, head);
        self.0.push((key.image(packed(head)), digest.len(), key.whole(digest.chunks(WINDOW).map(packed))));
    }

    pub(super) fn settle(&mut self) {
        self.0.sort_unstable();
        self.0.dedup();
    }

    pub(super) fn images(&self) -> impl Iterator<Item = u64> + Clone {
        self.0.iter().map(|(head, ..)| *head)
    }

    /// The length and the image of every digest that begins with such a window.
    pub(super) fn beginning_with(&self, image: u64) -> impl Iterator<Item = (usize, u64)> {
        let from = self.0.partition_point(|(head, ..)| *head < image);
        self.0[from..].iter().take_while(move |(head, ..)| *head == image).map(|(_, len, whole)| (*len, *whole))
    }

    pub(super) fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|entry| self.0.binary_search(entry).is_ok())
    }
}
