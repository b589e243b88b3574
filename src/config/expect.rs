//! Reads `[[timeline.expect]]`: which rows let which others be expected. An entry with a built-in rule's id tunes it
//! or turns it off; another adds a rule.

use super::value;
use crate::timeline::expected::{Grammar, Need, Rule};
use crate::timeline::filter::Filter;
use crate::words::nearest;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::time::Duration;

/// One `[[timeline.expect]]` as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(deserialize_with = "value::name")]
    id: String,
    #[serde(default)]
    after: Option<Kind>,
    #[serde(default)]
    after_where: Option<Fits>,
    #[serde(default)]
    expect: Option<Kind>,
    #[serde(default)]
    expect_where: Option<Fits>,
    #[serde(default, deserialize_with = "value::optional_duration")]
    within: Option<Duration>,
    #[serde(default)]
    needs: Option<Field>,
    #[serde(default = "yes")]
    enabled: bool,
}

fn yes() -> bool {
    true
}

/// The name of a type of rows.
#[derive(Clone, Debug)]
struct Kind(String);

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let types = Rule::types();
        if types.contains(&text.as_str()) {
            return Ok(Self(text));
        }
        let upper = text.to_uppercase();
        let meant = nearest(&upper, types.iter().copied()).map(|word| format!("; did you mean \"{word}\"?"));
        let meant = meant.unwrap_or_else(|| format!("; there are: {}", types.join(", ")));
        Err(D::Error::custom(format!("not a type of rows{meant}")))
    }
}

/// A filter.
#[derive(Clone, Debug)]
struct Fits(Filter);

impl<'de> Deserialize<'de> for Fits {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let wrong = |column: usize| {
            let what = "not a filter, from its column";
            let next = "readback timeline --filter says what is wrong, docs/timeline.md what a filter is";
            D::Error::custom(format!("{what} {column} on; {next}"))
        };
        Filter::parse(&text, &TimeZone::UTC).map(Self).map_err(|error| wrong(error.column))
    }
}

/// A field that a row has to have.
#[derive(Clone, Debug)]
struct Field(Need);

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        let is_plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
        let need = if is_plain { Need::field(&name).ok() } else { None };
        need.map(Self).ok_or_else(|| {
            D::Error::custom("not a field of rows; write one as filters do, like \"approval\" or \"context.severity\"")
        })
    }
}

/// The built-in rules, tuned by what is written. Each element of the list is one of these, so that what is wrong with
/// it has its place.
#[derive(Clone, Debug)]
enum Tuned {
    Rule(Box<Rule>),
    Off(String),
}

impl<'de> Deserialize<'de> for Tuned {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = Raw::deserialize(from)?;
        if !raw.enabled {
            return Ok(Self::Off(raw.id));
        }
        let known = Grammar::builtin().rules.into_iter().find(|rule| rule.id == raw.id);
        raw.rule(known).map(Box::new).map(Self::Rule).map_err(D::Error::custom)
    }
}

impl Raw {
    /// The rule; what is not written is the built-in rule's of this id.
    fn rule(self, known: Option<Rule>) -> Result<Rule, &'static str> {
        let (after, after_where, need) =
            known.map_or((None, None, None), |rule| (Some(rule.after), Some(rule.after_where), Some(rule.need)));
        let after = self.after.map(|kind| kind.0).or(after).ok_or("no \"after\"; name the type that begins it")?;
        let after_where = self.after_where.map(|fits| fits.0).or(after_where).unwrap_or_default();
        let row = self.expect.is_some() || self.expect_where.is_some() || self.within.is_some();
        let need = match (self.needs, need) {
            (Some(_), _) if row => return Err("\"needs\" and \"expect\" in one rule; write two"),
            (Some(field), _) => field.0,
            (None, Some(need)) if !row => need,
            (None, known) => {
                let (kind, filter, within) = match known {
                    Some(Need::Row { kind, filter, within }) => (Some(kind), Some(filter), Some(within)),
                    Some(Need::Field { .. }) | None => (None, None, None),
                };
                let own = self.within.and_then(|within| SignedDuration::try_from(within).ok());
                Need::Row {
                    kind: self.expect.map(|kind| kind.0).or(kind).ok_or("neither \"expect\" nor \"needs\"")?,
                    filter: self.expect_where.map(|fits| fits.0).or(filter).unwrap_or_default(),
                    within: own.or(within).ok_or("no \"within\"; say how long it may take")?,
                }
            }
        };
        Ok(Rule { id: self.id, after, after_where, need })
    }
}

/// Reads the list.
pub(super) fn grammar<'de, D: Deserializer<'de>>(from: D) -> Result<Grammar, D::Error> {
    let list = Vec::<Tuned>::deserialize(from)?;
    let mut grammar = Grammar::builtin();
    let mut met: Vec<String> = Vec::new();
    for tuned in list {
        let id = match &tuned {
            Tuned::Rule(rule) => rule.id.clone(),
            Tuned::Off(id) => id.clone(),
        };
        if met.contains(&id) {
            return Err(D::Error::custom("an id stands twice; ids are unique in a stack"));
        }
        match (tuned, grammar.rules.iter().position(|rule| rule.id == id)) {
            (Tuned::Off(_), at) => drop(at.map(|at| grammar.rules.remove(at))),
            (Tuned::Rule(rule), Some(at)) => grammar.rules[at] = *rule,
            (Tuned::Rule(rule), None) => grammar.rules.push(*rule),
        }
        met.push(id);
    }
    Ok(grammar)
}

#[cfg(test)]
#[path = "expect_tests.rs"]
mod tests;
