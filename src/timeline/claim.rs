//! A RESOLVED row is a claim that something recovered. Which claims stand, and what else is about the same.

use super::{Entry, EventType};
use jiff::Timestamp;
use std::collections::HashSet;

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
        if entry.event_type() != Some(EventType::Resolved) {
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
