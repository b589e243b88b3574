//! JSON web tokens, signed or encrypted, plain or wrapped in base64 once more.

use super::{Hit, bytes};

/// A segment of a token is at least this long.
const SEGMENT: usize = 10;
const LIMIT: usize = 16_384;

pub(super) fn scan(text: &str, hits: &mut Vec<Hit>) {
    let all = text.as_bytes();
    let mut done = 0;
    for at in bytes::places(text, "eyJ") {
        if at < done || (at > 0 && bytes::is_word(all[at - 1])) {
            continue;
        }
        let end = bytes::run(all, at, LIMIT, |byte| is_segment(byte) || byte == b'.');
        let token = &all[at..end];
        let mut parts = token.split(|byte| *byte == b'.');
        let long = |part: Option<&[u8]>| part.is_some_and(|part| part.len() >= SEGMENT);
        // The signature may be missing (alg none); that is still a token.
        if long(parts.next()) && long(parts.next()) && parts.next().is_some() {
            hits.push(Hit::new("jwt", at, end));
        }
        done = end;
    }
    done = 0;
    for at in bytes::places(text, "ZXlK").filter(|at| *at == 0 || !bytes::is_word(all[at - 1])) {
        if at < done {
            continue;
        }
        done = bytes::run(all, at, LIMIT, |byte| is_segment(byte) || matches!(byte, b'+' | b'/' | b'='));
        if done - at >= 60 {
            hits.push(Hit::new("jwt", at, done));
        }
    }
}

fn is_segment(byte: u8) -> bool {
    bytes::is_word(byte) || byte == b'-'
}
