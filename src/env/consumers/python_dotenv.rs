//! python-dotenv 1.2, `dotenv_values`: what its regular expressions match, and `${NAME}` expanded in
//! every value, the one in single quotes too.

use super::scan::{Scan, universal};
use super::{Answer, Read};

/// What it makes of a file; `lookup` is the environment, which comes after the file's own keys.
pub(super) fn read<F>(bytes: &[u8], lookup: &F) -> Read
where
    F: Fn(&str) -> Option<Vec<u8>>,
{
    // It opens the file as UTF-8 and fails on anything else.
    if let Err(error) = std::str::from_utf8(bytes) {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        return Read::refuses(before.split(|byte| *byte == b'\n').count());
    }
    let text = universal(bytes);
    let mut scan = Scan::new(text.strip_prefix('\u{feff}').unwrap_or(&text));
    let mut read = Read::default();
    while scan.peek().is_some() {
        match binding(&mut scan) {
            Some((key, Some(value))) => {
                let value = expand(&value, &read, lookup);
                read.put(key, Answer::Value(value));
            }
            // A key without a value is there, and is None: nothing is set.
            Some((key, None)) => read.put(key, Answer::Nothing),
            None => {}
        }
    }
    read
}

/// White space to Python.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

fn is_blank(c: char) -> bool {
    is_space(c) && c != '\n'
}

/// One binding; `None` for what it skips: comments, and lines it can't read.
fn binding(scan: &mut Scan<'_>) -> Option<(String, Option<String>)> {
    scan.take(is_space);
    let ahead = scan.rest().strip_prefix("export").is_some_and(|rest| rest.starts_with(is_blank));
    if ahead {
        scan.eat("export");
        scan.take(is_blank);
    }
    let found = key_and_value(scan);
    if found.is_none() {
        scan.take(|c| c != '\n');
        scan.eat("\n");
    }
    found.flatten()
}

/// The outer `None`: the line does not match.
#[expect(clippy::option_option, reason = "a comment matches and binds nothing; a broken line does not match")]
fn key_and_value(scan: &mut Scan<'_>) -> Option<Option<(String, Option<String>)>> {
    let key = match scan.peek() {
        None => return Some(None),
        Some('#') => None,
        Some('\'') => {
            let inner = scan.rest().get(1..)?.split_once('\'').map(|(inner, _)| inner).filter(|i| !i.is_empty())?;
            scan.at += inner.len() + 2;
            Some(inner)
        }
        Some(_) => Some(scan.take(|c| c != '=' && c != '#' && !is_space(c))).filter(|key| !key.is_empty()).map(Some)?,
    };
    scan.take(is_blank);
    let value = if scan.eat("=") {
        let space = !scan.take(is_blank).is_empty();
        Some(if space && scan.peek() == Some('#') { String::new() } else { value(scan)? })
    } else {
        None
    };
    let mut ahead = *scan;
    ahead.take(is_blank);
    if ahead.peek() == Some('#') {
        ahead.take(|c| c != '\n');
        *scan = ahead;
    }
    scan.take(is_blank);
    if scan.peek().is_some() && !scan.eat("\n") {
        return None;
    }
    Some(key.map(|key| (key.to_owned(), value)))
}

fn value(scan: &mut Scan<'_>) -> Option<String> {
    match scan.peek() {
        None | Some('\n') => Some(String::new()),
        Some(mark @ ('\'' | '"')) => {
            let inner = quoted(scan.rest(), mark)?;
            scan.at += inner.len() + 2;
            Some(unescape(inner, mark))
        }
        Some(_) => {
            let part = scan.take(|c| c != '\n');
            let end = comment_at(part).unwrap_or(part.len());
            Some(part.get(..end)?.trim_end_matches(is_space).to_owned())
        }
    }
}

/// Where the white space before a comment begins.
fn comment_at(part: &str) -> Option<usize> {
    let mut blank = None;
    for (at, c) in part.char_indices() {
        match c {
            '#' if blank.is_some() => return blank,
            _ if is_space(c) => blank = blank.or(Some(at)),
            _ => blank = None,
        }
    }
    None
}

/// What stands between two quotes; a backslash takes the character after it along.
fn quoted(text: &str, mark: char) -> Option<&str> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == mark => return text.get(1..at),
            _ => {}
        }
    }
    None
}

fn unescape(inner: &str, mark: char) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        let meant = match chars.peek() {
            Some(next @ ('\\' | '\'')) if c == '\\' => Some(*next),
            Some(next) if c == '\\' && mark == '"' => match next {
                '"' => Some('"'),
                'a' => Some('\u{7}'),
                'b' => Some('\u{8}'),
                'f' => Some('\u{c}'),
                'n' => Some('\n'),
                'r' => Some('\r'),
                't' => Some('\t'),
                'v' => Some('\u{b}'),
                _ => None,
            },
            _ => None,
        };
        if meant.is_some() {
            chars.next();
        }
        out.push(meant.unwrap_or(c));
    }
    out
}

/// `${NAME}` and `${NAME:-default}`; nothing else is a variable.
fn expand<F>(value: &str, read: &Read, lookup: &F) -> Vec<u8>
where
    F: Fn(&str) -> Option<Vec<u8>>,
{
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("${") {
        let name = after.split([':', '}']).next().unwrap_or_default();
        let tail = after.get(name.len()..).unwrap_or_default();
        let word = tail.strip_prefix(":-").and_then(|tail| tail.split_once('}'));
        let Some((default, tail)) = tail.strip_prefix('}').map(|tail| ("", tail)).or(word) else {
            // No variable starts here; one may start right after.
            let kept = rest.len() - after.len();
            out.extend_from_slice(rest.get(..kept).unwrap_or_default().as_bytes());
            rest = after;
            continue;
        };
        out.extend_from_slice(before.as_bytes());
        match read.answers.get(name) {
            Some(Answer::Value(value)) => out.extend_from_slice(value),
            Some(_) => {}
            None => out.extend_from_slice(&lookup(name).unwrap_or_else(|| default.as_bytes().to_vec())),
        }
        rest = tail;
    }
    out.extend_from_slice(rest.as_bytes());
    out
}
