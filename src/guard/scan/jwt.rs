//! JSON web tokens, signed or encrypted, plain or wrapped in base64 once more.

use super::{Hit, Places, bytes};

/// A segment of a token is at least this long.
const SEGMENT: usize = 10;
const LIMIT: usize = 16_384;

/// How a token begins, and how one does that was wrapped.
pub(super) const PLAIN: &str = "eyJ";
pub(super) const WRAPPED: &str = "ZXlK";

pub(super) fn scan(text: &str, places: &Places, hits: &mut Vec<Hit>) {
    let all = text.as_bytes();
    let words = |prefix: &'static str| {
        let begins = move |at: &usize| bytes::stands(all, *at, prefix);
        places.words.iter().copied().filter(begins)
    };
    let mut done = 0;
    for at in words(PLAIN) {
        if at < done {
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
    for at in words(WRAPPED) {
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
