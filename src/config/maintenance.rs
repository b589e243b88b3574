//! Reads one `[[maintenance]]`.

use super::error::{Fault, What};
use super::reader::unknown_word;
use super::tree::{At, Node, Table};
use crate::evidence::ProbeId;
use crate::evidence::maintenance::{Span, Window};
use crate::guard::line;
use crate::probes::ProbeSpec;
use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::Deserialize;

/// The most characters of a reason.
const WHY: usize = 80;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    probes: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
    from: String,
    until: String,
    why: String,
}

/// Reads one `[[maintenance]]` of these probes; daily times are those of the zone.
pub(super) fn read(table: Table, probes: &[ProbeSpec], zone: &TimeZone) -> Result<Window, Fault> {
    let (places, name) = (table.clone(), table.name.clone());
    let wrong = |key: &str, at: At, what| Fault::new(what).at(at).of_key(key).in_table(&name);
    let said = |key: &str, text: &str| wrong(key, places.place(key), What::Said(text.to_owned()));
    let raw = Raw::deserialize(table)?;
    for (at, id) in raw.probes.iter().enumerate() {
        if !probes.iter().any(|spec| spec.id.0 == *id) {
            let what = unknown_word(id, probes.iter().map(|spec| spec.id.0.as_str()));
            return Err(wrong("probes", places.nth("probes", at), what));
        }
    }
    for (at, tag) in raw.tags.iter().enumerate() {
        if !probes.iter().any(|spec| spec.tags.contains(tag)) {
            let what = unknown_word(tag, probes.iter().flat_map(|spec| &spec.tags).map(String::as_str));
            return Err(wrong("tags", places.nth("tags", at), what));
        }
    }
    let why: String = line(raw.why.trim()).chars().take(WHY).collect();
    if why.is_empty() {
        return Err(said("why", "empty; say what is being done"));
    }
    let span = match (time(&raw.from), time(&raw.until)) {
        (Some(Moment::Daily(from)), Some(Moment::Daily(until))) if from != until => Span::Daily { from, until },
        (Some(Moment::Once(from)), Some(Moment::Once(until))) if from < until => Span::Once { from, until },
        (None, _) => return Err(said("from", NO_TIME)),
        (_, None) => return Err(said("until", NO_TIME)),
        (Some(Moment::Daily(_)), Some(Moment::Once(_))) | (Some(Moment::Once(_)), Some(Moment::Daily(_))) => {
            return Err(said("until", "not of the form that \"from\" has; both are times of a day, or neither is"));
        }
        _ => return Err(said("until", "not after \"from\"")),
    };
    let chosen =
        |spec: &&ProbeSpec| raw.probes.contains(&spec.id.0) || raw.tags.iter().any(|tag| spec.tags.contains(tag));
    let of: Vec<ProbeId> = probes.iter().filter(chosen).map(|spec| spec.id.clone()).collect();
    let all = raw.probes.is_empty() && raw.tags.is_empty();
    Ok(Window { probes: (!all).then_some(of), span, why, zone: zone.clone() })
}

const NO_TIME: &str =
    "not a time in quotes; write one with its zone, like 2026-02-04T02:00:00+08:00, or 02:00 for every day";

enum Moment {
    Once(Timestamp),
    Daily(Time),
}

fn time(text: &str) -> Option<Moment> {
    let daily = || Time::strptime("%H:%M", text).ok().map(Moment::Daily);
    text.parse().ok().map(Moment::Once).or_else(daily)
}

impl Table {
    /// Where the value of a key stands; the table's own place where it has none.
    fn place(&self, key: &str) -> At {
        self.entries.get(key).map_or(self.at, |entry| entry.item.at)
    }

    /// Where an element of a list stands.
    pub(super) fn nth(&self, key: &str, index: usize) -> At {
        let list = self.entries.get(key).map(|entry| &entry.item.node);
        match list {
            Some(Node::List(items)) => items.get(index).map_or(self.place(key), |item| item.at),
            _ => self.place(key),
        }
    }
}
