//! Which rows let which others be expected.

use crate::timeline::filter::{Filter, FilterError};
use crate::timeline::{Entry, EventType, OwnKind};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

/// What is expected after which rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Grammar {
    /// The rules, each of which is asked alone.
    pub rules: Vec<Rule>,
}

/// One rule: after rows of a type, another row or a field of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// The type of the rows after which something is expected.
    pub after: String,
    /// Which of those.
    pub after_where: Filter,
    /// What is expected.
    pub need: Need,
}

/// What a rule expects.
#[derive(Clone, Debug, PartialEq)]
pub enum Need {
    /// Another row of the same incident.
    Row {
        /// Its type.
        kind: String,
        /// Which of those counts.
        filter: Filter,
        /// How long it may take.
        within: SignedDuration,
    },
    /// A field of the row itself.
    Field {
        /// Its name in filters.
        name: String,
        /// What a row fits that has it.
        given: Filter,
    },
}

/// A built-in rule that expects a row: its id, the types, what the second has to fit, and the seconds.
type Successor = (&'static str, EventType, EventType, &'static str, i64);

/// The rules that stand where the configuration says nothing. What was not sent was not told.
const SUCCESSORS: [Successor; 3] = [
    ("alert-told", EventType::AlertReceived, EventType::TelegramSent, "success!=false", 60),
    ("execution-ends", EventType::ExecutionStarted, EventType::ExecutionCompleted, "", 900),
    ("result-told", EventType::ExecutionCompleted, EventType::TelegramResultSent, "success!=false", 60),
];

impl Grammar {
    /// The rules that stand where the configuration says nothing.
    pub fn builtin() -> Self {
        let filter = |text: &str| Filter::parse(text, &TimeZone::UTC).unwrap_or_default();
        let rule = |(id, after, kind, fits, seconds): Successor| Rule {
            id: id.to_owned(),
            after: after.name().to_owned(),
            after_where: Filter::default(),
            need: Need::Row {
                kind: kind.name().to_owned(),
                filter: filter(fits),
                within: SignedDuration::from_secs(seconds),
            },
        };
        let mut rules: Vec<Rule> = SUCCESSORS.into_iter().map(rule).collect();
        rules.extend(Need::field("approval").ok().map(|need| Rule {
            id: "auto-repair-approved".to_owned(),
            after: EventType::AutoRepairTriggered.name().to_owned(),
            after_where: Filter::default(),
            need,
        }));
        Self { rules }
    }

    /// A grammar that expects nothing.
    pub fn none() -> Self {
        Self { rules: Vec::new() }
    }
}

impl Default for Grammar {
    fn default() -> Self {
        Self::builtin()
    }
}

impl Need {
    /// That a row has this field; a column's name does as well as a filter's.
    pub fn field(name: &str) -> Result<Self, FilterError> {
        let column = ["incident_id", "approval_id", "audit_log_id", "auto_repair_id"].contains(&name);
        let name = if column { name.trim_end_matches("_id") } else { name };
        let given = Filter::parse(&format!("{name}!=\"\""), &TimeZone::UTC)?;
        Ok(Self::Field { name: name.to_owned(), given })
    }
}

impl Rule {
    /// Whether something is expected after this row. A relative time in a filter is one before the row itself.
    pub(super) fn begins(&self, row: &Entry) -> bool {
        row.type_name() == self.after && self.after_where.matches(row, row.at())
    }

    /// Whether this row is what a rule for rows expects.
    pub(super) fn answers(&self, row: &Entry) -> bool {
        match &self.need {
            Need::Row { kind, filter, .. } => row.type_name() == kind && filter.matches(row, row.at()),
            Need::Field { .. } => false,
        }
    }

    /// The types that a rule can name.
    pub fn types() -> Vec<&'static str> {
        let own = OwnKind::ALL.into_iter().filter(|kind| *kind != OwnKind::ProbeSampled);
        EventType::ALL.into_iter().map(EventType::name).chain(own.map(OwnKind::name)).collect()
    }
}
