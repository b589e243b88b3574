//! Values given to a name that says they are secret: `KEY=value`, `"key": "value"`, headers. The only family that sees
//! a weak password, so the name has to be telling.

mod header;

use super::names::Kind;
use super::{Hit, Places, bytes, innocent, names};

/// The longest name and value that are looked at.
const NAME: usize = 80;
const VALUE: usize = 1024;

pub(super) fn scan(text: &str, places: &Places, hits: &mut Vec<Hit>) {
    let all = text.as_bytes();
    for at in places.separators.iter().copied() {
        match all[at] {
            b'=' | b':' => hits.extend(assigned(text, at, at + 1)),
            _ if bytes::stands(all, at, "：") => hits.extend(assigned(text, at, at + 3)),
            _ => {}
        }
    }
}

/// What stands after a separator at `at..after`, if the name before it is telling.
fn assigned(text: &str, at: usize, after: usize) -> Option<Hit> {
    let all = text.as_bytes();
    // `::`, `://` and the second sign of `==` and `:=` assign nothing new.
    if matches!(all.get(after), Some(b':' | b'/')) && all[at] == b':'
        || (at > 0 && matches!(all[at - 1], b'=' | b':' | b'!'))
    {
        return None;
    }
    let (kind, name_from, quoted_name) = name_before(text, at)?;
    // `${DB_PASSWORD:?required}` says what to do without a value; `:-` would give one.
    if all[..name_from].ends_with(b"${") && matches!(all.get(after), Some(b'?' | b'+')) {
        return None;
    }
    let from = value_start(all, after);
    if innocent::is_part_of_name(all, name_from, at, from) {
        return None;
    }
    let starts = starts_line(all, name_from);
    let prose = all[at] != b'=' && !starts && !quoted_name;
    match kind {
        Kind::Header => header::header(text, from),
        Kind::Cookie => header::cookie(text, from),
        Kind::DockerAuth => header::docker_auth(text, from),
        Kind::Secret => value(text, after, from, prose, starts),
        Kind::Value if names_secret(all, name_from) => value(text, after, from, prose, starts),
        Kind::Value => None,
        Kind::Chosen => value(text, after, from, true, starts).filter(|hit| looks_chosen(&text[hit.offset..hit.end()])),
        Kind::Long => value(text, after, from, true, starts).filter(|hit| is_long(&text[hit.offset..hit.end()])),
    }
}

/// Whether the name beside a `value` is telling: `- name: DB_PASSWORD`, a line before `value: x`, and what is like it in
/// JSON and XML.
fn names_secret(all: &[u8], value: usize) -> bool {
    let back = |at: usize, most: usize, kind: fn(u8) -> bool| bytes::run_back(all, at, most, kind);
    let between = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b',' | b'{' | b'-' | b'\\');
    let end = back(value, 48, between);
    let name = back(end, NAME, |byte| bytes::is_word(byte) || matches!(byte, b'-' | b'.'));
    let before = back(name, 8, |byte| matches!(byte, b' ' | b'"' | b'\'' | b'\\'));
    let assigned = before > 0 && matches!(all[before - 1], b':' | b'=');
    end < value && assigned && names::kind(&all[name..end], false) == Some(Kind::Secret)
}

/// Letters and digits in turn, as many as only a machine writes; a UUID is a name.
fn is_long(value: &str) -> bool {
    let turn = |pair: &&[u8]| {
        pair.iter().all(u8::is_ascii_alphanumeric) && pair[0].is_ascii_digit() != pair[1].is_ascii_digit()
    };
    let uuid = value.len() == 36 && value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    value.len() >= 20
        && !uuid
        && value.as_bytes().windows(2).filter(turn).nth(4).is_some()
        && bytes::is_varied(value.as_bytes(), 8)
}

/// The name before a separator, with what it says, where it begins and whether it stands in quotes.
fn name_before(text: &str, at: usize) -> Option<(Kind, usize, bool)> {
    let all = text.as_bytes();
    let mut end = bytes::run_back(all, at, 4, |byte| matches!(byte, b' ' | b'\t'));
    let quoted = end > 0 && matches!(all[end - 1], b'"' | b'\'' | b'`');
    if quoted {
        end -= 1;
        // A quote inside a quoted text is escaped.
        end -= usize::from(end > 0 && all[end - 1] == b'\\');
    }
    if let Some(from) = names::chinese_before(text, end) {
        return Some((Kind::Secret, from, true));
    }
    if !names::may_end_telling(&all[..end]) {
        return None;
    }
    let from = bytes::run_back(all, end, NAME, |byte| bytes::is_word(byte) || matches!(byte, b'-' | b'.'));
    Some((names::kind(&all[from..end], quoted)?, from, quoted))
}

