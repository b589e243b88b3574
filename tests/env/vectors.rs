//! Reads the conformance vectors.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// Each test file uses its share of these.
#![allow(dead_code)]

use serde_json::Value;
use std::collections::BTreeMap;

/// Every line of a file of vectors.
pub(crate) fn vectors(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/fixtures/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a file of vectors");
    text.lines().map(|line| serde_json::from_str(line).expect("a vector")).collect()
}

/// What the newest version of the oracle answers: `Some` value, or `None` for a refusal.
pub(crate) fn expected<'a>(vector: &'a Value, field: &str) -> Option<&'a Value> {
    let newer = &vector["compose_go_since_2_10_1"];
    if !newer.is_null() {
        return newer.get(field);
    }
    vector.get(field)
}

/// An object of texts as a map of bytes.
pub(crate) fn map(value: &Value) -> BTreeMap<String, Vec<u8>> {
    let object = value.as_object().cloned().unwrap_or_default();
    object.into_iter().map(|(k, v)| (k, v.as_str().unwrap_or_default().as_bytes().to_vec())).collect()
}

/// Standard base64.
pub(crate) fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut out, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for byte in text.bytes().filter(|byte| *byte != b'=') {
        let six = ALPHABET.iter().position(|a| *a == byte).expect("base64") as u32;
        bits = bits << 6 | six;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held & 0xff) as u8);
        }
    }
    out
}
