//! A step of a key's life with what else happened near it.

use crate::cli::env::human;
use crate::env::blame::{KeyBlame, Mark, Step, away, nearest, words};
use crate::env::snapshot::Dated;
use crate::guard::line;
use crate::timeline::Entry;
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use std::collections::HashMap;
use std::fmt::Write;

/// A key's life.
#[derive(Debug, Serialize)]
pub(super) struct Life {
    pub(super) key: String,
    pub(super) steps: Vec<Told>,
    pub(super) strip: Vec<Mark>,
}

/// A step, and what happened within ten minutes of either end of it.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    #[serde(flatten)]
    pub(super) step: Step,
    near: Vec<Near>,
}

/// An event near a step.
#[derive(Clone, Debug, Serialize)]
struct Near {
    /// Which end of the step it is near.
    end: End,
    at: Timestamp,
    #[serde(rename = "type")]
    kind: String,
    actor: Option<String>,
    detail: String,
    /// How many seconds after that end it was; below 0 before it.
    seconds: i64,
}

/// An end of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum End {
    /// The last time it was seen as before.
    After,
    /// The first time it was seen so.
    By,
}

/// The rows of the store, asked for the one that is nearest to a time. Most steps share their times.
pub(super) struct Around<'a> {
    entries: &'a [Entry],
    known: HashMap<Timestamp, Option<&'a Entry>>,
}

impl<'a> Around<'a> {
    pub(super) fn new(entries: &'a [Entry]) -> Self {
        Self { entries, known: HashMap::new() }
    }

    /// A life with what happened near its steps.
    pub(super) fn life(&mut self, life: KeyBlame) -> Life {
        let steps = life.steps.into_iter().map(|step| Told { near: self.near(&step), step }).collect();
        Life { key: life.key, steps, strip: life.strip }
    }

    fn near(&mut self, step: &Step) -> Vec<Near> {
        // What was there from the start began at no time that is known; what was recorded has one time only.
        let Some(after) = step.after else { return Vec::new() };
        let ends: &[(End, Timestamp)] = match step.dated {
            Dated::Recorded => &[(End::By, step.by)],
            _ => &[(End::After, after), (End::By, step.by)],
        };
        ends.iter().filter_map(|(end, at)| self.at(*end, *at)).collect()
    }

    fn at(&mut self, end: End, at: Timestamp) -> Option<Near> {
        let entries = self.entries;
        let found = (*self.known.entry(at).or_insert_with(|| nearest(entries, at)))?;
        Some(Near {
            end,
            at: found.at(),
            kind: line(found.type_name()).into_owned(),
            actor: found.actor().map(|actor| line(actor).into_owned()),
            detail: line(words(found)).into_owned(),
            seconds: found.at().duration_since(at).as_secs(),
        })
    }
}

impl Told {
    /// The step in a line, and each event in one below it.
    pub(super) fn say(&self, out: &mut String, zone: &TimeZone) {
        let local = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
        let step = &self.step;
        let between = match step.after {
            Some(_) if step.dated == Dated::Recorded => format!("at {}", local(step.by)),
            Some(after) => {
                let dated = step.after_dated.map_or("", Dated::word);
                format!("between {} ({dated}) and {}", local(after), local(step.by))
            }
            None => format!("by {}", local(step.by)),
        };
        let held = match &step.held {
            None => String::new(),
            Some(held) if held.len == 0 => ", empty".to_owned(),
            Some(held) => format!(", {}", human::held(held.len, held.fingerprint.short())),
        };
        let (did, label, dated) = (step.did.word(), line(&step.label), step.dated.word());
        let _ = writeln!(out, "  {did:<10} {between} ({label}, {dated}){held}");
        for near in &self.near {
            let end = match near.end {
                End::By if step.dated == Dated::Recorded => "around then",
                End::After => "near the first",
                End::By => "near the second",
            };
            let away = away(jiff::SignedDuration::from_secs(near.seconds));
            let actor = near.actor.as_deref().map(|actor| format!(" by {actor}")).unwrap_or_default();
            let text = format!("  {:<10} {end}: {away}, {} {}{actor}", "", near.kind, near.detail);
            let _ = writeln!(out, "{}", text.trim_end());
        }
    }
}
