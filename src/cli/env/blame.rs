//! `readback env blame`: since when each key is what it is.

use super::select::is_asked;
use super::{Answer, StartError, history, human};
use crate::app::shell::Backups;
use crate::cli::context::Context;
use crate::cli::{EnvArgs, EnvSort};
use crate::env::Finding;
use crate::env::blame::{KeyBlame, Mark, RecordedChange, Step, blame, by_last_step, recorded, with_recorded};
use crate::env::snapshot::{Dated, Snapshot};
use crate::guard::line;
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use std::fmt::Write;

/// A snapshot that was looked at.
#[derive(Debug, Serialize)]
pub struct Looked {
    /// The file.
    pub label: String,
    /// When it was so.
    pub at: Timestamp,
    /// How that is known.
    pub dated: crate::env::snapshot::Dated,
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
    pub keys: Vec<KeyBlame>,
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
pub(super) fn of(context: &Context, key: Option<&str>, options: &EnvArgs) -> Result<BlameReport, StartError> {
    let zone = context.config.display.timezone.time_zone().clone();
    let backups = Backups::of(&context.config.env, &context.place());
    let snapshots = backups.read(&context.fingerprinter()?, &zone, Timestamp::now()).map_err(StartError::Other)?;
    let file = context.config.env.file.to_string_lossy().into_owned();
    let stored = history::of(context)?;
    let changes = recorded(&stored.entries, &file);
    let asked = |name: &str| key.is_none_or(|key| key == name) && is_asked(options, name);
    Ok(BlameReport::of(&snapshots, &changes, stored.unread, zone, asked).sorted(options))
}

impl BlameReport {
    /// From snapshots, and the changes that were recorded between them.
    pub fn of(
        snapshots: &[Snapshot],
        changes: &[RecordedChange],
        unread: Option<String>,
        zone: TimeZone,
        asked: impl Fn(&str) -> bool,
    ) -> Self {
        let (snapshots, misfits) = with_recorded(snapshots, changes);
        let looked = |snapshot: &Snapshot| Looked {
            label: snapshot.label.clone(),
            at: snapshot.at,
            dated: snapshot.dated,
            unread: snapshot.keys.as_ref().err().cloned(),
        };
        Self {
            schema: "readback_env_blame_v1",
            snapshots: snapshots.iter().map(looked).collect(),
            keys: blame(&snapshots).into_iter().filter(|life| asked(&life.key)).collect(),
            recorded: FromStore { changes: changes.len() - misfits, misfits, unread },
            zone,
        }
    }

    /// By name, or the one that changed last first.
    fn sorted(mut self, options: &EnvArgs) -> Self {
        if options.sort == EnvSort::Changed {
            self.keys = by_last_step(&self.keys).into_iter().cloned().collect();
        }
        self
    }

    fn step(&self, step: &Step) -> String {
        let local = |at: Timestamp| at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
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
        format!("{:<10} {between} ({}, {}){held}", step.did.word(), step.label, step.dated.word())
    }
}

impl Answer for BlameReport {
    fn exit_code(&self) -> u8 {
        u8::from(self.keys.is_empty())
    }

    fn human(&self) -> String {
        let mut out = String::new();
        for life in &self.keys {
            let strip: String = life.strip.iter().map(|mark| glyph(*mark)).collect();
            let _ = writeln!(out, "{:<30} {strip}", line(&life.key));
            for step in &life.steps {
                let _ = writeln!(out, "  {}", self.step(step));
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
