//! The comparison: rows in order, a cell per layer, who wins, and what a person should know.

use super::facts::{Facts, Found};
use super::findings::{self, Subject};
use super::layers::Layers;
use super::rules::Rules;
use super::sensitive::{looks_like_credential, may_show_key};
use super::winner::winner;
use super::{Cell, Layer, Matrix, Row, Shown};
use crate::guard::{self, Fingerprinter};
use std::collections::{HashMap, HashSet};

/// How much of a plain value is shown, in characters.
const MAX_SHOWN: usize = 200;

/// A secret shorter than this is too likely to be found in a plain value by chance, in bytes.
const MIN_KNOWN: usize = 8;

/// Compares every layer. Pure and total: what was not read is `Unread`, never missing.
pub fn compare(layers: &Layers, rules: &Rules, fingerprinter: &Fingerprinter) -> Matrix {
    let facts = Facts::new(layers, rules);
    let keys = facts.keys();
    let masked = masked(&facts, &keys);
    let context = findings::Context::new(&facts, &keys, &masked);
    let rows = keys.iter().map(|key| row(&context, key, masked.contains(key), fingerprinter)).collect();
    let unread = |layer| Some((layer, guard::line(facts.why_unread(layer)?).into_owned()));
    Matrix {
        rows,
        findings: findings::of_layers(&context),
        unread: Layer::ALL.into_iter().filter_map(unread).collect(),
    }
}

fn row<'a>(context: &findings::Context<'a, '_>, key: &'a str, sensitive: bool, fingerprinter: &Fingerprinter) -> Row {
    let facts = context.facts;
    let section = facts.template_key(key).and_then(|k| facts.template_layer()?.template.sections.get(k.section));
    let mut row = Row {
        key: shown_key(facts, key),
        section: section.map(|section| section.title.clone()).unwrap_or_default(),
        required: facts.is_required(key),
        sensitive,
        cells: Layer::ALL.map(|layer| match facts.found(layer, key) {
            _ if facts.why_unread(layer).is_some() => Cell::Unread,
            None => Cell::Absent,
            Some(Found { value: [], place }) => Cell::Empty(place),
            Some(Found { value, place }) => Cell::Value(Shown {
                text: (!sensitive).then(|| shown(value)),
                len: value.len(),
                fingerprint: fingerprinter.of(value),
                place,
            }),
        }),
        winner: winner(facts, key),
        findings: Vec::new(),
    };
    row.findings = findings::of_key(&Subject { context, key, row: &row });
    row
}

/// A key, unless it may be a piece of a value that a broken file made into one.
pub(super) fn shown_key(facts: &Facts<'_>, key: &str) -> String {
    if facts.is_named(key) || may_show_key(key) {
        return guard::line(key).chars().take(MAX_SHOWN).collect();
    }
    let line = facts.resolved(key).map_or(0, |(entry, _)| entry.line);
    format!("(not shown: no usual name, line {line})")
}

fn shown(value: &[u8]) -> String {
    guard::line(&String::from_utf8_lossy(value)).chars().take(MAX_SHOWN).collect()
}

/// The keys whose values are masked: by name or shape, or because a plain value holds a masked one.
fn masked<'a>(facts: &Facts<'a>, keys: &[&'a str]) -> HashSet<&'a str> {
    let values =
        |key: &'a str| Layer::ALL.into_iter().filter_map(move |layer| facts.found(layer, key).map(|f| f.value));
    let by_rule =
        |key: &&&'a str| facts.rules.sensitivity.is_sensitive_name(key) || values(key).any(looks_like_credential);
    let mut masked: HashSet<&str> = keys.iter().filter(by_rule).copied().collect();
    let mut known: HashMap<&[u8], Vec<&[u8]>> = HashMap::new();
    for value in masked.iter().flat_map(|key| values(key)).filter(|value| value.len() >= MIN_KNOWN) {
        let same_start = known.entry(&value[..MIN_KNOWN]).or_default();
        if !same_start.contains(&value) {
            same_start.push(value);
        }
    }
    let holds = |value: &[u8]| {
        value.windows(MIN_KNOWN).enumerate().any(|(at, window)| {
            known.get(window).is_some_and(|list| list.iter().any(|secret| value[at..].starts_with(secret)))
        })
    };
    let leaking: Vec<&str> =
        keys.iter().copied().filter(|key| !masked.contains(key) && values(key).any(holds)).collect();
    masked.extend(leaking);
    masked
}
