//! The npm package dotenv (16 to 18): what its one regular expression matches, read without it, for a
//! quote that is never closed makes the expression slow. Nothing is expanded.

use super::scan::{Scan, universal};
use super::{Answer, Read};

/// What it makes of a file.
pub(super) fn read(bytes: &[u8]) -> Read {
    let text = universal(bytes);
    let mut scan = Scan::new(&text);
    let mut read = Read::default();
    loop {
        scan.take(is_space);
        if scan.peek().is_none() {
            return read;
        }
        match key(&mut scan) {
            Some(key) => {
                let value = value(&mut scan);
                read.put(key, Answer::Value(value.into_bytes()));
            }
            None => skip_line(&mut scan),
        }
    }
}

/// `\s` of JavaScript.
fn is_space(c: char) -> bool {
    (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}'
}

fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\u{2028}' | '\u{2029}')
}

fn is_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

fn skip_line(scan: &mut Scan<'_>) {
    scan.take(|c| !ends_line(c));
}

/// The key with what stands between it and its value. Where there is none, the place is the one from
/// which the rest of the line is skipped.
fn key<'a>(scan: &mut Scan<'a>) -> Option<&'a str> {
    let mut resume = None;
    if scan.rest().strip_prefix("export").is_some_and(|rest| rest.starts_with(is_space)) {
        let mut ahead = *scan;
        ahead.eat("export");
        let after = ahead.at;
        ahead.take(is_space);
        if ahead.peek().is_some_and(is_key) {
            resume = Some(after);
            *scan = ahead;
        }
    }
    let key = scan.take(is_key);
    if key.is_empty() {
        return None;
    }
    let after = scan.at;
    let blank = !scan.take(is_space).is_empty();
    if scan.eat("=") {
        return Some(key);
    }
    if !blank && scan.rest().strip_prefix(':').is_some_and(|rest| rest.starts_with(is_space)) {
        // The colon takes one character of white space along, be it the end of the line.
        scan.eat(":");
        scan.at += scan.peek().map_or(0, char::len_utf8);
        return Some(key);
    }
    scan.at = resume.unwrap_or(after);
    None
}

fn value(scan: &mut Scan<'_>) -> String {
    let start = *scan;
    let mut ahead = start;
    ahead.take(is_space);
    let mark = ahead.peek().filter(|c| matches!(c, '\'' | '"' | '`'));
    let (value, is_quoted) = match mark.and_then(|mark| quoted(&mut ahead, mark)) {
        Some(value) => {
            *scan = ahead;
            (value.to_owned(), true)
        }
        None => (plain(scan), false),
    };
    let moved = is_quoted || ahead.at < scan.at;
    if mark == Some('"') && moved { value.replace("\\n", "\n").replace("\\r", "\r") } else { value }
}

/// Between the quotes: to the last one that ends its line, but for a comment, on the way to the first
/// one without a backslash before it.
fn quoted<'a>(scan: &mut Scan<'a>, mark: char) -> Option<&'a str> {
    let text = scan.text;
    let first = scan.at + 1;
    let mut best = None;
    let mut from = first;
    while let Some(at) = text.get(from..)?.find(mark).map(|at| from + at) {
        let escaped = text.as_bytes().get(at - 1) == Some(&b'\\');
        let mut after = Scan { text, at: at + 1 };
        after.take(|c| is_space(c) && !ends_line(c));
        if after.peek().is_none_or(|c| ends_line(c) || c == '#') {
            best = Some((at, after));
        }
        if !escaped {
            break;
        }
        from = at + 1;
    }
    let (end, mut after) = best?;
    if after.peek() == Some('#') {
        skip_line(&mut after);
    }
    *scan = after;
    text.get(first..end)
}

/// Without quotes that match: up to a `#` or the end of the line, trimmed; quotes around it go.
fn plain(scan: &mut Scan<'_>) -> String {
    let written = scan.take(|c| c != '#' && c != '\n');
    if scan.peek() == Some('#') {
        skip_line(scan);
    }
    let value = written.trim_matches(is_space);
    let mark = value.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'));
    let inner = mark.and_then(|mark| value.strip_prefix(mark)?.strip_suffix(mark));
    inner.unwrap_or(value).to_owned()
}
