//! What could be written next.

use super::expr::{Op, RESULTS, written};
use super::field::Field;
use super::parse::{OTHERS, type_names};
use crate::timeline::Entry;
use std::collections::BTreeSet;
use std::ops::Range;

/// The most that are offered.
const MOST: usize = 50;

/// Something that could stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The characters of the text that it replaces.
    pub replaces: Range<usize>,
    /// What stands there then. Values come from rows, so this may be foreign text.
    pub text: String,
}

/// Where the cursor stands.
enum Place<'a> {
    /// In a field's name, or at its start.
    Name(&'a str),
    /// Behind a whole name, where an operator belongs.
    Operator,
    /// In a value; what is written of it so far, without its quote.
    Value(&'a str, &'a str),
    /// Where nothing is known: in a free text.
    Nowhere,
}

/// What could be written at the cursor (in characters), the likeliest first: fields, operators, values that the
/// rows have.
pub fn complete(text: &str, cursor: usize, entries: &[Entry]) -> Vec<Candidate> {
    let before: usize = text.chars().take(cursor).map(char::len_utf8).sum();
    let before = &text[..before];
    let start = word_start(before);
    let word = &before[start..];
    let (place, from) = place(word);
    let ends = before.chars().count();
    let begins = ends - word[from..].chars().count();
    let words = match place {
        Place::Name(part) => names(part),
        Place::Operator => Op::ALL.iter().rev().map(|op| op.sign().to_owned()).collect(),
        Place::Value(field, part) => values(field, part, entries),
        Place::Nowhere => Vec::new(),
    };
    words.into_iter().take(MOST).map(|text| Candidate { replaces: begins..ends, text }).collect()
}

/// Where the word begins that the text ends in; a quote holds its spaces together.
fn word_start(text: &str) -> usize {
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if !quoted && (c.is_whitespace() || "()".contains(c)) => start = at + c.len_utf8(),
            _ => {}
        }
    }
    start
}

/// Where the end of the word stands, and from where on it is replaced.
fn place(word: &str) -> (Place<'_>, usize) {
    if word.starts_with('"') {
        return (Place::Nowhere, word.len());
    }
    let Some(end) = word.find(['=', '!', '~']) else {
        let is_whole = Field::named(word).is_some() || OTHERS.contains(&word);
        return if is_whole { (Place::Operator, word.len()) } else { (Place::Name(word), 0) };
    };
    let Some(op) = Op::ALL.into_iter().find(|op| word[end..].starts_with(op.sign())) else {
        return (Place::Operator, end);
    };
    let from = end + op.sign().len();
    let value = &word[from..];
    (Place::Value(&word[..end], value.strip_prefix('"').unwrap_or(value)), from)
}

fn names(part: &str) -> Vec<String> {
    let fields = Field::NAMED.iter().map(|field| field.name().into_owned());
    let all = fields.chain(OTHERS.map(str::to_owned)).filter(|name| begins(name, part));
    all.map(|name| format!("{name}=")).collect()
}

/// The values of a field, as they are written. Those of the rows stand in the order in which they were read: the
/// newest first.
fn values(field: &str, part: &str, entries: &[Entry]) -> Vec<String> {
    let known: Vec<String> = match (field, Field::named(field)) {
        ("success", _) => RESULTS.iter().map(|(word, _)| (*word).to_owned()).collect(),
        ("since" | "until", _) => ["15m", "1h", "4h", "24h", "7d"].map(str::to_owned).to_vec(),
        (_, Some(Field::Type)) => type_names().map(str::to_owned).collect(),
        (_, Some(field)) => of_rows(&field, entries),
        (_, None) => Vec::new(),
    };
    known.into_iter().filter(|value| begins(value, part)).map(|value| written(&value)).collect()
}

fn of_rows(field: &Field, entries: &[Entry]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let values = entries.iter().map(|entry| field.of(entry).into_owned());
    let fits = |value: &String| !value.is_empty() && !value.chars().any(char::is_control) && value.len() <= 200;
    values.filter(fits).filter(|value| seen.insert(value.clone())).take(1_000).collect()
}

fn begins(word: &str, part: &str) -> bool {
    word.to_lowercase().starts_with(&part.to_lowercase())
}
