//! A value that must not leave.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A secret value: no `Display`, a redacted `Debug`, zeroed on drop. Read it with [`Secret::expose`],
/// and only to compare it or to hand it to the service it belongs to.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Takes a value in.
    pub fn new(value: impl Into<Vec<u8>>) -> Self {
        Self(value.into())
    }

    /// The bytes. Never put them into a message, a log, a store or a frame.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The length in bytes; it may be shown.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the value is empty; it may be shown.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(value.into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_a_length_and_nothing_else() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(7 bytes)");
    }
}
