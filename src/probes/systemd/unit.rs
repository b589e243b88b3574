//! Reads what `systemctl show` prints: blocks of `Property=value`, an empty line between two. Pure.

use super::{Timer, Unit};
use crate::guard::line;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// What is asked of a unit. Those that its kind has not are left out of the answer.
pub(super) const PROPERTIES: [&str; 12] = [
    "Id",
    "LoadState",
    "ActiveState",
    "SubState",
    "Result",
    "NRestarts",
    "ActiveEnterTimestamp",
    "StateChangeTimestamp",
    "NeedDaemonReload",
    "NextElapseUSecRealtime",
    "NextElapseUSecMonotonic",
    "LastTriggerUSec",
];

/// The units, in the order in which they were asked for; under no name yet.
pub(super) fn units(text: &str) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut block: Vec<(&str, &str)> = Vec::new();
    // One empty line more closes the last block.
    for row in text.lines().chain([""]) {
        match row.split_once('=') {
            Some(property) => block.push(property),
            None if !block.is_empty() => units.push(unit(&std::mem::take(&mut block))),
            None => {}
        }
    }
    units
}

fn unit(block: &[(&str, &str)]) -> Unit {
    let get = |key: &str| block.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
    let word = |key: &str| line(get(key).unwrap_or_default()).into_owned();
    let elapses = |key: &str| get(key).is_some_and(|value| !is_nothing(value));
    let is_timer = get("NextElapseUSecRealtime").is_some() || get("LastTriggerUSec").is_some();
    Unit {
        name: String::new(),
        load: word("LoadState"),
        active: word("ActiveState"),
        sub: word("SubState"),
        result: word("Result"),
        restarts: get("NRestarts").and_then(|count| count.parse().ok()),
        since: get("ActiveEnterTimestamp").and_then(time),
        changed: get("StateChangeTimestamp").and_then(time),
        is_outdated: get("NeedDaemonReload") == Some("yes"),
        timer: is_timer.then(|| Timer {
            has_next: elapses("NextElapseUSecRealtime") || elapses("NextElapseUSecMonotonic"),
            last: get("LastTriggerUSec").and_then(time),
        }),
    }
}

/// How versions of systemctl write a time that is not there.
fn is_nothing(value: &str) -> bool {
    matches!(value, "" | "n/a" | "0" | "infinity" | "[not set]")
}

/// `Wed 2026-02-04 08:52:11 UTC`.
fn time(value: &str) -> Option<Timestamp> {
    let mut words = value.split_whitespace();
    let (_, date, clock, zone) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let civil: DateTime = format!("{date}T{clock}").parse().ok()?;
    (zone == "UTC").then(|| civil.to_zoned(TimeZone::UTC).ok()).flatten().map(|time| time.timestamp())
}
