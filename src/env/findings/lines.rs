//! Rules about how lines of the file are written: the traps of Compose's grammar.

use super::context::{Context, Said, Subject};
use crate::env::dotenv::{Assign, Entry, Quote};
use crate::env::sensitive::may_show_key;
use crate::env::{Layer, Place};

pub(super) fn duplicate_key(of: &Subject<'_, '_>) -> Option<Said> {
    let first = of.context.overwritten.get(of.key)?;
    let text = format!("{} stands in the file more than once, first on line {first}; the last one counts", of.row.key);
    Some(Said::new(of.place(Layer::File), text, "keep one"))
}

fn entry<'a>(of: &Subject<'a, '_>) -> Option<&'a Entry> {
    of.context.facts.resolved(of.key).map(|(entry, _)| entry)
}

/// `KEY=   # note`: blanks are cut first, so no space is left before the `#`.
pub(super) fn comment_as_value(of: &Subject<'_, '_>) -> Option<Said> {
    let (entry, file) = (entry(of)?, &of.context.facts.file()?.file);
    let before = file.bytes().get((entry.raw.start as usize).checked_sub(1)?)?;
    let comment = entry.quote == Quote::None && file.slice(entry.raw).starts_with(b"#") && before.is_ascii_whitespace();
    comment.then(|| {
        let text = format!("the comment after {}= is its value to Compose", of.row.key);
        Said::new(
            of.place(Layer::File),
            text,
            format!("put the comment on a line of its own, or write {}=\"\"", of.row.key),
        )
    })
}

pub(super) fn dollar_eaten(of: &Subject<'_, '_>) -> Option<Said> {
    let (entry, found) = of.context.facts.resolved(of.key)?;
    (found.unset > 0 && entry.assign == Assign::Value).then(|| {
        let text = format!("a `$` in {} is taken for a variable that is not set, and vanishes", of.row.key);
        Said::new(of.place(Layer::File), text, "put the value in single quotes")
    })
}

pub(super) fn whitespace(of: &Subject<'_, '_>) -> Option<Said> {
    let bytes = of.value(Layer::File)?;
    let is_visible = |byte: &u8| byte.is_ascii_graphic();
    if bytes.iter().all(is_visible) {
        return None;
    }
    let value = String::from_utf8_lossy(bytes);
    let what = if std::str::from_utf8(bytes).is_err() {
        "bytes that are not UTF-8"
    } else if value.contains('\r') {
        "a carriage return"
    } else if value.chars().any(|c| matches!(c, '\u{a0}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')) {
        "an invisible character"
    } else if value.trim() != value && !value.trim().is_empty() {
        "white space at its start or end"
    } else {
        return None;
    };
    let text = format!("{} has {what} in its value", of.row.key);
    Some(Said::new(of.place(Layer::File), text, "type the value anew; it may have been pasted"))
}

/// `A='x'y`: Compose goes on after the quote as on a new line.
pub(super) fn text_after_quote(of: &Subject<'_, '_>) -> Option<Said> {
    let (_, found) = of.context.facts.resolved(of.key)?;
    let entries = of.context.facts.file()?.file.entries();
    let (entry, before) = (entries.get(found.entry)?, entries.get(found.entry.checked_sub(1)?)?);
    (before.end_line == entry.line).then(|| {
        let text =
            format!("{} starts on line {}, right after the closing quote of another value", of.row.key, entry.line);
        Said::new(of.place(Layer::File), text, "put it on a line of its own, or escape the quote")
    })
}

/// Compose makes a key without a name of it, and the key is lost.
pub(super) fn lost_last_line(context: &Context<'_, '_>) -> Vec<Said> {
    let Some(layer) = context.facts.file() else { return Vec::new() };
    let lost = layer.file.entries().last().filter(|entry| entry.assign == Assign::LostAtEnd);
    let said = |entry: &Entry| {
        let may_show = may_show_key(&entry.key) && !entry.after_quote;
        let name = if may_show { entry.key.as_str() } else { "the key there" };
        let place = Place { file: layer.name.clone(), line: entry.line };
        let text = format!("the file ends on line {} without `=` and a line feed: {name} is lost", entry.line);
        let said = Said::new(Some(place), text, "complete the line; the file may have been cut");
        Said { key: may_show.then(|| entry.key.clone()), ..said }
    };
    lost.map(said).into_iter().collect()
}

/// `=value`, or `export = value`.
pub(super) fn nameless_key(context: &Context<'_, '_>) -> Vec<Said> {
    let Some(layer) = context.facts.file() else { return Vec::new() };
    let nameless = layer.file.entries().iter().filter(|entry| entry.key.is_empty() && entry.assign == Assign::Value);
    let said = |entry: &Entry| {
        let place = Place { file: layer.name.clone(), line: entry.line };
        Said::new(Some(place), format!("line {} has a value and no key", entry.line), "give it its key, or take it out")
    };
    nameless.map(said).collect()
}
