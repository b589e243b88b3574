//! `readback env blame`: since when each key is what it is, and what else happened then.

mod told;

use super::select::is_asked;
use super::{Answer, StartError, history};
use crate::app::shell::Backups;
use crate::cli::args::{BlameArgs, BlameSort};
use crate::cli::context::Context;
use crate::env::Finding;
use crate::env::blame::{KeyBlame, Mark, RecordedChange, blame, by_last_step, recorded, with_recorded};
use crate::env::snapshot::{Dated, Snapshot};
use crate::guard::line;
use crate::timeline::Entry;
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use std::fmt::Write;
use told::{Around, Life};

/// A snapshot that was looked at.
#[derive(Debug, Serialize)]
pub struct Looked {
    /// The file.
    pub label: String,
    /// When it was so.
    pub at: Timestamp,
    /// How that is known.
    pub dated: Dated,
    /// Why it could not be read, where that is so.
    pub unread: Option<String>,
}

/// What became of each key.
#[derive(Debug, Serialize)]
pub struct BlameReport {
    /// The name of this shape; docs/schemas/env.json describes it.
    pub schema: &'static str,
    /// What was looked at, oldest first.
    pub snapshots: Vec<Looked>,
    /// The keys.
    keys: Vec<Life>,
    /// What the store added.
    pub recorded: FromStore,
    #[serde(skip)]
    zone: TimeZone,
}

/// What the store knows of changes.
#[derive(Debug, Default, Serialize)]
pub struct FromStore {
    /// How many recorded changes are told among the snapshots.
    pub changes: usize,
    /// How many do not fit the snapshots: of another machine or another file.
    pub misfits: usize,
    /// Why what was recorded is not, or not all, in the answer.
    pub unread: Option<String>,
}

/// Reads the past, and tells.
pub(super) fn of(context: &Context, key: Option<&str>, options: &BlameArgs) -> Result<BlameReport, StartError> {
    let zone = context.config.display.timezone.time_zone().clone();
    let backups = Backups::of(&context.config.env, &context.place());
    let snapshots = backups.read(&context.fingerprinter()?, &zone, Timestamp::now()).map_err(StartError::Other)?;
    let file = context.config.env.file.to_string_lossy().into_owned();
    let mut stored = history::of(context)?;
    if !stored.entries.is_empty() {
        let runtime = crate::cli::console::runtime()?;
        stored = stored.masked(&runtime.block_on(crate::cli::timeline::door(context))?);
        runtime.shutdown_background();
    }
    let changes = recorded(&stored.entries, &file);
    let asked = |name: &str| key.is_none_or(|key| key == name) && is_asked(&options.keys, name);
    let mut report = BlameReport::of(&snapshots, &changes, &stored.entries, zone, options.sort, asked);
    report.recorded.unread = stored.unread;
    Ok(report)
}

impl BlameReport {
    /// From snapshots, the changes that were recorded between them, and every row of the store.
    pub fn of(
        snapshots: &[Snapshot],
        changes: &[RecordedChange],
        entries: &[Entry],
        zone: TimeZone,
        sort: BlameSort,
        asked: impl Fn(&str) -> bool,
    ) -> Self {
        let (snapshots, misfits) = with_recorded(snapshots, changes);
        let looked = |snapshot: &Snapshot| Looked {
            label: snapshot.label.clone(),
            at: snapshot.at,
            dated: snapshot.dated,
            unread: snapshot.keys.as_ref().err().cloned(),
        };
        let mut around = Around::new(entries);
        let lives: Vec<KeyBlame> = blame(&snapshots).into_iter().filter(|life| asked(&life.key)).collect();
        let lives = match sort {
            BlameSort::Key => lives.iter().collect(),
            BlameSort::Changed => by_last_step(&lives),
        };
        Self {
            schema: "readback_env_blame_v1",
            snapshots: snapshots.iter().map(looked).collect(),
            keys: lives.into_iter().map(|life| around.life(life.clone())).collect(),
            recorded: FromStore { changes: changes.len() - misfits, misfits, unread: None },
            zone,
        }
    }
}

impl Answer for BlameReport {
    fn exit_code(&self) -> u8 {
        let now = self.snapshots.iter().find(|looked| looked.dated == Dated::Now);
        match () {
            // Whether the file has the key, and since when, nobody knows.
            () if now.is_some_and(|now| now.unread.is_some()) => 3,
            () => u8::from(self.keys.is_empty()),
        }
    }

    fn human(&self) -> String {
        let mut out = String::new();
        for life in &self.keys {
            let strip: String = life.strip.iter().map(|mark| glyph(*mark)).collect();
            let _ = writeln!(out, "{:<30} {strip}", line(&life.key));
            for told in &life.steps {
                told.say(&mut out, &self.zone);
            }
        }
        for looked in self.snapshots.iter().filter(|looked| looked.unread.is_some()) {
            let why = looked.unread.as_deref().unwrap_or_default();
            let _ = writeln!(out, "unread: {} {}", looked.label, line(why));
        }
        if let Some(why) = &self.recorded.unread {
            let _ = writeln!(out, "what was recorded is not in this: {}", line(why));
        }
        if self.recorded.misfits > 0 {
            let _ = writeln!(out, "{} recorded changes do not fit these files", self.recorded.misfits);
        }
        if self.keys.is_empty() {
            let _ = writeln!(out, "no snapshot has such a key ({} looked at)", self.snapshots.len());
        }
        out
    }

    fn findings(&self) -> Vec<Finding> {
        Vec::new()
    }
}

/// A snapshot in the strip: `.` absent, `o` empty, `=` as before, `#` new, `?` unread.
fn glyph(mark: Mark) -> char {
    match mark {
        Mark::Unread => '?',
        Mark::Absent => '.',
        Mark::Empty => 'o',
        Mark::Same => '=',
        Mark::New => '#',
    }
}
