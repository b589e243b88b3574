//! The token that senders show. It is compared in constant time and never printed.

use crate::guard::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::io::Read;
use std::path::Path;

/// The least characters of a token, and the most.
const LEAST: usize = 16;
const MOST: usize = 4_096;

/// A token.
#[derive(Clone, Debug)]
pub struct Token(Secret);

impl Token {
    /// From a text; spaces and line breaks around it are none of it. The error says what is wrong with it.
    pub fn new(text: &[u8]) -> Result<Self, String> {
        let text = text.trim_ascii();
        if !(LEAST..=MOST).contains(&text.len()) || !text.iter().all(u8::is_ascii_graphic) {
            return Err(format!(
                "a token is {LEAST} to {MOST} visible ASCII characters; `openssl rand -hex 32` makes one"
            ));
        }
        Ok(Self(Secret::new(text)))
    }

    /// From a file.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let mut text = zeroize::Zeroizing::new(Vec::new());
        let read = std::fs::File::open(path).and_then(|file| file.take(MOST as u64 + 16).read_to_end(&mut text));
        read.map_err(|error| format!("the token file {}: {error}", path.display()))?;
        Self::new(&text).map_err(|error| format!("the token file {}: {error}", path.display()))
    }

    /// Whether the value of an `Authorization` header shows it.
    pub fn admits(&self, authorization: Option<&[u8]>) -> bool {
        let Some((scheme, shown)) = authorization.and_then(|value| value.split_at_checked(7)) else { return false };
        let shown = shown.trim_ascii();
        // Both are keys of the same message: comparing what comes of them takes as long whatever differs.
        let (Some(expected), Some(given)) = (mac(self.0.expose()), mac(shown)) else { return false };
        let expected = expected.finalize().into_bytes();
        given.verify_slice(&expected).is_ok() && scheme.eq_ignore_ascii_case(b"bearer ")
    }
}

fn mac(key: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(b"readback ingest");
    Some(mac)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "a test that can't go on should say so")]

    use super::*;

    #[test]
    fn only_the_token_itself_is_admitted_and_a_short_one_is_none() {
        let Ok(token) = Token::new(b"not-a-real-token-0001\n") else { panic!("a token") };
        for good in ["Bearer not-a-real-token-0001", "bearer  not-a-real-token-0001"] {
            assert!(token.admits(Some(good.as_bytes())), "{good}");
        }
        for bad in ["", "Bearer", "Bearer ", "Bearer not-a-real-token-0002", "Basic not-a-real-token-0001"] {
            assert!(!token.admits(Some(bad.as_bytes())), "{bad}");
        }
        assert!(!token.admits(None));
        assert!(Token::new(b"short").is_err() && Token::new("with a space in between".as_bytes()).is_err());
        assert!(!format!("{token:?}").contains("0001"));
    }
}
