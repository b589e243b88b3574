//! Values are compared by keyed fingerprint: equal values have equal fingerprints on this machine, and
//! a fingerprint tells nothing to who has not the key, not even of a short value.

use super::{Secret, digest::hex};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The block of SHA-256, in bytes.
const BLOCK: usize = 64;

/// A keyed fingerprint: the first 64 bits of HMAC-SHA-256, in hex. Enough to tell a handful of values
/// apart; far too little to be searched back without the key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The short form for the screen: six hex digits.
    pub fn short(&self) -> &str {
        self.0.get(..6).unwrap_or(&self.0)
    }

    /// Whether it begins with these hex digits, in lower case.
    pub fn begins_with(&self, hex: &str) -> bool {
        self.0.starts_with(hex)
    }
}

/// Makes fingerprints under one key. The key stays on the machine. What is held is what HMAC makes of the key, once;
/// it is wiped on drop as the key is.
#[derive(Clone)]
pub struct Fingerprinter(Hmac<Sha256>);

impl Fingerprinter {
    /// Under this key; any length, 32 random bytes are right.
    pub fn new(key: &Secret) -> Self {
        // As RFC 2104 has it: a key longer than a block is hashed, a shorter one filled up with zeros.
        let mut block = Zeroizing::new([0; BLOCK]);
        let hashed;
        let bytes = if key.len() > BLOCK {
            hashed = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(key.expose())));
            hashed.as_slice()
        } else {
            key.expose()
        };
        block[..bytes.len()].copy_from_slice(bytes);
        Self(Hmac::new(&(*block).into()))
    }

    /// The fingerprint of a value.
    pub fn of(&self, value: &[u8]) -> Fingerprint {
        Fingerprint(hex(&self.0.clone().chain_update(value).finalize().into_bytes()[..8]))
    }
}

impl std::fmt::Debug for Fingerprinter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fingerprinter")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_agree_under_one_key_and_disagree_under_two() {
        let (a, b) = (Fingerprinter::new(&Secret::new("key a")), Fingerprinter::new(&Secret::new("key b")));
        assert_eq!(a.of(b"value"), a.of(b"value"));
        assert_ne!(a.of(b"value"), a.of(b"other"));
        assert_ne!(a.of(b"value"), b.of(b"value"));
        assert_eq!(a.of(b"value").short().len(), 6);
    }

    /// The fourth and the sixth case of RFC 4231, cut to what a fingerprint keeps.
    #[test]
    fn short_and_long_keys_make_what_hmac_makes() {
        let short = Fingerprinter::new(&Secret::new((1..=25).collect::<Vec<u8>>()));
        assert_eq!(short.of(&[0xcd; 50]).0, "82558a389a443c0e");
        let long = Fingerprinter::new(&Secret::new(vec![0xaa; 131]));
        let text = b"Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(long.of(text).0, "60e431591ee0b67f");
    }
}
