//! Notifications into the log: each alert to its incident, what was told before absorbed, what is new recorded.

use crate::store::{AnyStore, Cursor, Store, StoreError};
use crate::timeline::filter::Pushed;
use crate::timeline::ingest::{Arrival, Notification, Standing, Status, Step, step};
use crate::timeline::{Entry, NewOperation};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};

/// How many rows of an incident are read at a time.
const PAGE: u32 = 1_000;

/// How many rows are recorded at once. A notification may bring thousands; what was recorded of it stands, whatever becomes
/// of the rest, and who is told to send it again finds it there.
const PORTION: usize = 250;

/// What became of notifications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Absorbed {
    /// Rows that were recorded.
    pub appended: u64,
    /// Alerts that had been told before.
    pub duplicates: u64,
}

/// An alert on its way to its row.
struct Bound<'a> {
    arrival: &'a Arrival,
    incident: String,
}

/// Records what is new in these notifications, and then what turns out to be a new turn of an old alert, a portion of
/// 250 rows in a transaction. No two of them are about the same alert (`key`); the store's answer decides what stands.
pub async fn absorb(store: &AnyStore, told: &[&Notification], now: Timestamp) -> Result<Absorbed, StoreError> {
    let bound = bind(store, told).await?;
    let mut rows: Vec<NewOperation> = Vec::new();
    let mut places = Vec::new();
    for Bound { arrival, incident } in &bound {
        if arrival.status == Status::Resolved {
            rows.push(arrival.implied(incident));
        }
        places.push(rows.len());
        rows.push(arrival.row(incident, 0));
    }
    if rows.is_empty() {
        return Ok(Absorbed::default());
    }
    let new = append(store, &rows).await?;
    let appended = |new: &[bool]| new.iter().filter(|new| **new).count() as u64;
    let mut absorbed = Absorbed { appended: appended(&new), duplicates: 0 };
    let old = bound.iter().zip(places).filter(|(_, place)| !new.get(*place).copied().unwrap_or(false));
    let old: Vec<&Bound<'_>> = old.map(|(bound, _)| bound).collect();
    let again = again(store, &old, now).await?;
    absorbed.duplicates = (old.len() - again.len()) as u64;
    if !again.is_empty() {
        absorbed.appended += appended(&append(store, &again).await?);
    }
    Ok(absorbed)
}

/// Records the rows in portions; whether each is new.
async fn append(store: &AnyStore, rows: &[NewOperation]) -> Result<Vec<bool>, StoreError> {
    let mut new = Vec::with_capacity(rows.len());
    for portion in rows.chunks(PORTION) {
        new.extend(store.append_all(portion).await?);
    }
    Ok(new)
}

/// By what an alert is known to be the same one.
pub(super) fn key(arrival: &Arrival) -> (&str, Timestamp) {
    (&arrival.fingerprint, arrival.starts_at)
}

/// Each alert with its incident: the one it has in the log, else the one its label names, else that of its group, of
/// which the alert that fires longest speaks.
async fn bind<'a>(store: &AnyStore, told: &[&'a Notification]) -> Result<Vec<Bound<'a>>, StoreError> {
    let ids: HashSet<String> = told.iter().flat_map(|told| &told.arrivals).map(|alert| alert.firing_id(0)).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    let found = if ids.is_empty() { Vec::new() } else { store.find(&ids).await? };
    let mut known: HashMap<String, String> = HashMap::new();
    for operation in found {
        known.extend(operation.row.incident_id.map(|incident| (operation.row.id, incident)));
    }
    // Of a group that is told in this turn for the first time, and then again, the first told speaks.
    let mut bound = Vec::new();
    for told in told {
        let unlabelled = told.arrivals.iter().filter(|alert| alert.incident.is_none());
        let oldest = unlabelled.filter_map(|alert| Some((alert.starts_at, known.get(&alert.firing_id(0))?))).min();
        let group = oldest.map_or_else(|| told.incident.clone(), |(_, incident)| incident.clone());
        for arrival in &told.arrivals {
            let own = arrival.incident.clone().unwrap_or_else(|| group.clone());
            let incident = known.entry(arrival.firing_id(0)).or_insert(own).clone();
            bound.push(Bound { arrival, incident });
        }
    }
    Ok(bound)
}

/// The rows of alerts that were told before and say something new all the same.
async fn again(store: &AnyStore, old: &[&Bound<'_>], now: Timestamp) -> Result<Vec<NewOperation>, StoreError> {
    let mut by_incident: HashMap<&str, Vec<&Arrival>> = HashMap::new();
    for Bound { arrival, incident } in old {
        by_incident.entry(incident).or_default().push(arrival);
    }
    let mut rows = Vec::new();
    for (incident, arrivals) in by_incident {
        let history = history(store, incident, &arrivals).await?;
        for arrival in arrivals {
            let (fingerprint, start) = key(arrival);
            let its = history.get(&(fingerprint.to_owned(), start.to_string()));
            let standing = its.and_then(|its| Standing::of(its, arrival));
            if let Some(Step::Record(turn)) = standing.map(|standing| step(&standing, arrival, now)) {
                rows.push(arrival.row(incident, turn));
            }
        }
    }
    Ok(rows)
}

/// The rows of these alerts in an incident, newest first, by fingerprint and start. Read back to the row that says they
/// began to fire: nothing of an alert is older.
async fn history(
    store: &AnyStore,
    incident: &str,
    arrivals: &[&Arrival],
) -> Result<HashMap<(String, String), Vec<Entry>>, StoreError> {
    let pushed = Pushed { incident: Some(incident.to_owned()), ..Pushed::default() };
    let mut missing: HashSet<String> = arrivals.iter().map(|arrival| arrival.firing_id(0)).collect();
    let asked: HashSet<(String, String)> =
        arrivals.iter().map(|arrival| (arrival.fingerprint.clone(), arrival.starts_at.to_string())).collect();
    let mut history: HashMap<(String, String), Vec<Entry>> = HashMap::new();
    let mut before: Option<Cursor> = None;
    while !missing.is_empty() {
        let page = store.page_where(before.as_ref(), PAGE, &pushed).await?;
        let is_last = page.len() < PAGE as usize;
        before = page.last().map(|entry| Cursor { at: entry.at(), id: entry.id().to_owned() });
        for entry in page {
            missing.remove(entry.id());
            let text = |key: &str| entry.context().get(key)?.as_str().map(str::to_owned);
            let key = text("fingerprint").zip(text("starts_at"));
            if let Some(key) = key.filter(|key| asked.contains(key)) {
                history.entry(key).or_default().push(entry);
            }
        }
        if is_last {
            break;
        }
    }
    Ok(history)
}
