//! What the rules may ask.

use super::readers::Readers;
use crate::env::compare::shown_key;
use crate::env::facts::{Facts, Line};
use crate::env::masked::Masked;
use crate::env::sensitive::matches;
use crate::env::{Cell, Layer, Place, Row, Severity};
use hashbrown::HashMap;

/// What a rule says. The texts are shown as they are: no value, nor a part of one, may be in them.
pub(crate) struct Said {
    /// Instead of the rule's own.
    pub(crate) severity: Option<Severity>,
    /// The key, where the finding is about a file but names one.
    pub(crate) key: Option<String>,
    pub(crate) place: Option<Place>,
    pub(crate) text: String,
    pub(crate) fix: String,
}

impl Said {
    pub(crate) fn new(place: Option<Place>, text: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { severity: None, key: None, place, text: text.into(), fix: fix.into() }
    }

    pub(crate) fn severity(self, severity: Severity) -> Self {
        Self { severity: Some(severity), ..self }
    }
}

/// The facts, with what needs one look at all keys.
pub(crate) struct Context<'a, 'f> {
    pub(crate) facts: &'f Facts<'a>,
    /// Which keys are masked.
    pub(crate) masked: &'f Masked<'a>,
    /// What every layer says of every key.
    pub(crate) lines: &'f [Line<'a>],
    /// Keys that stand in the file more than once, with the line of the first.
    pub(crate) overwritten: HashMap<&'a str, usize>,
    /// Keys whose secret value another key has too, with that key as it may be shown.
    pub(crate) reused: HashMap<&'a str, String>,
    /// Keys of the template that the file has not got, to be proposed for unknown ones; none where
    /// there are so many that it would take time and tell nothing.
    pub(crate) missing: Vec<&'a str>,
    /// How many keys of the template the file has not got.
    pub(crate) missing_count: usize,
    /// How many keys of the file the template has not got.
    pub(crate) unknown_count: usize,
    /// What programs that are not Compose make of the file.
    pub(crate) readers: Readers<'a>,
}

/// How many pairs of a missing and an unknown key are compared.
const MAX_PAIRS: usize = 100_000;

impl<'a, 'f> Context<'a, 'f> {
    pub(crate) fn new(facts: &'f Facts<'a>, lines: &'f [Line<'a>], masked: &'f Masked<'a>) -> Self {
        let says = |line: &Line<'_>, layer: Layer| line.values[layer as usize].is_some();
        let (template, file) = (Layer::Template, Layer::File);
        let missing = lines.iter().filter(|line| says(line, template) && !says(line, file)).map(|line| line.key);
        let missing = missing.filter(|key| !facts.is_stray(key));
        let mut missing: Vec<&str> = missing.collect();
        let missing_count = missing.len();
        let unknown_count = lines.iter().filter(|line| !says(line, template) && says(line, file)).count();
        if missing_count.saturating_mul(unknown_count) > MAX_PAIRS {
            missing.clear();
        }
        Self {
            facts,
            masked,
            lines,
            overwritten: facts.overwritten(),
            reused: reused(facts, lines, masked),
            missing,
            missing_count,
            unknown_count,
            readers: Readers::new(facts),
        }
    }
}

/// Values shorter than this are not worth calling a secret, in bytes.
const MIN_SECRET: usize = 8;

fn reused<'a>(facts: &Facts<'a>, lines: &[Line<'a>], masked: &Masked<'a>) -> HashMap<&'a str, String> {
    let mut first: HashMap<&[u8], &str> = HashMap::new();
    let mut reused = HashMap::new();
    // One host may well stand under two keys: what only its source makes sensitive is left out.
    for line in lines.iter().filter(|line| masked.is_credential(line.key)) {
        let Some(value) = line.values[Layer::File as usize] else { continue };
        if value.len() < MIN_SECRET || is_placeholder(facts, value) {
            continue;
        }
        let (key, other) = (line.key, *first.entry(value).or_insert(line.key));
        if other != key {
            reused.insert(key, shown_key(facts, other));
            reused.entry(other).or_insert_with(|| shown_key(facts, key));
        }
    }
    reused
}

/// Values that only hold a place.
const PLACEHOLDERS: [&str; 16] = [
    "CHANGEME*",
    "CHANGE_ME*",
    "CHANGE-ME*",
    "<*>",
    "{{*}}",
    "REPLACE*ME",
    "REPLACE_*",
    "YOUR_*",
    "YOUR-*",
    "TODO",
    "TBD",
    "FIXME",
    "PLACEHOLDER*",
    "XXX*",
    "***",
    "DUMMY*",
];

/// Whether a value only holds a place.
pub(crate) fn is_placeholder(facts: &Facts<'_>, value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
    let own = facts.rules.placeholders.iter().map(String::as_str);
    // A literal `***` is stars only; as a pattern it would fit everything.
    let fits = |pattern: &str| if pattern == "***" { text == "***" } else { matches(pattern, text) };
    !text.is_empty() && PLACEHOLDERS.into_iter().chain(own).any(fits)
}

/// One key, as a rule sees it.
pub(crate) struct Subject<'a, 'f> {
    pub(crate) context: &'f Context<'a, 'f>,
    /// The key; show `row.key`, which may not say it.
    pub(crate) key: &'a str,
    /// What every layer says of it.
    pub(crate) line: &'f Line<'a>,
    /// The row, without findings yet.
    pub(crate) row: &'f Row,
}

impl<'a> Subject<'a, '_> {
    /// A layer's value.
    pub(crate) fn value(&self, layer: Layer) -> Option<&'a [u8]> {
        self.line.values[layer as usize]
    }

    /// Where a layer says something of the key.
    pub(crate) fn place(&self, layer: Layer) -> Option<Place> {
        match self.row.cell(layer) {
            Cell::Unread | Cell::Absent => None,
            Cell::Empty(place) => Some(place.clone()),
            Cell::Value(shown) => Some(shown.place.clone()),
        }
    }
}
