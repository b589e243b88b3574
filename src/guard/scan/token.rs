//! Tokens that vendors made recognisable: a prefix, a length, an alphabet.

mod shapes;

use super::places::Mark;
use super::{Hit, Places, bytes};
pub(super) use shapes::SHAPES;
use shapes::head;

/// The alphabet of a token's body.
#[derive(Clone, Copy)]
pub(super) enum Body {
    Alnum,
    Hex,
    /// Letters, digits, `_`.
    Word,
    /// Letters, digits, `_`, `-`.
    Url,
    /// Letters, digits, `_`, `-`, `.`.
    Dotted,
    /// The same, and the signs of base64 and of escapes.
    Wide,
    /// What hashes of passwords are written in.
    Hash,
    /// Capitals, digits, `-`.
    Upper,
    /// Hex digits and `-`, as in a UUID.
    Uuid,
}

impl Body {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Word => bytes::is_word(byte),
            Self::Url => bytes::is_word(byte) || byte == b'-',
            Self::Dotted => bytes::is_word(byte) || matches!(byte, b'-' | b'.'),
            Self::Wide => bytes::is_word(byte) || matches!(byte, b'-' | b'.' | b'=' | b'+' | b'/' | b'%' | b'~' | b'$'),
            Self::Hash => bytes::is_word(byte) || matches!(byte, b'$' | b':' | b'+' | b'/' | b'=' | b'.' | b'-'),
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-',
            Self::Uuid => byte.is_ascii_hexdigit() || byte == b'-',
        }
    }
}

/// Name, prefix, shortest and longest body, alphabet.
pub(super) type Shape = (&'static str, &'static str, usize, usize, Body);

/// For every first byte, from where to where its rows stand.
static ROWS: [(usize, usize); 128] = {
    let mut rows = [(0, 0); 128];
    let mut index = 0;
    while index < SHAPES.len() {
        let first = head(SHAPES[index].1) as usize >> 8;
        let from = if rows[first].1 == 0 { index } else { rows[first].0 };
        rows[first] = (from, index + 1);
        index += 1;
    }
    rows
};

/// The rows whose prefix begins with the two bytes at a place.
fn rows_at(bytes: &[u8], at: usize) -> impl Iterator<Item = &'static Shape> {
    let (from, to) = ROWS[usize::from(bytes[at] & 127)];
    let two = u16::from_be_bytes([bytes[at], bytes.get(at + 1).copied().unwrap_or_default()]);
    let rows = &SHAPES[from..to];
    let first = rows.partition_point(|shape| head(shape.1) < two);
    rows[first..].iter().take_while(move |shape| head(shape.1) == two)
}

/// What stands in the middle or at the end of tokens that begin with nothing of their own.
pub(super) const INSIDE: &[&str] = &[".atlasv1.", "Q~", "-us", "NRAL", "_mmk"];
/// What the tokens of bots on Discord begin with: each of these bytes, as the base64 of two digits has them.
pub(super) const DISCORD: [&[u8]; 3] = [b"MNO", b"DTjz", b"AEIMQUYcgk"];

pub(super) fn scan(text: &str, places: &Places, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    for at in places.words.iter().copied() {
        hits.extend(rows_at(bytes, at).find_map(|shape| token_at(bytes, at, shape)));
        if matches!(bytes[at], b'M' | b'N' | b'O') {
            hits.extend(discord(bytes, at));
        }
    }
    hits.extend(places.separators.iter().filter_map(|at| with_colon(bytes, *at)));
    hits.extend(places.marked(Mark::Inside).filter_map(|at| inside(bytes, at)));
}

fn token_at(bytes: &[u8], at: usize, &(name, prefix, least, most, body): &Shape) -> Option<Hit> {
    if !bytes::stands(bytes, at, prefix) {
        return None;
    }
    let from = at + prefix.len();
    let mut to = bytes::run(bytes, from, most + 1, |byte| body.has(byte));
    // A full stop after a token ends the sentence, not the token.
    while to > from && bytes[to - 1] == b'.' {
        to -= 1;
    }
    let length = to - from;
    let alone = bytes.get(to).is_none_or(|byte| !bytes::is_word(*byte));
    let fits = (least..=most).contains(&length) && alone;
    let token = &bytes[from..to];
    (fits && is_mixed(token) && bytes::is_varied(token, 5)).then(|| Hit::new(name, at, to))
}

