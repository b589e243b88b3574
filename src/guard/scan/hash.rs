//! Hashes of passwords: as good as the password to who has time.

use super::{Hit, Places, bytes};

/// What comes after the first dollar sign.
const SCHEMES: [&str; 21] = [
    "2a$",
    "2b$",
    "2y$",
    "argon2i$",
    "argon2d$",
    "argon2id$",
    "pbkdf2",
    "scrypt$",
    "1$",
    "5$",
    "6$",
    "y$",
    "7$",
    "apr1$",
    "gy$",
    "P$",
    "H$",
    "S$",
    "sha1$",
    "md5$",
    "bcrypt-sha256$",
];
const TAGS: [&str; 11] = [
    "{SSHA}",
    "{SSHA256}",
    "{SSHA384}",
    "{SSHA512}",
    "{SHA}",
    "{SHA256}",
    "{SHA512}",
    "{SMD5}",
    "{MD5}",
    "{CRYPT}",
    "{PBKDF2}",
];
/// A shorter rest is a price or a shell variable.
const SHORTEST: usize = 20;

pub(super) fn scan(text: &str, places: &Places, hits: &mut Vec<Hit>) {
    let all = text.as_bytes();
    let mut done = 0;
    for at in places.hashes.iter().copied() {
        let rest = &text[at + 1..];
        if all[at] == b'{' {
            hits.extend(tagged(text, at));
            continue;
        }
        if at < done || !SCHEMES.iter().any(|scheme| bytes::stands(rest.as_bytes(), 0, scheme)) {
            continue;
        }
        let to = bytes::run(all, at, 512, |byte| {
            bytes::is_word(byte) || matches!(byte, b'$' | b'.' | b'/' | b'+' | b'=' | b',' | b'-')
        });
        if to - at >= SHORTEST && bytes::is_varied(&all[at..to], 8) {
            hits.push(Hit::new("password_hash", at, to));
            done = to;
        }
    }
}

/// `{SSHA}` and what follows, at a brace.
fn tagged(text: &str, at: usize) -> Option<Hit> {
    let tag = TAGS.iter().find(|tag| bytes::stands(text.as_bytes(), at, tag))?;
    let from = at + tag.len();
    let to = bytes::run(text.as_bytes(), from, 512, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'$' | b'.')
    });
    (to - from >= SHORTEST).then(|| Hit::new("password_hash", at, to))
}
