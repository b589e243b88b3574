//! The incidents for people.

use super::Seen;
use crate::cli::RowFormat;
use crate::cli::timeline::rows::{local, row};
use crate::guard::line;
use crate::timeline::expected::{Expected, Standing, What};
use crate::timeline::incident::{Incident, Measure, Statistics, in_words, statistics};
use crate::timeline::{Beside, Entry};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write;

/// Every incident, its rows where it was asked for alone, and all of them in numbers.
pub(super) fn print(seen: &Seen, zone: &TimeZone) -> String {
    let mut out = String::new();
    for incident in &seen.incidents {
        one(incident, seen, zone, &mut out);
    }
    if seen.rows.is_empty() {
        out.push_str(&numbers(&statistics(&seen.incidents, None, None)));
    } else {
        out.push('\n');
        for item in interleaved(seen) {
            match item {
                Item::Row(entry, beside) => out.push_str(&row(entry, beside, RowFormat::Human, zone)),
                Item::Missing(expected) => {
                    let _ = writeln!(out, "{}  {}", local(expected.due, zone), said(expected, seen.as_of).0);
                }
            }
        }
    }
    out
}

fn one(incident: &Incident, seen: &Seen, zone: &TimeZone, out: &mut String) {
    let alert = incident.alert.as_deref().filter(|alert| *alert != incident.name()).unwrap_or_default();
    let head = format!("{}  {}  {}", line(incident.name()), incident.state(seen.as_of).code(), line(alert));
    let detected = incident.moments.detected.map_or_else(|| "not among the rows".to_owned(), |at| local(at, zone));
    let _ = writeln!(out, "{}\n  detected {detected}", head.trim_end());
    let took = Measure::ALL.into_iter().filter_map(|of| Some(format!("{} {}", of.words(), in_words(of.of(incident)?))));
    let took = took.collect::<Vec<_>>().join(", ");
    if !took.is_empty() {
        let _ = writeln!(out, "  {took}");
    }
    let mut notes = vec![format!("{} rows", incident.rows)];
    notes.extend((incident.flaps > 0).then(|| format!("flaps {}", incident.flaps)));
    notes.extend((incident.reopened > 0).then(|| format!("fired again later {}", incident.reopened)));
    notes.extend(incident.is_without_people().then(|| "auto-repair worked alone".to_owned()));
    notes.extend(incident.is_silenced_only().then(|| "silenced only: in no number".to_owned()));
    notes.extend(incident.skewed.then(|| "the alert began after it was received: one clock is wrong".to_owned()));
    let _ = writeln!(out, "  {}", notes.join(", "));
    let actor = |actor: &crate::timeline::incident::Actor| {
        let name = actor.name.as_deref().unwrap_or("not named");
        format!("{} ({}, {})", line(name), actor.class.code(), actor.rows)
    };
    let _ = writeln!(out, "  actors {}", incident.actors.iter().map(actor).collect::<Vec<_>>().join(", "));
    // A group of a hundred alerts lets a hundred of the same be expected.
    let mut expected: Vec<(String, usize)> = Vec::new();
    for (text, _) in seen.expected_of(incident).map(|expected| said(expected, seen.as_of)) {
        match expected.iter_mut().find(|(known, _)| *known == text) {
            Some((_, times)) => *times += 1,
            None => expected.push((text, 1)),
        }
    }
    for (text, times) in expected {
        let times = if times > 1 { format!(" ({times} times)") } else { String::new() };
        let _ = writeln!(out, "  {text}{times}");
    }
}

/// What is missing, in words that no row has; and the word of how it stands.
pub(super) fn said(expected: &Expected, as_of: Timestamp) -> (String, String) {
    let standing = match (expected.standing(as_of), &expected.what) {
        (Standing::Waiting, _) => "not due yet".to_owned(),
        (Standing::Overdue, What::Row(_)) => "EXPECTED, NOT SEEN".to_owned(),
        (Standing::Overdue, What::Field(_)) => "EXPECTED, NOT GIVEN".to_owned(),
        (Standing::Late(by), _) => format!("late by {}", in_words(by)),
    };
    let text = format!("{standing}: {} {}", expected.name(), line(&expected.words()));
    (text, standing)
}

/// Incidents in numbers, a line for each measure.
fn numbers(all: &Statistics) -> String {
    let mut out = format!("\nincidents counted {}, flaps {}", all.counted, all.flaps);
    for (count, what) in [
        (all.silenced_only, "silenced only and left out"),
        (all.not_begun, "left out because their beginning is not among the rows"),
        (all.without_people, "with auto-repair alone, which have no time to acknowledge"),
    ] {
        if count > 0 {
            let _ = write!(out, ", {count} {what}");
        }
    }
    out.push('\n');
    for (measure, summary) in &all.measures {
        let _ = match summary {
            Some(of) => {
                let (median, p90) = (in_words(of.median), in_words(of.p90));
                writeln!(out, "  {:<25} n {:<4} median {median:<12} p90 {p90}", measure.words(), of.n)
            }
            None => writeln!(out, "  {:<25} n 0", measure.words()),
        };
    }
    out
}

/// A row, or what is missing there.
#[derive(Debug)]
pub(super) enum Item<'a> {
    /// A row, and what stands beside it.
    Row(&'a Entry, &'a Beside),
    /// What was due then and has not come.
    Missing(&'a Expected),
}

/// The rows, oldest first, and what is missing at the time it was due.
pub(super) fn interleaved(seen: &Seen) -> Vec<Item<'_>> {
    let is_missing = |expected: &&Expected| expected.standing(seen.as_of) == Standing::Overdue;
    let mut missing = seen.expected.iter().filter(is_missing).peekable();
    let mut items = Vec::new();
    for (entry, beside) in &seen.rows {
        while let Some(expected) = missing.next_if(|expected| expected.due < entry.at()) {
            items.push(Item::Missing(expected));
        }
        items.push(Item::Row(entry, beside));
    }
    items.extend(missing.map(Item::Missing));
    items
}
