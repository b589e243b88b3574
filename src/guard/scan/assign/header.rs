//! What stands in the headers of requests, and in the `"auth"` of a docker configuration.

use super::{border_before, is_quote};
use crate::guard::scan::words::Words;
use crate::guard::scan::{Hit, bytes, innocent};

/// What a credential is called before it stands there.
const SCHEMES: Words = Words::of("bearer, basic, token, digest, apikey, negotiate, ssws, bot, splunk, geniekey, key");

/// `Bearer x`, `Basic x`, `Token x`, or a bare credential.
pub(super) fn header(text: &str, from: usize) -> Option<Hit> {
    let all = text.as_bytes();
    let word = bytes::run(all, from, 16, |byte| byte.is_ascii_alphabetic());
    let scheme = text.get(from..word).unwrap_or_default().to_ascii_lowercase();
    let named = SCHEMES.has(&scheme);
    let start = if named { bytes::run(all, word, 4, |byte| byte == b' ') } else { from };
    let to = bytes::run(all, start, 8192, |byte| byte.is_ascii_graphic() && !is_quote(byte) && byte != b',');
    let value = text.get(start..to)?;
    let credible = value.len() >= 8 && (named || value.bytes().any(|byte| byte.is_ascii_digit()));
    (credible && !innocent::is_placeholder(value)).then(|| Hit::new("authorization_header", start, to))
}

/// The cookies of one header, unless they are known to say nothing.
pub(super) fn cookie(text: &str, from: usize) -> Option<Hit> {
    let to = border_before(
        text,
        bytes::run(text.as_bytes(), from, 8192, |byte| !matches!(byte, b'\n' | b'\r' | b'"' | b'\'')),
    );
    let value = text.get(from..to)?;
    let telling = value.split(';').filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
        let name = name.trim().to_ascii_lowercase();
        let harmless = ["frontend_lang", "tz", "lang", "path", "max-age", "expires", "samesite", "domain", "cids"];
        !harmless.contains(&name.as_str()) && value.trim().len() >= 8 && !innocent::is_placeholder(value)
    });
    telling.then(|| Hit::new("cookie", from, to))
}

/// The base64 of a user and a password.
pub(super) fn docker_auth(text: &str, from: usize) -> Option<Hit> {
    let all = text.as_bytes();
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let to = bytes::run(all, from, super::VALUE, base64);
    (to - from >= 12 && bytes::is_varied(&all[from..to], 6)).then(|| Hit::new("docker_auth", from, to))
}
