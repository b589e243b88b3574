//! A RESOLVED row is a claim that something recovered. Which claims stand, and what else is about the same.

use super::{Entry, EventType};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};

/// The positions of the claims that stand: the newest RESOLVED of each incident or alert since then, and the
/// newest of all however old it is. `entries` are newest first, and so is the answer.
pub fn claims(entries: &[Entry], since: Timestamp) -> Vec<usize> {
    let mut incidents = HashSet::new();
    let mut alerts = HashSet::new();
    let mut standing = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        if entry.at() < since && !standing.is_empty() {
            break;
        }
        if entry.event_type() != Some(EventType::Resolved) || entry.is_history() {
            continue;
        }
        let (incident, alert) = (entry.incident(), entry.alert());
        let is_old = incident.is_some_and(|name| incidents.contains(name))
            || alert.is_some_and(|name| alerts.contains(name))
            || (incident.is_none() && alert.is_none() && !standing.is_empty());
        incidents.extend(incident);
        alerts.extend(alert);
        if !is_old {
            standing.push(at);
        }
    }
    standing
}

/// Whether two rows are about the same thing: the same incident, or the same alert by name. A row that
/// names neither may be about anything.
pub fn is_same(a: &Entry, b: &Entry) -> bool {
    let same = |a: Option<&str>, b: Option<&str>| a.is_some() && a == b;
    let nameless = |entry: &Entry| entry.incident().is_none() && entry.alert().is_none();
    same(a.incident(), b.incident()) || same(a.alert(), b.alert()) || nameless(a) || nameless(b)
}

/// The greatest value that was put for a row about the same thing ([`is_same`]), without comparing every two rows.
#[derive(Clone, Debug)]
pub struct Latest<'a, T> {
    incidents: HashMap<&'a str, T>,
    alerts: HashMap<&'a str, T>,
    nameless: Option<T>,
    any: Option<T>,
}

impl<T> Default for Latest<'_, T> {
    fn default() -> Self {
        Self { incidents: HashMap::new(), alerts: HashMap::new(), nameless: None, any: None }
    }
}

impl<'a, T: Copy + Ord> Latest<'a, T> {
    /// Puts a value for this row.
    pub fn put(&mut self, row: &'a Entry, value: T) {
        let greatest = |known: Option<T>| known.map_or(value, |known| known.max(value));
        let (incident, alert) = (row.incident(), row.alert());
        if incident.is_none() && alert.is_none() {
            self.nameless = Some(greatest(self.nameless));
        }
        for (map, name) in [(&mut self.incidents, incident), (&mut self.alerts, alert)] {
            if let Some(name) = name {
                let known = map.get(name).copied();
                map.insert(name, greatest(known));
            }
        }
        self.any = Some(greatest(self.any));
    }

    /// The greatest value put for a row that is about the same as this one.
    pub fn of(&self, row: &Entry) -> Option<T> {
        let (incident, alert) = (row.incident(), row.alert());
        if incident.is_none() && alert.is_none() {
            return self.any;
        }
        let by_incident = incident.and_then(|name| self.incidents.get(name).copied());
        let by_alert = alert.and_then(|name| self.alerts.get(name).copied());
        by_incident.max(by_alert).max(self.nameless)
    }
}
