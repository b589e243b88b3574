//! Names for new records, without a clock or a die inside the core: a seed from the shell, a counter,
//! and the time that the event came with. The result is a `UUIDv7`, so records sort by their making.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// Makes ids; two consoles differ by their seeds.
#[derive(Clone, Debug)]
pub struct Ids {
    seed: [u8; 16],
    made: u64,
}

impl Ids {
    /// From a seed of the shell's; random in the console, fixed in tests and in the demo.
    pub fn new(seed: [u8; 16]) -> Self {
        Self { seed, made: 0 }
    }

    /// The next id.
    pub fn next(&mut self, now: Timestamp) -> String {
        self.made += 1;
        let mut hasher = Sha256::new();
        hasher.update(self.seed);
        hasher.update(self.made.to_be_bytes());
        let digest = hasher.finalize();
        let mut random = [0; 10];
        random.copy_from_slice(&digest[..10]);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_sort_by_time_and_repeat_from_the_same_seed() {
        let now = Timestamp::UNIX_EPOCH;
        let later = Timestamp::from_millisecond(1000).unwrap_or_default();
        let mut ids = Ids::new([7; 16]);
        let (first, second) = (ids.next(now), ids.next(later));
        assert!(first < second);
        assert_ne!(first, Ids::new([8; 16]).next(now));
        assert_eq!(first, Ids::new([7; 16]).next(now));
        assert_eq!(first.len(), 36);
    }
}
