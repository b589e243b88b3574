//! Canonical bytes (RFC 8785) and their SHA-256: the name of a piece of evidence, a link of the chain.

use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The canonical JSON (RFC 8785) of a value. A value that is no JSON has no canonical bytes; its
/// error's text stands in, so that two different failures stay different and none is empty.
pub fn canonical(value: &impl Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap_or_else(|error| format!("uncanonical: {error}").into_bytes())
}

/// SHA-256 over the canonical bytes of a value, in lower-case hex.
pub fn digest_of(value: &impl Serialize) -> String {
    digest_bytes(&canonical(value))
}

/// SHA-256 over bytes, in lower-case hex.
pub fn digest_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_equal_digests_whatever_the_order_of_their_keys() {
        let a = serde_json::json!({"b": 1, "a": [true, null]});
        let b: serde_json::Value = serde_json::from_str(r#"{ "a": [true, null], "b": 1 }"#).unwrap_or_default();
        assert_eq!(digest_of(&a), digest_of(&b));
        assert_eq!(canonical(&a), br#"{"a":[true,null],"b":1}"#);
    }
}
