//! AWS access key ids, secret access keys and session tokens.

use super::{Hit, bytes, entropy};

/// Ids of long-term and temporary keys, and of the identities behind them.
const ID_PREFIXES: [&[u8]; 6] = [b"AKIA", b"ASIA", b"ABIA", b"ACCA", b"AROA", b"AIDA"];
const ID: usize = 20;
const SECRET: usize = 40;
/// What session tokens start with: base64 of a fixed header.
const SESSION: [&[u8]; 4] = [b"IQoJb3JpZ2lu", b"FwoGZXIvYXdz", b"FQoGZXIvYXdz", b"AQoDYXdz"];

pub(super) fn scan(text: &str, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    for at in bytes::word_starts(bytes) {
        match bytes[at] {
            b'A' | b'I' | b'F' => hits.extend(key_id(bytes, at).or_else(|| session(bytes, at))),
            _ => {}
        }
    }
    for (from, to) in entropy::runs(bytes) {
        let body = &bytes[from..to];
        let plain = body.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+'));
        if body.len() == SECRET && plain && entropy::is_random(body) && !entropy::in_url(text, from) {
            hits.push(Hit::new("aws_secret_key", from, to));
        }
    }
}

fn key_id(bytes: &[u8], at: usize) -> Option<Hit> {
    let to = bytes::run(bytes, at, ID + 1, bytes::is_word);
    let id = &bytes[at..to];
    let base32 = |byte: &u8| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(byte);
    let is_id = id.len() == ID && ID_PREFIXES.iter().any(|prefix| id.starts_with(prefix)) && id.iter().all(base32);
    (is_id && !id.ends_with(b"EXAMPLE") && bytes::is_varied(&id[4..], 5)).then(|| Hit::new("aws_access_key_id", at, to))
}

fn session(bytes: &[u8], at: usize) -> Option<Hit> {
    if !SESSION.iter().any(|prefix| bytes[at..].starts_with(prefix)) {
        return None;
    }
    let to = bytes::run(bytes, at, 4096, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b'='));
    (to - at >= 100).then(|| Hit::new("aws_session_token", at, to))
}
