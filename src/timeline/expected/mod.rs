//! What should have happened and is not in the log: a grammar of successors, and the rows that it misses. Pure.
//!
//! What is missing is a statement about the log, not about the world: it counts only once its time is over and the
//! log was readable after that.

mod grammar;

pub use grammar::{Grammar, Need, Rule};

use super::incident::{Group, Key};
use super::{Entry, EventType, NewOperation, Operation};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::HashMap;

/// How long a row may take from its own time until the log shows it: it is committed, sent and read.
pub const SETTLES: SignedDuration = SignedDuration::from_secs(5);

/// What is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A row of this type.
    Row(String),
    /// This field of the row itself.
    Field(String),
}

/// Something that the grammar expects and that did not come in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The rule's id.
    pub rule: String,
    /// What is expected.
    pub what: What,
    /// The id of the row that lets it be expected.
    pub after: String,
    /// That row's type. Foreign text where it is of a type that is not known.
    pub after_type: String,
    /// That row's time.
    pub since: Timestamp,
    /// What that row belongs to.
    pub key: Option<Key>,
    /// When it was due.
    pub due: Timestamp,
    /// When it came, which is after it was due.
    pub came: Option<Timestamp>,
}

/// How it stands with something expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may come yet, or the log was not read since it was due.
    Waiting,
    /// The log was read after it was due, and it is not there.
    Overdue,
    /// It came, late by this.
    Late(SignedDuration),
}

impl Standing {
    /// The stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Overdue => "overdue",
            Self::Late(_) => "late",
        }
    }
}

impl Expected {
    /// How it stands, where the log was read up to this moment.
    pub fn standing(&self, read_at: Timestamp) -> Standing {
        match self.came {
            Some(came) => Standing::Late(came.duration_since(self.due)),
            None if read_at >= self.counts_at() => Standing::Overdue,
            None => Standing::Waiting,
        }
    }

    /// From when on a log that is read without it misses it.
    pub fn counts_at(&self) -> Timestamp {
        match self.what {
            What::Row(_) => self.due.checked_add(SETTLES).unwrap_or(Timestamp::MAX),
            What::Field(_) => self.due,
        }
    }

    /// Whether it was expected in this incident.
    pub fn is_of(&self, incident: &super::incident::Incident) -> bool {
        self.key.as_ref() == Some(&incident.key) && (incident.first..=incident.last).contains(&self.since)
    }

    /// The name of what is expected.
    pub fn name(&self) -> &str {
        match &self.what {
            What::Row(name) | What::Field(name) => name,
        }
    }

    /// When it was expected, for people (`within 60 s of ALERT_RECEIVED`); what, and how it stands, is said beside it.
    pub fn words(&self) -> String {
        match &self.what {
            What::Row(_) => {
                let within = self.due.duration_since(self.since);
                format!("within {} of {}", short(within), self.after_type)
            }
            What::Field(_) => format!("with {}", self.after_type),
        }
    }

    /// The row that it would have been, to be asked whether it fits a filter. It is nowhere recorded, and its id is
    /// not one of a row.
    pub fn as_asked(&self) -> Entry {
        let row = NewOperation {
            incident_id: self.key.as_ref().and_then(Key::number).map(str::to_owned),
            context: match &self.key {
                Some(Key::Alert(name)) => json!({ "alert_name": name }),
                Some(Key::Fingerprint(print)) => json!({ "fingerprint": print }),
                Some(Key::Incident(_)) | None => Value::Object(serde_json::Map::new()),
            },
            ..NewOperation::new("", EventType::Other)
        };
        Entry::Operation(Operation { row, raw_type: Some(self.name().to_owned()), created_at: self.due })
    }
}

