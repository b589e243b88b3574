//! The questions of the timeline: Alertmanager's matchers, and fields of a row.
//!
//! `type=USER_ACTION actor=~"telegram:.*" incident=INC-7 since=2h success=false "free text"`. What stands side by
//! side must all hold; `or` and parentheses say otherwise. A regular expression has to fit the whole value. A field
//! that a row does not have is empty, as with Alertmanager's labels. A time is `2h` ago or a date; `since` takes the
//! moment in, `until` leaves it out.

mod complete;
mod error;
mod expr;
mod field;
mod parse;
mod pushed;
mod when;

pub use complete::{Candidate, complete};
pub use error::FilterError;
pub(in crate::timeline) use expr::written;
pub use field::Field;
pub use pushed::Pushed;

use super::Entry;
use expr::Expr;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt;

/// A question that a row of the timeline answers with yes or no. Printed, it is the canonical text, which reads
/// as the same question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// `None` where every row fits.
    root: Option<Expr>,
}

impl Filter {
    /// Reads a question. A date without an offset is one of `zone`. Total: any text is a filter or an error.
    pub fn parse(text: &str, zone: &TimeZone) -> Result<Self, FilterError> {
        parse::parse(text, zone).map(|root| Self { root })
    }

    /// Whether it asks nothing: every row fits.
    pub fn is_all(&self) -> bool {
        self.root.is_none()
    }

    /// Whether the row fits, as seen at `now`.
    pub fn matches(&self, entry: &Entry, now: Timestamp) -> bool {
        self.root.as_ref().is_none_or(|expr| expr.matches(entry, now))
    }

    /// Whether a store can answer all of it, so that what it counts is what fits.
    pub fn is_pushed(&self) -> bool {
        self.root.as_ref().is_none_or(pushed::is_whole)
    }

    /// What a store can look for itself. A row that fits the filter fits this too; not the other way round, so
    /// what the store brings is still to be asked [`Filter::matches`].
    pub fn pushed(&self, now: Timestamp) -> Pushed {
        self.root.as_ref().map(|expr| pushed::of(expr, now)).unwrap_or_default()
    }
}

/// The moment that a text names, as `since` takes it: so long ago, or a date.
pub fn moment(text: &str, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    Some(when::When::parse(text, zone)?.resolve(now))
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.as_ref().map_or(Ok(()), |expr| expr.fmt(f))
    }
}

#[cfg(test)]
mod tests;
