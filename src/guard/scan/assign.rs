//! Values given to a name that says they are secret: `KEY=value`, `"key": "value"`, `--password value`,
//! headers. The only family that sees a weak password, so the name has to be telling.

use super::names::Kind;
use super::places::lines_with;
use super::{Hit, Places, bytes, innocent, names};

/// The longest name and value that are looked at.
const NAME: usize = 80;
const VALUE: usize = 1024;

pub(super) fn scan(text: &str, places: &Places, hits: &mut Vec<Hit>) {
    let all = text.as_bytes();
    for at in places.separators.iter().copied() {
        match all[at] {
            b'=' | b':' => hits.extend(assigned(text, at, at + 1)),
            _ if all[at..].starts_with("：".as_bytes()) => hits.extend(assigned(text, at, at + 3)),
            _ => {}
        }
    }
    for (from, line) in lines_with(text, &["--", "mysql", "mariadb", "login "]) {
        command_line(text, from, line, hits);
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
    match kind {
        Kind::Header => header(text, from),
        Kind::Cookie => cookie(text, from),
        Kind::DockerAuth => {
            let to =
                bytes::run(all, from, VALUE, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
            (to - from >= 12 && bytes::is_varied(&all[from..to], 6)).then(|| Hit::new("docker_auth", from, to))
        }
        Kind::Secret => {
            let prose = all[at] != b'=' && !starts_line(all, name_from) && !quoted_name;
            value(text, after, from, prose)
        }
    }
}

/// The name before a separator, with what it says, where it begins and whether it stands in quotes.
fn name_before(text: &str, at: usize) -> Option<(Kind, usize, bool)> {
    let all = text.as_bytes();
    let mut end = at - all[..at].iter().rev().take(4).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
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
    let is_name = |byte: &&u8| bytes::is_word(**byte) || matches!(**byte, b'-' | b'.');
    let length = all[..end].iter().rev().take(NAME).take_while(is_name).count();
    Some((names::kind(&all[end - length..end], quoted)?, end - length, quoted))
}

/// Past `=`, `>`, blanks and one opening quote.
fn value_start(all: &[u8], after: usize) -> usize {
    let from = bytes::run(all, after, 2, |byte| matches!(byte, b'=' | b'>'));
    let from = bytes::run(all, from, 4, |byte| matches!(byte, b' ' | b'\t'));
    let from = bytes::run(all, from, 1, |byte| byte == b'\\');
    bytes::run(all, from, 1, is_quote)
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Whether only blanks, a list dash or `export` stand before this place on its line.
fn starts_line(all: &[u8], at: usize) -> bool {
    let before = all[..at].iter().rev().take(64).take_while(|byte| **byte != b'\n').count();
    let before = &all[at - before..at];
    before.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'-' | b'"' | b'\'' | b'#')) || before.ends_with(b"export ")
}

/// The value, unless it is a placeholder or prose.
fn value(text: &str, after: usize, from: usize, prose: bool) -> Option<Hit> {
    let all = text.as_bytes();
    let quote = (from > after).then(|| all[from - 1]).filter(|byte| is_quote(*byte));
    let to = match quote {
        Some(quote) => bytes::run(all, from, VALUE, |byte| byte != quote && byte != b'\n' && byte != b'\\'),
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
        || names_another(value);
    (!refused).then(|| Hit::new("secret_assignment", from, to))
}

/// Whether a value is an assignment of its own (`secret: DB_NAME=postgres`), judged by its own name.
fn names_another(value: &str) -> bool {
    value.split_once('=').is_some_and(|(name, rest)| {
        let upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        name.len() >= 3 && name.contains('_') && !rest.is_empty() && name.bytes().all(upper)
    })
}

/// The nearest character border at or before a place.
fn border_before(text: &str, mut at: usize) -> usize {
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
fn looks_chosen(value: &str) -> bool {
    let value = value.trim_end_matches(['.', ')', ':']);
    let has = |class: fn(&u8) -> bool| value.as_bytes().iter().any(class);
    let symbols =
        value.bytes().any(|byte| byte.is_ascii_punctuation() && !matches!(byte, b'-' | b'_' | b'.' | b'/' | b'\''));
    value.len() >= 4 && ((has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)) || symbols)
}

/// `Bearer x`, `Basic x`, `Token x`, or a bare credential.
fn header(text: &str, from: usize) -> Option<Hit> {
    let all = text.as_bytes();
    let word = bytes::run(all, from, 16, |byte| byte.is_ascii_alphabetic());
    let scheme = text.get(from..word).unwrap_or_default().to_ascii_lowercase();
    let named = matches!(scheme.as_str(), "bearer" | "basic" | "token" | "digest" | "apikey" | "negotiate");
    let start = if named { bytes::run(all, word, 4, |byte| byte == b' ') } else { from };
    let to = bytes::run(all, start, 8192, |byte| byte.is_ascii_graphic() && !is_quote(byte) && byte != b',');
    let value = text.get(start..to)?;
    let credible = value.len() >= 8 && (named || value.bytes().any(|byte| byte.is_ascii_digit()));
    (credible && !innocent::is_placeholder(value)).then(|| Hit::new("authorization_header", start, to))
}

/// The cookies of one header, unless they are known to say nothing.
fn cookie(text: &str, from: usize) -> Option<Hit> {
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

/// `--password value`, `mysql -pvalue`, and the `password value` of a netrc line.
fn command_line(text: &str, offset: usize, line: &str, hits: &mut Vec<Hit>) {
    let netrc = line.contains("login ") && line.contains("password ");
    let mysql = line.contains("mysql") || line.contains("mariadb");
    if !netrc && !mysql && !line.contains("--") {
        return;
    }
    let mut before = "";
    let mut at = offset;
    for word in line.split(' ') {
        let name = before.trim_start_matches('-').as_bytes();
        let option = before.starts_with("--") && names::kind(name, false) == Some(Kind::Secret);
        let value = if option || (netrc && before == "password") {
            Some((at, word))
        } else {
            word.strip_prefix("-p")
                .filter(|rest| mysql && rest.len() >= 4 && !rest.starts_with('-'))
                .map(|rest| (at + 2, rest))
        };
        if let Some((from, value)) = value {
            let credible = netrc || !option || looks_chosen(value);
            let plain = value.trim_matches(['"', '\'']);
            if credible && !value.starts_with('-') && !innocent::is_placeholder(plain) && text.is_char_boundary(from) {
                hits.push(Hit::new("command_line_secret", from, from + value.len()));
            }
        }
        at += word.len() + 1;
        before = word;
    }
}