/// A duration in one unit where that is exact.
fn short(duration: SignedDuration) -> String {
    match duration.as_secs() {
        seconds if seconds > 0 && seconds % 3_600 == 0 => format!("{} h", seconds / 3_600),
        seconds if seconds > 60 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

/// What the grammar expects after these rows and did not get in time, the oldest first. The order of the rows does not
/// matter; they have to reach up to the newest, without gaps.
pub fn expected(entries: &[Entry], grammar: &Grammar) -> Vec<Expected> {
    if grammar.rules.is_empty() {
        return Vec::new();
    }
    let mut rows: Vec<&Entry> = entries.iter().collect();
    rows.sort_by(|a, b| b.newest_first(a));
    let mut groups: HashMap<Option<Group<'_>>, Vec<&Entry>> = HashMap::new();
    for row in rows {
        groups.entry(Group::of(row)).or_default().push(row);
    }
    let mut found: Vec<Expected> = Vec::new();
    for (key, rows) in groups {
        let key = key.map(Group::key);
        for rule in &grammar.rules {
            found.extend(unmet(rule, key.as_ref(), &rows));
        }
    }
    found.sort_by(|a, b| (a.due, &a.after, &a.rule).cmp(&(b.due, &b.after, &b.rule)));
    found
}

/// What is overdue, where the log was read up to this moment: due, and not come since.
pub fn missing(entries: &[Entry], grammar: &Grammar, read_at: Timestamp) -> Vec<Expected> {
    let mut found = expected(entries, grammar);
    found.retain(|expected| expected.standing(read_at) == Standing::Overdue);
    found
}

/// What the rule misses among the rows of one incident, oldest first. After old records nothing is expected: the rows
/// of their time were never in this log.
fn unmet(rule: &Rule, key: Option<&Key>, rows: &[&Entry]) -> Vec<Expected> {
    let begins: Vec<&Entry> = rows.iter().copied().filter(|row| rule.begins(row) && !row.is_history()).collect();
    let new = |row: &Entry, what: What, due: Timestamp, came: Option<Timestamp>| Expected {
        rule: rule.id.clone(),
        what,
        after: row.id().to_owned(),
        after_type: row.type_name().to_owned(),
        since: row.at(),
        key: key.cloned(),
        due,
        came,
    };
    match &rule.need {
        Need::Field { name, given } => {
            let lacks = begins.into_iter().filter(|row| !given.matches(row, row.at()));
            lacks.map(|row| new(row, What::Field(name.clone()), row.at(), None)).collect()
        }
        // Rows that say of no incident to which they belong can't be told apart.
        Need::Row { .. } if key.is_none() => Vec::new(),
        Need::Row { kind, within, .. } => {
            let answers: Vec<&Entry> = rows.iter().copied().filter(|row| rule.answers(row)).collect();
            let mut unmet = Vec::new();
            for (at, row) in begins.iter().enumerate() {
                let due = row.at().checked_add(*within).unwrap_or(Timestamp::MAX);
                let from = answers.partition_point(|answer| answer.at() < row.at());
                let answer = answers[from..].iter().find(|answer| is_one_execution(row, answer)).map(|row| row.at());
                // What came after the next of its kind was for that one.
                let is_taken = |came: Timestamp| {
                    let next = begins[at + 1..].iter().find(|next| is_one_execution(row, next) && next.at() > due);
                    next.is_some_and(|next| next.at() <= came)
                };
                match answer {
                    Some(came) if came <= due => {}
                    came => {
                        let came = came.filter(|came| !is_taken(*came));
                        unmet.push(new(row, What::Row(kind.clone()), due, came));
                    }
                }
            }
            unmet
        }
    }
}

/// Whether both rows may be of one execution: where both name one, it is the same.
fn is_one_execution(a: &Entry, b: &Entry) -> bool {
    let execution = |row: &Entry| match row {
        Entry::Operation(operation) => operation.row.auto_repair_id.clone(),
        Entry::Own(_) => None,
    };
    execution(a).zip(execution(b)).is_none_or(|(a, b)| a == b)
}

#[cfg(test)]
mod tests;
