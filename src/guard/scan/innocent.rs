//! What looks like a value and is none: placeholders, references, words. The allow-list.

use super::bytes;
use super::words::Words;

/// Words people write after "password:" that say something about it and are not it.
const WORDS: Words = Words::of(
    "absent, accepted, auto, changed, changeme, correct, default, denied, different, disabled, empty, \
     enabled, encrypted, equal, exists, expired, false, fixed, hidden, invalid, leaked, masked, matches, \
     mismatch, missing, n/a, new, nil, no, none, not, null, ok, old, omitted, optional, pending, placeholder, \
     present, redacted, rejected, required, reset, revoked, rotated, same, see, set, stale, true, unchanged, \
     undefined, unknown, unset, valid, was, is, wrong, xxx, yes, your, example, secret, password, token",
);
/// The longest of them.
const LONGEST: usize = 16;

/// Whether a value is a placeholder, a reference, a mask or a word about a value.
pub(super) fn is_placeholder(value: &str) -> bool {
    let value = value.trim().trim_end_matches(['.', ',', ';', '!', '?']);
    value.is_empty() || is_word(value) || is_template(value) || is_mask(value) || is_clock(value) || is_reference(value)
}

/// Whether a value is one of the words, in any case.
fn is_word(value: &str) -> bool {
    value.len() <= LONGEST && (WORDS.has(value) || WORDS.has(&value.to_ascii_lowercase()))
}

/// `${VAR}`, `$VAR`, `$(cmd)`, `%VAR%`, `{{ x }}`, `<your token>`, `[redacted]`, `(hidden)`.
fn is_template(value: &str) -> bool {
    let variable = value.strip_prefix('$').is_some_and(|rest| {
        rest.starts_with(['{', '('])
            || (!rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
    });
    let wrapped = [("{{", "}}"), ("<", ">"), ("[", "]"), ("(", ")"), ("%", "%")];
    variable
        || wrapped
            .iter()
            .any(|(open, close)| value.len() > open.len() && value.starts_with(open) && value.ends_with(close))
        || value.starts_with("{{")
        || value.starts_with('<')
        || matches!(value, "%s" | "%d" | "{" | "{}" | "|" | "?" | ":password")
        || value.contains("EXAMPLE")
}

/// One character over and over: `****`, `xxxx`, `••••`, `...`.
fn is_mask(value: &str) -> bool {
    let mut chars = value.chars();
    let first = chars.next();
    let all_same = chars.all(|c| Some(c) == first);
    let filler = matches!(first, Some('*' | 'x' | 'X' | '.' | '-' | '_' | '•' | '●' | '…' | '█' | '?' | '#'));
    (all_same && filler) || value.ends_with("***") || value.starts_with("***")
}

/// `03:04`, `03:04:05`.
fn is_clock(value: &str) -> bool {
    let pair = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    (value.len() == 5 || value.len() == 8) && value.split(':').all(pair)
}

/// A name of a place where a value lives, or what the console itself shows instead of one.
fn is_reference(value: &str) -> bool {
    const PREFIXES: [&str; 12] = [
        "arn:",
        "len=",
        "fp=",
        "sha256:",
        "vault:",
        "op://",
        "ssm:",
        "env:",
        "file:",
        "secretsmanager:",
        "ref:",
        "fingerprint",
    ];
    let begins = |prefix: &str| value.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    PREFIXES.iter().any(|prefix| begins(prefix)) || is_path(value)
}

/// A path of words: `/run/secrets/db`, `odoo18/prod/db`.
pub(super) fn is_path(value: &str) -> bool {
    let is_name = |part: &str| {
        let has = |class: fn(&u8) -> bool| part.as_bytes().iter().any(class);
        let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
        !mixed && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let mut words = 0;
    memchr::memchr(b'/', value.as_bytes()).is_some()
        && value.split('/').all(|part| {
            words += usize::from(part.bytes().any(|byte| byte.is_ascii_alphabetic()));
            is_name(part)
        })
        && words >= 2
}

/// Whether what looks like a name and a value is part of something longer that is none: of an ARN
/// (`arn:aws:secretsmanager:...:secret:db`), a host and its port (`@secret:5432`), a pinned version (`token==1.2`), a key
/// of a cache (`key=token:user:17`).
pub(super) fn is_part_of_name(all: &[u8], name: usize, separator: usize, value: usize) -> bool {
    let inside = |byte: u8| !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'');
    let word = bytes::run_back(all, name, 160, inside);
    let arn = all[word..].starts_with(b"arn:");
    let port = all[..name].ends_with(b"@") && all.get(value).is_some_and(u8::is_ascii_digit);
    let length = all[value..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').take(32).count();
    let ends = all.get(value + length).is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b';'));
    let pinned = all[separator..].starts_with(b"==") && length > 0 && ends;
    let rest = all[value..].iter().take(64).take_while(|byte| !byte.is_ascii_whitespace());
    let key = all[..name].ends_with(b"=") && all[separator] == b':' && rest.clone().any(|byte| *byte == b':');
    arn || port || pinned || key
}
