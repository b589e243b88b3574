//! Rules about the values of the file.

use super::context::{Said, Subject, is_placeholder};
use crate::env::rules::Length;
use crate::env::sensitive::matches;
use crate::env::{Cell, Layer, Place, Severity};

pub(super) fn missing_required(of: &Subject<'_, '_>) -> Option<Said> {
    let absent = matches!(of.row.cell(Layer::File), Cell::Absent);
    let (key, facts) = (&of.row.key, of.context.facts);
    (of.row.required && absent).then(|| {
        let place = facts.file().map(|layer| Place { file: layer.name.clone(), line: 0 });
        let from = of.place(Layer::Secret).map(|place| format!(" from the secret {place}")).unwrap_or_default();
        Said::new(place, format!("{key} is required and not in the file"), format!("add {key}{from}"))
    })
}

pub(super) fn empty_required(of: &Subject<'_, '_>) -> Option<Said> {
    let blank = |value: &[u8]| value.trim_ascii().is_empty();
    let empty = of.value(Layer::File).is_some_and(blank);
    let key = &of.row.key;
    (of.row.required && empty).then(|| {
        Said::new(of.place(Layer::File), format!("{key} is required and empty"), format!("give {key} a value"))
    })
}

/// The value's length in characters, and the rule for it.
fn length<'f>(of: &Subject<'_, 'f>) -> Option<(usize, &'f Length)> {
    let value = of.value(Layer::File).filter(|value| !value.is_empty())?;
    let rule = of.context.facts.rules.lengths.iter().find(|rule| matches(&rule.key, of.key))?;
    Some((String::from_utf8_lossy(value).chars().count(), rule))
}

pub(super) fn too_short(of: &Subject<'_, '_>) -> Option<Said> {
    let (len, Length { min, expected, .. }) = length(of).filter(|(len, rule)| *len < rule.min)?;
    let key = &of.row.key;
    let wish = if expected > min { format!(", {expected} expected") } else { String::new() };
    let text = format!("{key} has {len} characters; at least {min} are needed{wish}");
    Some(Said::new(
        of.place(Layer::File),
        text,
        format!("put the value of the secret into {key}; an old one may be left"),
    ))
}

pub(super) fn shorter(of: &Subject<'_, '_>) -> Option<Said> {
    let short = |(len, rule): &(usize, &Length)| *len >= rule.min && *len < rule.expected;
    let (len, rule) = length(of).filter(short)?;
    let text = format!("{} has {len} characters, {} are expected", of.row.key, rule.expected);
    Some(Said::new(of.place(Layer::File), text, "check that the value was not cut"))
}

pub(super) fn placeholder(of: &Subject<'_, '_>) -> Option<Said> {
    is_placeholder(of.context.facts, of.value(Layer::File)?).then(|| {
        let key = &of.row.key;
        let said = Said::new(
            of.place(Layer::File),
            format!("{key} still has a value that only holds a place"),
            format!("give {key} its real value"),
        );
        if of.row.required { said.severity(Severity::Error) } else { said }
    })
}

pub(super) fn reused_secret(of: &Subject<'_, '_>) -> Option<Said> {
    let other = of.context.reused.get(of.key)?;
    let text = format!("{} has the same value as {other}", of.row.key);
    Some(Said::new(
        of.place(Layer::File),
        text,
        "give each its own secret, or one of them was pasted into the wrong place",
    ))
}
