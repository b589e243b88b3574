//! `readback incidents`: what the rows say by incident, and in numbers.

mod human;
mod report;
mod table;

pub use report::Report;

use super::context::{Context, StartError};
use super::timeline::margin::Margins;
use super::timeline::{door, find};
use super::{Args, IncidentsArgs, NOT_DONE, RowFormat, UNKNOWN, nothing, say};
use crate::app::shell::Door;
use crate::store::{self, AnyStore, Search};
use crate::timeline::expected::{Expected, Grammar, expected};
use crate::timeline::filter::Filter;
use crate::timeline::incident::{Incident, Key, incidents};
use crate::timeline::{Beside, Entry};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::io::{Write, stderr, stdout};

/// What no incident exits with.
const NONE: u8 = 1;
/// How many rows are read at most.
const MOST: usize = 100_000;
/// Rows are read from so long before the time that is asked for, so that what began before it is not taken for
/// something that began in it.
const BEFORE: SignedDuration = SignedDuration::from_hours(24);

/// Runs it and prints the incidents.
pub(super) fn run(args: &Args, options: &IncidentsArgs) -> Result<u8, StartError> {
    let Some(context) = Context::find(args)? else {
        nothing::explain();
        return Ok(UNKNOWN);
    };
    let zone = context.config.display.timezone.time_zone().clone();
    // Everything is read after this moment, so the log is known up to it.
    let now = Timestamp::now();
    let asked = match Asked::of(options, &zone, now) {
        Ok(asked) => asked,
        Err(wrong) => {
            say(&mut stderr(), &format!("readback: {wrong}"));
            return Ok(NOT_DONE);
        }
    };
    let runtime = super::console::runtime()?;
    let seen = runtime.block_on(read(&context, &asked, now));
    // A layer that hangs in a system call must not keep the answer.
    runtime.shutdown_background();
    let seen = seen?;
    if !seen.complete {
        let what =
            format!("only the newest {MOST} rows were read: the oldest incidents may be cut; ask a shorter time");
        say(&mut stderr(), &format!("readback: {what}"));
    }
    if seen.incidents.is_empty() {
        return Ok(NONE);
    }
    let text = match options.format {
        RowFormat::Human => human::print(&seen, &zone),
        RowFormat::Json => Report::of(&seen).json(),
        RowFormat::Csv => table::csv(&seen),
        RowFormat::Md => table::markdown(&seen, &zone),
    };
    // Who does not listen any more is no error.
    let _ = stdout().write_all(text.as_bytes());
    Ok(0)
}

/// What is asked.
#[derive(Debug)]
struct Asked {
    incident: Option<String>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    /// The rows that are read.
    filter: Filter,
}

impl Asked {
    /// From the arguments; the error is one line for a person.
    fn of(options: &IncidentsArgs, zone: &TimeZone, now: Timestamp) -> Result<Self, String> {
        let wrong = |flag: &str| format!("--{flag} is no time; write 7d, 2026-02-04 or 2026-02-04T09:30");
        let time = |flag: &str, text: &str| {
            let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-:.+".contains(c));
            let filter = Filter::parse(&format!("since={text}"), zone).ok().filter(|_| is_plain);
            filter.and_then(|filter| filter.pushed(now).since).ok_or_else(|| wrong(flag))
        };
        if let Some(incident) = &options.incident {
            return Self::one(incident, zone, now);
        }
        let since = time("since", &options.since)?;
        let until = options.until.as_ref().map(|text| time("until", text)).transpose()?;
        let from = since.checked_sub(BEFORE).unwrap_or(since);
        let filter = Filter::parse(&format!("since={from}"), zone).map_err(|_| wrong("since"))?;
        Ok(Self { incident: None, since: Some(since), until, filter })
    }

    /// One incident, whenever it was.
    fn one(incident: &str, zone: &TimeZone, now: Timestamp) -> Result<Self, String> {
        let text = Key::Incident(incident.to_owned()).filter(now, None);
        let filter = Filter::parse(&text, zone).map_err(|error| format!("the incident's name, {error}"))?;
        Ok(Self { incident: Some(incident.to_owned()), since: None, until: None, filter })
    }

    fn wants(&self, incident: &Incident) -> bool {
        let begun = incident.begun();
        self.since.is_none_or(|since| begun >= since) && self.until.is_none_or(|until| begun < until)
    }
}

/// What was read, and what it says.
#[derive(Debug)]
pub struct Seen {
    /// The time up to which the log was read.
    pub as_of: Timestamp,
    /// The time that was asked for.
    pub since: Option<Timestamp>,
    /// Its end.
    pub until: Option<Timestamp>,
    /// How many rows were read.
    pub read: usize,
    /// Whether all that were asked for were.
    pub complete: bool,
    /// The incidents, the newest first.
    pub incidents: Vec<Incident>,
    /// What is expected and did not come in time, the oldest first.
    pub expected: Vec<Expected>,
    /// The rows of the one incident that was asked for, oldest first, with what stands beside each.
    pub rows: Vec<(Entry, Beside)>,
}

impl Seen {
    /// What these rows say.
    fn of(asked: &Asked, entries: &[Entry], complete: bool, grammar: &Grammar, as_of: Timestamp) -> Self {
        let mut found = incidents(entries);
        found.retain(|incident| asked.wants(incident));
        let mut expected = expected(entries, grammar);
        expected.retain(|row| found.iter().any(|incident| row.is_of(incident)));
        let read = entries.len();
        let rows = Vec::new();
        Self { as_of, since: asked.since, until: asked.until, read, complete, incidents: found, expected, rows }
    }

    /// What did not come in time in this incident, oldest first.
    fn expected_of<'a>(&'a self, incident: &'a Incident) -> impl Iterator<Item = &'a Expected> {
        self.expected.iter().filter(move |expected| expected.is_of(incident))
    }
}

async fn read(context: &Context, asked: &Asked, now: Timestamp) -> Result<Seen, StartError> {
    let door = door(context).await?;
    let store = AnyStore::open(&context.store_url()?, store::Access::ReadOnly).await?;
    store.ready().await?;
    let seen = look(context, &store, &door, asked, now).await;
    store.close().await;
    seen
}

/// One incident with its rows, for who has a store open already.
pub(in crate::cli) async fn look_at(
    context: &Context,
    store: &AnyStore,
    door: &Door,
    incident: &str,
    now: Timestamp,
) -> Result<Seen, StartError> {
    let zone = context.config.display.timezone.time_zone();
    let asked = Asked::one(incident, zone, now).map_err(StartError::Other)?;
    look(context, store, door, &asked, now).await
}

async fn look(
    context: &Context,
    store: &AnyStore,
    door: &Door,
    asked: &Asked,
    now: Timestamp,
) -> Result<Seen, StartError> {
    let search = Search { filter: &asked.filter, now, limit: MOST };
    let is_one = asked.incident.is_some();
    let mut margins = Margins::default();
    let found = if is_one {
        find(&search, store, door, &mut margins).await?
    } else {
        search.run(store, |page| door.entries(page)).await?
    };
    let mut seen = Seen::of(asked, &found.entries, found.complete, &context.config.timeline.expect, now);
    if is_one {
        seen.rows = found
            .entries
            .into_iter()
            .rev()
            .map(|entry| {
                let beside = margins.of(&entry);
                (entry, beside)
            })
            .collect();
    }
    Ok(seen)
}
