//! The comparison: rows in order, a cell per layer, who wins, and what a person should know.

use super::facts::{Facts, Line};
use super::findings::{self, Subject};
use super::hosts::{self, Asked};
use super::layers::Layers;
use super::masked::Masked;
use super::rules::Rules;
use super::sensitive::may_show_key;
use super::winner::winner;
use super::{Cell, Layer, Matrix, Row, Shown, Tuned};
use crate::guard::{self, Fingerprint, Fingerprinter};

/// How much of a plain value is shown, in characters.
const MAX_SHOWN: usize = 200;

/// Compares every layer. Pure and total: what was not read is `Unread`, never missing.
pub fn compare(layers: &Layers, rules: &Rules, fingerprinter: &Fingerprinter) -> Matrix {
    compare_with_hosts(layers, rules, fingerprinter).0
}

/// The same, with the hosts that the keys name, which a forecast has looked up.
pub fn compare_with_hosts(layers: &Layers, rules: &Rules, fingerprinter: &Fingerprinter) -> (Matrix, Vec<Asked>) {
    let facts = Facts::new(layers, rules);
    let lines = facts.lines();
    let masked = Masked::new(&facts, &lines);
    let context = findings::Context::new(&facts, &lines, &masked);
    let mut tuned = Vec::new();
    let rows: Vec<Row> = lines.iter().map(|line| row(&context, line, fingerprinter, &mut tuned)).collect();
    let hosts = hosts::asked(&rows, &lines, &masked);
    let said = |layer| Some((layer, guard::line(facts.why_unread(layer)?).into_owned()));
    let (unconfigured, unread): (Vec<_>, Vec<_>) =
        Layer::ALL.into_iter().partition(|layer| facts.is_not_configured(*layer));
    let matrix = Matrix {
        rows,
        findings: findings::of_layers(&context, &mut tuned),
        unread: unread.into_iter().filter_map(said).collect(),
        unconfigured: unconfigured.into_iter().filter_map(said).collect(),
        tuned,
    };
    (matrix, hosts)
}

fn row(
    context: &findings::Context<'_, '_>,
    line: &Line<'_>,
    fingerprinter: &Fingerprinter,
    tuned: &mut Vec<Tuned>,
) -> Row {
    let (facts, key) = (context.facts, line.key);
    let section = facts.template_key(key).and_then(|k| facts.template_layer()?.template.sections.get(k.section));
    let sensitive = context.masked.contains(key);
    let mut fingerprints = Fingerprints { fingerprinter, known: Vec::new() };
    let mut row = Row {
        key: shown_key(facts, key),
        section: section.map(|section| section.title.clone()).unwrap_or_default(),
        required: facts.is_required(key),
        sensitive,
        cells: Layer::ALL.map(|layer| {
            if facts.why_unread(layer).is_some() {
                return Cell::Unread;
            }
            match line.values[layer as usize].and_then(|value| Some((value, facts.place(layer, key)?))) {
                None => Cell::Absent,
                Some(([], place)) => Cell::Empty(place),
                Some((value, place)) => Cell::Value(Shown {
                    text: (!sensitive).then(|| shown(value)),
                    len: value.len(),
                    fingerprint: fingerprints.of(value),
                    place,
                }),
            }
        }),
        winner: winner(facts, key),
        findings: Vec::new(),
    };
    row.findings = findings::of_key(&Subject { context, key, line, row: &row }, tuned);
    row
}

/// The fingerprints of a row: most layers agree, and one is enough for all that do.
struct Fingerprints<'a, 'f> {
    fingerprinter: &'f Fingerprinter,
    known: Vec<(&'a [u8], Fingerprint)>,
}

impl<'a> Fingerprints<'a, '_> {
    fn of(&mut self, value: &'a [u8]) -> Fingerprint {
        if let Some((_, fingerprint)) = self.known.iter().find(|(known, _)| *known == value) {
            return fingerprint.clone();
        }
        let fingerprint = self.fingerprinter.of(value);
        self.known.push((value, fingerprint.clone()));
        fingerprint
    }
}

/// A key, unless it may be a piece of a value that a broken file made into one.
pub(super) fn shown_key(facts: &Facts<'_>, key: &str) -> String {
    if facts.is_named(key) || (may_show_key(key) && !facts.is_stray(key)) {
        return guard::line(key).chars().take(MAX_SHOWN).collect();
    }
    let line = facts.resolved(key).map_or(0, |(entry, _)| entry.line);
    let why = if facts.is_stray(key) { "behind a closing quote" } else { "no usual name" };
    format!("(not shown: {why}, line {line})")
}

fn shown(value: &[u8]) -> String {
    guard::line(&String::from_utf8_lossy(value)).chars().take(MAX_SHOWN).collect()
}
