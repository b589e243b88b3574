//! Passwords in files that have no sign between a name and its value: netrc, pgpass.

use super::assign::looks_chosen;
use super::places::Mark;
use super::{Hit, Places, bytes, innocent};

/// The longest word of such a file.
const WORD: usize = 256;

pub(super) fn scan(text: &str, places: &Places, hits: &mut Vec<Hit>) {
    hits.extend(places.marked(Mark::Login).filter_map(|at| netrc(text, at)));
    hits.extend(places.lines_with(text, &[Mark::Login]).into_iter().filter_map(|(from, line)| on_one_line(from, line)));
    pgpass(text, places, hits);
}

/// `login odoo`, and `password x` behind it or in the next line.
fn netrc(text: &str, at: usize) -> Option<Hit> {
    let all = text.as_bytes();
    let word = |from: usize| {
        let from = bytes::run(all, from, 16, |byte| byte.is_ascii_whitespace());
        (from, bytes::run(all, from, WORD, |byte| !byte.is_ascii_whitespace()))
    };
    let (_, user) = word(at + 6);
    let (from, to) = word(user);
    let (from, to) = if &all[from..to] == b"account" { word(word(to).1) } else { (from, to) };
    if &all[from..to] != b"password" {
        return None;
    }
    let (from, to) = word(to);
    named(text, from, to)
}

fn named(text: &str, from: usize, to: usize) -> Option<Hit> {
    let value = text.get(from..to)?;
    (!innocent::is_placeholder(value.trim_matches(['"', '\''])) && !value.starts_with('-'))
        .then(|| Hit::new("command_line_secret", from, to))
}

/// A line that has both, in any order; in prose only what looks chosen.
fn on_one_line(offset: usize, line: &str) -> Option<Hit> {
    let at = line.find("password ").filter(|at| bytes::begins_word(line.as_bytes(), *at))? + 9;
    let value = line[at..].split(' ').next().unwrap_or_default();
    let credible = !innocent::is_placeholder(value.trim_matches(['"', '\''])) && !value.starts_with('-');
    let told = line.starts_with("machine ") || looks_chosen(value);
    (credible && told).then(|| Hit::new("command_line_secret", offset + at, offset + at + value.len()))
}

/// `db.internal:5432:prod:odoo:x`, a line of its own.
fn pgpass(text: &str, places: &Places, hits: &mut Vec<Hit>) {
    let colons = places.separators.iter().copied().filter(|at| text.as_bytes()[*at] == b':');
    hits.extend(colons.filter_map(|at| pgpass_at(text, at)));
}

/// The same, by the colon behind its host.
fn pgpass_at(text: &str, at: usize) -> Option<Hit> {
    let all = text.as_bytes();
    let is_part: fn(u8) -> bool = |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'*');
    // Where the next part begins, if this one is none too short and ends with a colon.
    let next = |from: usize, most: usize, kind: fn(u8) -> bool| {
        let to = bytes::run(all, from, most, kind);
        (to > from && all.get(to) == Some(&b':')).then_some(to + 1)
    };
    let database = next(at + 1, 6, |byte| byte.is_ascii_digit() || byte == b'*')?;
    let user = next(database, WORD, is_part)?;
    let from = next(user, WORD, is_part)?;
    let to = bytes::run(all, from, WORD, |byte| !byte.is_ascii_whitespace());
    let host = bytes::run_back(all, at, WORD, is_part);
    let line = (host == 0 || all[host - 1] == b'\n') && all.get(to).is_none_or(|byte| matches!(byte, b'\r' | b'\n'));
    let named = all[host..at].iter().any(|byte| byte.is_ascii_alphabetic() || *byte == b'*');
    let value = text.get(from..to).filter(|value| !value.contains(':') && !innocent::is_placeholder(value))?;
    (line && named && !value.is_empty()).then(|| Hit::new("secret_assignment", from, to))
}
