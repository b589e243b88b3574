//! What a filter is made of.

use super::field::{Field, any_text};
use super::when::When;
use crate::timeline::Entry;
use jiff::Timestamp;
use regex_lite::Regex;
use std::fmt::{self, Write};

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    /// Each must hold.
    All(Vec<Expr>),
    /// One must hold.
    Any(Vec<Expr>),
    /// A field against a value.
    Field(Matcher),
    /// How it went; `None` is a row to which that does not apply.
    Success {
        /// Whether it must not be so.
        not: bool,
        /// How.
        is: Option<bool>,
    },
    /// At this moment or later.
    Since(When),
    /// Before this moment.
    Until(When),
    /// Somewhere in the row, whatever the case.
    Text(Words),
}

/// A text to be found anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// As it was written.
    written: String,
    /// As it is looked for.
    lower: String,
}

impl Words {
    pub(super) fn new(written: String) -> Self {
        let lower = written.to_lowercase();
        Self { written, lower }
    }
}

/// How a field and a value are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Is,
    IsNot,
    Fits,
    FitsNot,
}

impl Op {
    /// Every operator; one that begins like another comes before it.
    pub(super) const ALL: [Self; 4] = [Self::Fits, Self::FitsNot, Self::IsNot, Self::Is];

    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Is => "=",
            Self::IsNot => "!=",
            Self::Fits => "=~",
            Self::FitsNot => "!~",
        }
    }

    pub(super) fn is_regex(self) -> bool {
        matches!(self, Self::Fits | Self::FitsNot)
    }
}

/// A field against a value or a regular expression.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    pub(super) field: Field,
    pub(super) op: Op,
    pub(super) value: String,
    /// The value, compiled, where it is a regular expression.
    pub(super) regex: Option<Regex>,
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        (&self.field, self.op, &self.value) == (&other.field, other.op, &other.value)
    }
}

impl Matcher {
    fn matches(&self, entry: &Entry) -> bool {
        let found = self.field.of(entry);
        let fits = || self.regex.as_ref().is_some_and(|regex| regex.is_match(&found));
        match self.op {
            Op::Is => found == self.value,
            Op::IsNot => found != self.value,
            Op::Fits => fits(),
            Op::FitsNot => !fits(),
        }
    }
}

impl Expr {
    pub(super) fn matches(&self, entry: &Entry, now: Timestamp) -> bool {
        match self {
            Self::All(all) => all.iter().all(|expr| expr.matches(entry, now)),
            Self::Any(any) => any.iter().any(|expr| expr.matches(entry, now)),
            Self::Field(matcher) => matcher.matches(entry),
            Self::Success { not, is } => (entry.success() == *is) != *not,
            Self::Since(when) => entry.at() >= when.resolve(now),
            Self::Until(when) => entry.at() < when.resolve(now),
            Self::Text(words) => any_text(entry, &|text| text.to_lowercase().contains(&words.lower)),
        }
    }
}

/// The name of a result in a filter.
pub(super) const RESULTS: [(&str, Option<bool>); 3] = [("true", Some(true)), ("false", Some(false)), ("none", None)];

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(all) => {
                for (at, expr) in all.iter().enumerate() {
                    f.write_str(if at > 0 { " " } else { "" })?;
                    match expr {
                        Self::Any(_) => write!(f, "({expr})")?,
                        _ => write!(f, "{expr}")?,
                    }
                }
                Ok(())
            }
            Self::Any(any) => {
                for (at, expr) in any.iter().enumerate() {
                    write!(f, "{}{expr}", if at > 0 { " or " } else { "" })?;
                }
                Ok(())
            }
            Self::Field(Matcher { field, op, value, .. }) => {
                write!(f, "{field}{}", op.sign())?;
                if op.is_regex() { f.write_str(&quoted(value)) } else { f.write_str(&written(value)) }
            }
            Self::Success { not, is } => {
                let word = RESULTS.iter().find(|(_, result)| result == is).map_or("", |(word, _)| word);
                write!(f, "success{}{word}", if *not { "!=" } else { "=" })
            }
            Self::Since(when) => write!(f, "since={when}"),
            Self::Until(when) => write!(f, "until={when}"),
            Self::Text(words) => f.write_str(&quoted(&words.written)),
        }
    }
}

/// A value as it is written: in quotes only where it needs them.
pub(in crate::timeline) fn written(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.:+@/*%".contains(c);
    if !value.is_empty() && value.chars().all(plain) { value.to_owned() } else { quoted(value) }
}

fn quoted(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c => {
                let _ = out.write_char(c);
            }
        }
    }
    out.push('"');
    out
}
