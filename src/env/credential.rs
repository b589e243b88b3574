//! Whether a value looks like a credential. It is asked for every value there is: bytes only, nothing is copied.

use memchr::{memchr_iter, memmem};

/// Starts of tokens that their makers publish.
const PREFIXES: [&[u8]; 16] = [
    b"AKIA",
    b"ASIA",
    b"ghp_",
    b"gho_",
    b"ghs_",
    b"github_pat_",
    b"glpat-",
    b"xox",
    b"sk_live_",
    b"sk_test_",
    b"sk-",
    b"eyJ",
    b"npm_",
    b"hvs.",
    b"AGE-SECRET-KEY-",
    b"$",
];

/// Words that come before `=` and a credential inside a longer value.
const NAMES: [&[u8]; 7] = [b"password", b"passwd", b"pwd", b"secret", b"token", b"apikey", b"api_key"];

/// The path of an address that lets whoever has it post messages.
const WEBHOOK: &[u8] = b"hooks.slack.com/services";

/// Whether a value looks like a credential whatever its key is called: user information in a URL, a
/// key block, a known token, or a long run of mixed letters and digits.
pub fn looks_like_credential(value: &[u8]) -> bool {
    PREFIXES.iter().any(|start| value.starts_with(start))
        || names_one(value)
        || has_key_block(value)
        || has_user_information(value)
        || has_webhook(value)
        || has_random_run(value)
}

fn ends_with(value: &[u8], word: &[u8]) -> bool {
    value.len().checked_sub(word.len()).is_some_and(|at| value[at..].eq_ignore_ascii_case(word))
}

fn names_one(value: &[u8]) -> bool {
    memchr_iter(b'=', value).any(|at| NAMES.iter().any(|name| ends_with(&value[..at], name)))
}

fn has_key_block(value: &[u8]) -> bool {
    let begins = |at: usize| value.get(at + 5..at + 10).is_some_and(|word| word.eq_ignore_ascii_case(b"begin"));
    memmem::find_iter(value, b"-----").any(begins)
}

fn has_webhook(value: &[u8]) -> bool {
    let (host, path) = WEBHOOK.split_at(15);
    let is = |at: usize| {
        ends_with(&value[..at], host)
            && value.get(at..at + path.len()).is_some_and(|found| found.eq_ignore_ascii_case(path))
    };
    memchr_iter(b'/', value).any(is)
}

/// `scheme://user@host`, up to the end of the host.
fn has_user_information(value: &[u8]) -> bool {
    memmem::find_iter(value, b"://").any(|at| {
        let rest = &value[at + 3..];
        let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#' | b' ')).unwrap_or(rest.len());
        rest[..end].contains(&b'@')
    })
}

/// Twenty or more characters with both cases and digits: no host, path or version looks so.
fn has_random_run(value: &[u8]) -> bool {
    const RUN: usize = 20;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'_' | b'-');
    value.len() >= RUN
        && value.split(|byte| !is_part(byte)).filter(|piece| piece.len() >= RUN).any(|piece| {
            let has = |is: fn(&u8) -> bool| piece.iter().any(is);
            has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_seen_anywhere_in_a_value_and_without_regard_to_case() {
        let shapes = [
            "a PASSWORD=x",
            "dsn?Api_Key=x",
            "x -----Begin Key",
            "https://HOOKS.slack.com/Services/T0",
            "a://b c://d@e",
            "$argon2id",
            "x/aB3dE5fG7hJ9kL1mN3pQ5/y",
        ];
        for value in shapes {
            assert!(looks_like_credential(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn plain_values_are_none() {
        let plain = [
            "",
            "=",
            "-----",
            "a=b",
            "://",
            "https://h/a@b",
            "mailto@h",
            "hooks.slack.com/other",
            "aB3dE5fG7hJ9kL1mN3p",
        ];
        for value in plain {
            assert!(!looks_like_credential(value.as_bytes()), "{value}");
        }
    }
}
