//! Values are compared by keyed fingerprint: equal values have equal fingerprints on this machine, and
//! a fingerprint tells nothing to who has not the key, not even of a short value.

use super::{Secret, digest::hex};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

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

/// Makes fingerprints under one key. The key stays on the machine.
#[derive(Clone)]
pub struct Fingerprinter(Secret);

impl Fingerprinter {
    /// Under this key; any length, 32 random bytes are right.
    pub fn new(key: Secret) -> Self {
        Self(key)
    }

    /// The fingerprint of a value.
    pub fn of(&self, value: &[u8]) -> Fingerprint {
        // HMAC takes a key of any length, so there is no error to carry on.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.expose()) else {
            return Fingerprint(String::new());
        };
        mac.update(value);
        Fingerprint(hex(&mac.finalize().into_bytes()[..8]))
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
        let (a, b) = (Fingerprinter::new(Secret::new("key a")), Fingerprinter::new(Secret::new("key b")));
        assert_eq!(a.of(b"value"), a.of(b"value"));
        assert_ne!(a.of(b"value"), a.of(b"other"));
        assert_ne!(a.of(b"value"), b.of(b"value"));
        assert_eq!(a.of(b"value").short().len(), 6);
    }
}