/// Real ones hold digits or both cases; words joined by dashes (`sk-ant-colony-size-estimates`) do not.
fn is_mixed(token: &[u8]) -> bool {
    let has = |class: fn(&u8) -> bool| token.iter().any(class);
    has(u8::is_ascii_digit) || (has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase))
}

/// How many bytes of a kind stand before a place, up to so many.
fn before(bytes: &[u8], at: usize, most: usize, body: Body) -> usize {
    at - bytes::run_back(bytes, at, most, |byte| body.has(byte))
}

/// Tokens with a colon: of bots on Telegram (8 to 10 digits, then `AA` and 33 more), and of Firebase.
fn with_colon(bytes: &[u8], colon: usize) -> Option<Hit> {
    if bytes.get(colon + 1) != Some(&b'A') {
        return None;
    }
    if bytes::stands(bytes, colon, ":APA91b") {
        let to = bytes::run(bytes, colon + 1, 300, |byte| Body::Url.has(byte));
        let from = colon - before(bytes, colon, 40, Body::Url);
        return (to - colon >= 100 && colon - from >= 8).then(|| Hit::new("google_api_key", from, to));
    }
    if !bytes::stands(bytes, colon, ":AA") {
        return None;
    }
    let digits = colon - bytes::run_back(bytes, colon, 11, |byte| byte.is_ascii_digit());
    let to = bytes::run(bytes, colon + 1, 36, |byte| Body::Url.has(byte));
    let body = to - colon - 1;
    ((8..=10).contains(&digits) && body == 35 && bytes::is_varied(&bytes[colon + 1..to], 8))
        .then(|| Hit::new("telegram_bot_token", colon - digits, to))
}

/// Tokens that are known by their middle or their end.
fn inside(bytes: &[u8], at: usize) -> Option<Hit> {
    let after = |from: usize, body: Body| bytes::run(bytes, from, 200, |byte| body.has(byte));
    let (name, from, to) = match bytes[at] {
        b'.' => {
            let (from, to) = (at - before(bytes, at, 20, Body::Alnum), after(at + 9, Body::Wide));
            ("terraform_token", from, if at - from >= 10 && to - at >= 60 { to } else { from })
        }
        b'Q' => {
            let from = at - before(bytes, at, 4, Body::Wide);
            let to = after(at + 2, Body::Wide);
            let digit = bytes[..at].last().is_some_and(u8::is_ascii_digit);
            (
                "azure_client_secret",
                from,
                if digit && at - from == 4 && (33..=36).contains(&(to - at)) { to } else { from },
            )
        }
        b'-' => {
            let (from, to) =
                (at - before(bytes, at, 33, Body::Hex), bytes::run(bytes, at + 3, 3, |byte| byte.is_ascii_digit()));
            ("service_token", from, if at - from == 32 && to > at + 3 { to } else { from })
        }
        b'N' => {
            let from = at - before(bytes, at, 37, Body::Hex);
            ("newrelic_key", from, if at - from == 36 { at + 4 } else { from })
        }
        _ => {
            let from = at - before(bytes, at, 60, Body::Word);
            ("service_token", from, if at - from >= 30 { at + 4 } else { from })
        }
    };
    let alone = bytes.get(to).is_none_or(|byte| !bytes::is_word(*byte));
    (to > from && alone && is_mixed(&bytes[from..to]) && bytes::is_varied(&bytes[from..to], 8))
        .then(|| Hit::new(name, from, to))
}

/// Three parts: a number in base64, a time, a signature.
fn discord(bytes: &[u8], at: usize) -> Option<Hit> {
    let to = bytes::run(bytes, at, 100, |byte| Body::Dotted.has(byte));
    let mut parts = bytes[at..to].split(|byte| *byte == b'.').map(<[u8]>::len);
    let lengths = [parts.next(), parts.next(), parts.next(), parts.next()];
    let fits = matches!(lengths, [Some(22..=28), Some(6), Some(27..=40), None]);
    (fits && bytes::is_varied(&bytes[at..to], 16)).then(|| Hit::new("discord_token", at, to))
}
