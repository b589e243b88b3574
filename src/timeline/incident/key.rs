//! What rows belong together by.

use crate::timeline::Entry;
use crate::timeline::filter::written;
use jiff::{SignedDuration, Timestamp};
use std::fmt::Write;

/// What an incident is known by: its number, else the alert that its rows name. Foreign text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// `incident_id`.
    Incident(String),
    /// The fingerprint of the alert's labels, in the context of rows without a number.
    Fingerprint(String),
    /// The alert's name, in the context of rows that have neither.
    Alert(String),
}

/// The same, borrowed from a row: rows are grouped without a copy of each name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::timeline) enum Group<'a> {
    Incident(&'a str),
    Fingerprint(&'a str),
    Alert(&'a str),
}

impl<'a> Group<'a> {
    /// What this row belongs to; `None` where it does not say.
    pub(in crate::timeline) fn of(row: &'a Entry) -> Option<Self> {
        let named = |text: &&str| !text.trim().is_empty();
        if let Some(incident) = row.incident().filter(named) {
            return Some(Self::Incident(incident));
        }
        if matches!(row, Entry::Own(_)) {
            return None;
        }
        let fingerprint = fingerprint(row).filter(named).map(Self::Fingerprint);
        fingerprint.or_else(|| row.alert().filter(named).map(Self::Alert))
    }

    /// As a key of its own.
    pub(in crate::timeline) fn key(self) -> Key {
        match self {
            Self::Incident(number) => Key::Incident(number.to_owned()),
            Self::Fingerprint(print) => Key::Fingerprint(print.to_owned()),
            Self::Alert(alert) => Key::Alert(alert.to_owned()),
        }
    }
}

impl Key {
    /// Its number, where it has one.
    pub fn number(&self) -> Option<&str> {
        match self {
            Self::Incident(number) => Some(number),
            Self::Fingerprint(_) | Self::Alert(_) => None,
        }
    }

    /// The filter that its rows fit, as a text. Rows without a number are those of one time: from `first` on, and
    /// up to `last` where it is over.
    pub fn filter(&self, first: Timestamp, last: Option<Timestamp>) -> String {
        let mut text = match self {
            Self::Incident(number) => return format!("incident={}", written(number)),
            Self::Fingerprint(print) => format!("incident=\"\" context.fingerprint={}", written(print)),
            Self::Alert(alert) => format!("incident=\"\" alert={} context.fingerprint=\"\"", written(alert)),
        };
        let _ = write!(text, " since={first}");
        // `until` leaves its moment out.
        if let Some(end) = last.and_then(|last| last.checked_add(SignedDuration::from_micros(1)).ok()) {
            let _ = write!(text, " until={end}");
        }
        text
    }
}

/// The fingerprint of the alert, where the row gives one.
pub(super) fn fingerprint(row: &Entry) -> Option<&str> {
    row.context().get("fingerprint")?.as_str()
}
