//! What a person should know: a table of rules, each with a stable id, a severity and a function.
//! A new rule is a line in the table and a function. No text ever holds a value or a part of one.

mod context;
mod defaults;
mod distance;
mod document;
mod files;
mod layers;
mod lines;
mod readers;
mod table;
mod values;

pub(super) use context::{Context, Said, Subject};
pub use document::document;
pub use table::{IDS, RULES};

use super::{Finding, Severity, Tuned};

/// What a rule looks at.
enum Check {
    /// One key over all layers.
    Key(fn(&Subject<'_, '_>) -> Option<Said>),
    /// Whole files and layers.
    Layers(fn(&Context<'_, '_>) -> Vec<Said>),
}

/// A rule.
pub struct Rule {
    /// The stable id.
    pub id: &'static str,
    /// How bad, unless the finding itself says otherwise.
    pub severity: Severity,
    /// What it finds, in one line.
    pub about: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// Where it is found, without a value.
    pub example: &'static str,
    check: Check,
}

/// The findings of a key, worst first. Those that the configuration turns off go into `tuned`.
pub(super) fn of_key(subject: &Subject<'_, '_>, tuned: &mut Vec<Tuned>) -> Vec<Finding> {
    let mut list = Vec::new();
    for rule in RULES {
        if let Check::Key(check) = rule.check
            && let Some(said) = check(subject)
        {
            list.extend(weighed(subject.context, finding(rule, Some(&subject.row.key), said), tuned));
        }
    }
    list.sort_by_key(|finding| finding.severity);
    list
}

/// The findings of whole layers, worst first.
pub(super) fn of_layers(context: &Context<'_, '_>, tuned: &mut Vec<Tuned>) -> Vec<Finding> {
    let mut list = Vec::new();
    for rule in RULES {
        if let Check::Layers(check) = rule.check {
            let said = check(context).into_iter().map(|said| finding(rule, None, said));
            list.extend(said.filter_map(|finding| weighed(context, finding, tuned)));
        }
    }
    list.sort_by_key(|finding| finding.severity);
    list
}

fn finding(rule: &Rule, key: Option<&String>, said: Said) -> Finding {
    let Said { severity, key: own, place, text, fix } = said;
    let severity = severity.unwrap_or(rule.severity);
    Finding { id: rule.id.to_owned(), severity, key: own.or_else(|| key.cloned()), place, text, fix }
}

/// The finding with the weight that the configuration gives it; `None` where that is none.
fn weighed(context: &Context<'_, '_>, finding: Finding, tuned: &mut Vec<Tuned>) -> Option<Finding> {
    let tune = context.facts.rules.tune.iter().find(|tune| tune.is_for(&finding.id, finding.key.as_deref()));
    match tune.map(|tune| (tune.severity, &tune.reason)) {
        None => Some(finding),
        Some((Some(severity), _)) => Some(Finding { severity, ..finding }),
        Some((None, reason)) => {
            tuned.push(Tuned { finding, reason: reason.clone() });
            None
        }
    }
}