/// Past `=`, `>`, blanks and one opening quote.
fn value_start(all: &[u8], after: usize) -> usize {
    let from = bytes::run(all, after, 2, |byte| matches!(byte, b'=' | b'>'));
    let from = bytes::run(all, from, 4, |byte| matches!(byte, b' ' | b'\t'));
    let from = bytes::run(all, from, 1, |byte| byte == b'\\');
    bytes::run(all, from, 1, is_quote)
}

pub(super) fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Whether only blanks, a list dash or `export` stand before this place on its line.
fn starts_line(all: &[u8], at: usize) -> bool {
    let before = &all[bytes::run_back(all, at, 64, |byte| byte != b'\n')..at];
    before.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'-' | b'"' | b'\'' | b'#')) || before.ends_with(b"export ")
}

/// The value, unless it is a placeholder or prose. What begins a line has its whole line, up to a blank.
fn value(text: &str, after: usize, from: usize, prose: bool, starts: bool) -> Option<Hit> {
    let all = text.as_bytes();
    let quote = (from > after).then(|| all[from - 1]).filter(|byte| is_quote(*byte));
    let to = match quote {
        Some(quote) => end_of_quoted(all, from, quote),
        None if starts && all[after - 1] == b'=' => bytes::run(all, from, VALUE, |byte| !byte.is_ascii_whitespace()),
        None => bytes::run(all, from, VALUE, |byte| {
            !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b'`' | b',' | b';' | b'|' | b'&')
        }),
    };
    let to = border_before(text, to);
    let value = text.get(from..to)?;
    let more_follows = quote.is_none() && more_words(all, to);
    let doubtful = quote.is_none() && (prose || (more_follows && all[after - 1] != b'='));
    let refused = innocent::is_placeholder(value)
        || (quote.is_none() && !value.is_ascii())
        || (doubtful && !looks_chosen(value))
        || value.starts_with(['(', '['])
        || (quote.is_none() && value.starts_with('{') && all[after - 1] != b'=')
        || names_another(value);
    (!refused).then(|| Hit::new("secret_assignment", from, to))
}

/// Where a quoted text ends. Where the quote is escaped itself, so is the one at the end.
fn end_of_quoted(all: &[u8], from: usize, quote: u8) -> usize {
    if all[..from - 1].ends_with(b"\\") {
        return bytes::run(all, from, VALUE, |byte| !matches!(byte, b'\\' | b'\n') && byte != quote);
    }
    let mut escaped = false;
    bytes::run(all, from, VALUE, |byte| {
        let inside = byte != b'\n' && (escaped || byte != quote);
        escaped = !escaped && byte == b'\\';
        inside
    })
}

/// Whether a value is an assignment of its own (`secret: DB_NAME=postgres`), judged by its own name.
fn names_another(value: &str) -> bool {
    value.split_once('=').is_some_and(|(name, rest)| {
        let upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        name.len() >= 3 && name.contains('_') && !rest.is_empty() && name.bytes().all(upper)
    })
}

/// The nearest character border at or before a place.
pub(super) fn border_before(text: &str, mut at: usize) -> usize {
    while at > 0 && !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Whether words go on after the value on its line.
fn more_words(all: &[u8], to: usize) -> bool {
    let next = bytes::run(all, to, 4, |byte| byte == b' ');
    next > to && all.get(next).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80)
}

/// Whether a value between words looks chosen rather than written: digits beside letters, or symbols.
pub(super) fn looks_chosen(value: &str) -> bool {
    let value = value.trim_end_matches(['.', ')', ':']);
    let has = |class: fn(&u8) -> bool| value.as_bytes().iter().any(class);
    let symbols =
        value.bytes().any(|byte| byte.is_ascii_punctuation() && !matches!(byte, b'-' | b'_' | b'.' | b'/' | b'\''));
    value.len() >= 4 && ((has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)) || symbols)
}
