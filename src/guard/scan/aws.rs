//! AWS access key ids, secret access keys and session tokens.

use super::{Hit, Places, bytes};

/// What session tokens start with (base64 of a fixed header), then the ids of long-term and temporary keys and of the
/// identities behind them.
pub(super) const PREFIXES: [&str; 17] = [
    "IQoJb3JpZ2lu",
    "FwoGZXIvYXdz",
    "FQoGZXIvYXdz",
    "AQoDYXdz",
    "AKIA",
    "ASIA",
    "ABIA",
    "ACCA",
    "AROA",
    "AIDA",
    "A3T",
    "AGPA",
    "AIPA",
    "ANPA",
    "ANVA",
    "APKA",
    "ASCA",
];
const SESSIONS: usize = 4;
const ID: usize = 20;
const SECRET: usize = 40;

pub(super) fn scan(text: &str, places: &Places, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    for at in places.words.iter().copied().filter(|at| matches!(bytes[*at], b'A' | b'F' | b'I')) {
        if let Some(kind) = PREFIXES.iter().position(|prefix| bytes::stands(bytes, at, prefix)) {
            hits.extend(if kind < SESSIONS { session(bytes, at) } else { key_id(bytes, at) });
        }
    }
    for (from, to) in places.random.iter().copied() {
        let body = &bytes[from..to];
        if body.len() == SECRET && !body.iter().any(|byte| matches!(byte, b'-' | b'_')) {
            hits.push(Hit::new("aws_secret_key", from, to));
        }
    }
}

fn key_id(bytes: &[u8], at: usize) -> Option<Hit> {
    let to = bytes::run(bytes, at, ID + 1, bytes::is_word);
    let id = &bytes[at..to];
    let base32 = |byte: &u8| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(byte);
    let is_id = id.len() == ID && id[4..].iter().all(base32);
    (is_id && !id.ends_with(b"EXAMPLE") && bytes::is_varied(&id[4..], 5)).then(|| Hit::new("aws_access_key_id", at, to))
}

fn session(bytes: &[u8], at: usize) -> Option<Hit> {
    let to = bytes::run(bytes, at, 4096, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b'='));
    (to - at >= 100).then(|| Hit::new("aws_session_token", at, to))
}
