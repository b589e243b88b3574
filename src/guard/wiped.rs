//! Bytes that are wiped at the speed of memory, for whole files.

use std::ops::Deref;

/// What a file holds, secrets among it; wiped on drop. `Zeroizing` writes one byte at a time, which for the tens of
/// megabytes of a large file takes longer than to compare them.
pub struct Wiped(Vec<u8>);

impl Wiped {
    /// Takes them in. Give what has its final size: bytes that a growing vector left behind are not wiped.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Deref for Wiped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0.fill(0);
        // The writes are to memory that nobody reads again: without this they may be left out.
        zeroize::optimization_barrier(self.0.as_slice());
    }
}

impl std::fmt::Debug for Wiped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Wiped({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_bytes_and_debug_shows_a_length_and_nothing_else() {
        let wiped = Wiped::new(b"a value".to_vec());
        assert_eq!(&*wiped, b"a value");
        assert_eq!(format!("{wiped:?}"), "Wiped(7 bytes)");
    }
}
