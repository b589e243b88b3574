//! Rules about the values of the file.

use super::context::{Said, Subject, is_placeholder};
use super::defaults::is_famous;
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

/// The value's length in characters, the least and the expected one.
fn length(of: &Subject<'_, '_>) -> Option<(usize, usize, usize)> {
    let (min, expected) = of.context.facts.rules.length(of.key);
    let value = of.value(Layer::File).filter(|value| !value.is_empty() && expected > 0)?;
    Some((String::from_utf8_lossy(value).chars().count(), min, expected))
}

pub(super) fn too_short(of: &Subject<'_, '_>) -> Option<Said> {
    let (len, min, expected) = length(of).filter(|(len, min, _)| len < min)?;
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
    let (len, _, expected) = length(of).filter(|(len, min, expected)| len >= min && len < expected)?;
    let text = format!("{} has {len} characters, {expected} are expected", of.row.key);
    Some(Said::new(of.place(Layer::File), text, "check that the value was not cut"))
}

/// Where a value that must not be used may stand: what runs has it from one of these.
const SOURCES: [Layer; 4] = [Layer::File, Layer::Secret, Layer::Compose, Layer::App];

pub(super) fn known_bad(of: &Subject<'_, '_>) -> Option<Said> {
    let listed = &of.context.facts.rules.known_bad;
    let is_listed = |layer: &Layer| match of.row.cell(*layer) {
        Cell::Value(shown) => listed.iter().any(|hex| shown.fingerprint.begins_with(hex)),
        Cell::Unread | Cell::Absent | Cell::Empty(_) => false,
    };
    let is_famous = |layer: &Layer| {
        let value = of.value(*layer).filter(|value| !is_placeholder(of.context.facts, value));
        value.is_some_and(|value| is_famous(of.key, value))
    };
    let key = &of.row.key;
    let fix = format!("give {key} a new value, in its secret first");
    if let Some(layer) = SOURCES.iter().find(|layer| is_listed(layer)) {
        let text = format!("{key} has a value that readback.toml lists as known to be bad");
        return Some(Said::new(of.place(*layer), text, fix).severity(Severity::Error));
    }
    let layer = SOURCES.iter().find(|layer| is_famous(layer))?;
    Some(Said::new(of.place(*layer), format!("{key} has a value that everybody tries first"), fix))
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
