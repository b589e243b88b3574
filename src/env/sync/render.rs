//! The file that a plan makes of another: only the planned values change; comments, order, quoting, line ends and
//! everything else stay byte for byte.

use super::{Plan, SyncError};
use crate::env::dotenv::{self, Assign, Entry, EnvFile, Quote, quoted};
use crate::guard::Secret;

/// A piece of the source that is replaced: from, to, by what.
type Edit = (usize, usize, Vec<u8>);

/// The new file. `order` holds the template's keys: a key that is added stands behind the one that the template has
/// before it. What comes out was read back and is what was planned.
pub fn render(file: &EnvFile, plan: &Plan, order: &[String]) -> Result<Secret, SyncError> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut added: Vec<String> = Vec::new();
    for (planned, value) in plan.new_values() {
        let entry = file.entries().iter().rfind(|entry| entry.key == planned.key && entry.assign != Assign::LostAtEnd);
        let why = |why| SyncError::Value(planned.key.clone(), why);
        if let Some(entry) = entry {
            let text = in_its_style(entry, value).map_or_else(|| quoted(value.expose()), Ok).map_err(why)?;
            let name = if entry.assign == Assign::Inherit { format!("{}=", entry.key) } else { String::new() };
            let mut text = [name.as_bytes(), text.expose()].concat();
            let (start, end) = (entry.raw.start as usize, entry.raw.end as usize);
            let behind = behind_the_separator(file.bytes(), start);
            let (from, to) = if start == end && entry.assign == Assign::Value {
                (behind, behind)
            } else if is_note(file, entry, behind) {
                // One blank before the `#` makes a comment of it, and no other.
                text.push(b' ');
                (behind, start)
            } else {
                (start, end)
            };
            edits.push((from, to, text));
        } else {
            let text = quoted(value.expose()).map_err(why)?;
            let at = place(file, &planned.key, order, &added);
            edits.push((at, at, new_line(file, at, &planned.key, text.expose())));
            added.push(planned.key.clone());
        }
    }
    let after = apply(file.bytes(), edits);
    check(file, plan, after.expose())?;
    Ok(after)
}

/// Where the value of a key without one goes: not behind blanks, for a shell would run it there, and not behind the
/// carriage return of the line's end.
fn behind_the_separator(source: &[u8], mut at: usize) -> usize {
    while at > 0 && b" \t\x0b\x0c\r".contains(&source[at - 1]) {
        at -= 1;
    }
    at
}

/// Whether what stands as the value is a note: `KEY=   # rotate monthly`. To Compose that is the value; nobody meant it.
fn is_note(file: &EnvFile, entry: &Entry, behind_the_separator: usize) -> bool {
    let is_apart = behind_the_separator < entry.raw.start as usize;
    entry.quote == Quote::None && entry.assign == Assign::Value && is_apart && file.slice(entry.raw).starts_with(b"#")
}

/// Whether a value is made of others: the text of a variable stands in it.
pub(super) fn is_made_of_others(file: &EnvFile, entry: &Entry) -> bool {
    entry.assign == Assign::Value && entry.quote != Quote::Single && file.slice(entry.raw).contains(&b'$')
}

/// The value between the quotes that stand there already, where it reads back so.
fn in_its_style(entry: &Entry, value: &Secret) -> Option<Secret> {
    let mark = match entry.quote {
        Quote::None => return None,
        Quote::Single => b"'",
        Quote::Double => b"\"",
    };
    if value.expose().iter().any(|byte| b"'\"\\$`\r\n\0".contains(byte)) {
        return None;
    }
    Some(Secret::new([mark, value.expose(), mark].concat()))
}

/// Where an added key goes: behind the last line of the key that the template has before it, else to the end.
fn place(file: &EnvFile, key: &str, order: &[String], added: &[String]) -> usize {
    let end = file.bytes().len();
    let Some(at) = order.iter().position(|name| name == key) else { return end };
    let before = order[..at].iter().rev().filter(|name| !added.contains(name));
    let entry = before.into_iter().find_map(|name| file.entries().iter().rfind(|entry| entry.key == *name));
    entry.map_or(end, |entry| {
        let from = entry.raw.end as usize;
        file.bytes()[from..].iter().position(|byte| *byte == b'\n').map_or(end, |feed| from + feed + 1)
    })
}

fn new_line(file: &EnvFile, at: usize, key: &str, text: &[u8]) -> Vec<u8> {
    let feed: &[u8] = if file.bytes().windows(2).any(|pair| pair == b"\r\n") { b"\r\n" } else { b"\n" };
    let starts_a_line = at == 0 || file.bytes().get(at - 1) == Some(&b'\n');
    let before = if starts_a_line { b"" } else { feed };
    [before, key.as_bytes(), b"=", text, feed].concat()
}

fn apply(source: &[u8], mut edits: Vec<Edit>) -> Secret {
    // Stable: keys that are added at the same place keep their order.
    edits.sort_by_key(|(from, ..)| *from);
    let room = source.len() + edits.iter().map(|(.., text)| text.len()).sum::<usize>();
    let mut out = Vec::with_capacity(room);
    let mut at = 0;
    for (from, to, text) in edits {
        out.extend_from_slice(&source[at..from]);
        out.extend_from_slice(&text);
        zeroize::Zeroize::zeroize(&mut { text });
        at = to;
    }
    out.extend_from_slice(&source[at..]);
    Secret::new(out)
}

/// Holds what was made against the plan: every planned key has its value, every other entry and every comment is what
/// it was.
fn check(file: &EnvFile, plan: &Plan, after: &[u8]) -> Result<(), SyncError> {
    let other = |what: &str| SyncError::ReadsOther(what.to_owned());
    let new = dotenv::parse(after).map_err(|error| SyncError::ReadsOther(format!("line {}", error.line)))?;
    let values = new.values(&|_: &str| None).map_err(|error| SyncError::ReadsOther(format!("line {}", error.line)))?;
    for (planned, value) in plan.new_values() {
        if values.get(&planned.key).is_none_or(|found| found.value.expose() != value.expose()) {
            return Err(SyncError::ReadsOther(planned.key.clone()));
        }
    }
    let is_planned = |key: &str| plan.changes.iter().any(|planned| planned.key == key);
    let untouched = |file: &EnvFile| -> Vec<(String, Vec<u8>)> {
        let entries = file.entries().iter().filter(|entry| !is_planned(&entry.key));
        entries.map(|entry| (entry.key.clone(), file.slice(entry.raw).to_vec())).collect()
    };
    let comments = |file: &EnvFile| -> Vec<Vec<u8>> {
        file.comments().iter().map(|comment| file.slice(comment.span).to_vec()).collect()
    };
    if untouched(file) != untouched(&new) {
        return Err(other("another key"));
    }
    if comments(file) == comments(&new) { Ok(()) } else { Err(other("a comment")) }
}
