//! Looks at the newest backup in a folder: its age, its size, and its size against the one before.

mod inside;
mod look;

#[cfg(test)]
mod tests;

use super::{About, Judgement, Kind, OptionDoc, Place, ProbeError, words};
use crate::evidence::gate::CLOCK_SKEW_SECONDS;
use crate::evidence::{Fact, Quantity, Verdict, age};
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;

/// Looks at the newest backup in a folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// The folder, relative to the stack.
    pub folder: PathBuf,
    /// The names that count; `*` stands for any characters, `?` for one.
    #[serde(default = "default_pattern")]
    pub pattern: String,
    /// A newest backup older than this fails, in seconds.
    #[serde(default = "default_max_age")]
    pub max_age_s: u64,
    /// A newest backup smaller than this fails, in bytes.
    #[serde(default = "default_min_bytes")]
    pub min_bytes: u64,
    /// A newest backup that is smaller than the one before by more than this, in percent, warns.
    #[serde(default = "default_shrink")]
    pub shrink_warn_percent: u64,
    /// Fewer backups than this fail.
    #[serde(default = "default_count")]
    pub min_count: u64,
}

fn default_pattern() -> String {
    "*".to_owned()
}

/// A day, and two hours for the backup to be made.
fn default_max_age() -> u64 {
    26 * 3600
}

/// More than what a dump that failed leaves behind a compressor.
fn default_min_bytes() -> u64 {
    1024
}

fn default_shrink() -> u64 {
    50
}

fn default_count() -> u64 {
    1
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// How many files match.
    pub matching: u64,
    /// The newest of them.
    pub newest: Option<Copied>,
    /// The one before it.
    pub previous: Option<Copied>,
}

/// A file that counts as a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// Its name, safe to show.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// When it was written last.
    pub modified_at: Timestamp,
    /// What its first and last bytes say of it.
    #[serde(default)]
    pub inside: Inside,
}

/// What a backup's own bytes say of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inside {
    /// Its name says no format that is known here, or it was not looked at.
    #[default]
    NotAsked,
    /// This user may not read it.
    Unreadable,
    /// It begins as its name says.
    AsNamed,
    /// It does not begin as its name says.
    NotAsNamed,
    /// It is a compressed nothing: what `pg_dump | gzip` leaves behind when `pg_dump` fails.
    Nothing,
}

impl Kind for Backup {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "backup",
        asks: "Looks for the newest file in a folder, and at its age, its size, the size of the one before, and whether \
               it begins as its name says.",
        pass_means: "There is a backup that is young enough, large enough, and not much smaller than the one before.",
        blind_to: "Whether it can be restored, and what is in it but for its first and last bytes. A backup that is a folder. One that is still being \
                   written, unless it has another name until it is whole. Whether a copy stands anywhere else.",
        options: &[
            OptionDoc::new(
                "folder",
                "required",
                "The folder, relative to the stack. Folders in it are not looked into.",
            ),
            OptionDoc::new("pattern", "\"*\"", "The names that count; `*` stands for any characters, `?` for one."),
            OptionDoc::new("max_age_s", "93600", "A newest backup older than this fails, in seconds."),
            OptionDoc::new("min_bytes", "1024", "A newest backup smaller than this fails, in bytes."),
            OptionDoc::new(
                "shrink_warn_percent",
                "50",
                "A newest backup that is smaller than the one before by more than this, in percent, warns.",
            ),
            OptionDoc::new("min_count", "1", "Fewer backups than this fail: the older ones were lost."),
        ],
        reasons: &[
            ("no_backup", "No file in the folder matches."),
            ("empty", "The newest backup has no bytes."),
            ("empty_inside", "The newest backup is a compressed nothing, as a pipe leaves it when the dump failed."),
            ("not_as_named", "The newest backup does not begin as a file of its name does (`.gz`, `.zst`, `.xz`, …)."),
            ("too_small", "The newest backup is smaller than it may be."),
            ("too_old", "The newest backup is older than it may be."),
            ("from_the_future", "The newest backup is dated in the future, so its age can't be told."),
            ("too_few", "There are fewer backups than there have to be."),
            ("shrunk", "The newest backup is much smaller than the one before."),
            ("no_folder", "The folder is not there: its disk may not be mounted."),
            ("not_a_folder", "The folder is something else."),
            ("too_many_files", "The folder has more entries than are looked at."),
        ],
        every: Duration::from_mins(5),
        timeout: Duration::from_secs(10),
        half_life: Duration::from_mins(15),
    };

    fn claim(&self) -> String {
        format!("{} has a backup not older than {}", self.shown(), words::span(Duration::from_secs(self.max_age_s)))
    }

    fn credential(&self) -> String {
        "file".to_owned()
    }

    async fn observe(&self, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
        look::look(&at.path(&self.folder), &self.pattern, deadline).await
    }

    fn judge(&self, seen: &Seen, at: Timestamp) -> Judgement {
        let folder = self.shown();
        let Some(newest) = &seen.newest else {
            let summary = format!("no backup: no file in {folder} is named like {}", line(&self.pattern));
            return Judgement::new(Verdict::Fail, summary)
                .reason("no_backup")
                .hint(format!("ls -lat {folder} | head"))
                .facts(vec![Fact::new("matching files", Quantity::Count(0))]);
        };
        let (verdict, reason, summary) = self.weigh(seen, newest, at);
        let mut facts = vec![
            Fact::text("newest", newest.name.as_str()),
            Fact::new("written at", Quantity::At(newest.modified_at)),
            Fact::new("age", Quantity::Millis(age(newest.modified_at, at).as_millis() as u64)),
            Fact::new("size", Quantity::Bytes(newest.bytes)),
            Fact::new("matching files", Quantity::Count(seen.matching)),
        ];
        facts.extend(
            seen.previous.as_ref().map(|file| Fact::new("size of the one before", Quantity::Bytes(file.bytes))),
        );
        if newest.inside == Inside::Unreadable {
            facts.push(Fact::text("inside", "not looked at: this user may not read it"));
        }
        let judgement = Judgement::new(verdict, summary).facts(facts);
        match verdict {
            Verdict::Pass => judgement,
            _ => judgement
                .reason(reason)
                .hint(format!("ls -lat {folder} | head; then the log of the job that writes it")),
        }
    }
}

impl Backup {
    fn shown(&self) -> String {
        line(&self.folder.to_string_lossy()).into_owned()
    }

    /// The verdict, the id of why it is not a pass, and both in words.
    fn weigh(&self, seen: &Seen, newest: &Copied, at: Timestamp) -> (Verdict, &'static str, String) {
        let (name, size) = (&newest.name, Quantity::Bytes(newest.bytes));
        let old = age(newest.modified_at, at);
        if newest.bytes == 0 {
            return (Verdict::Fail, "empty", format!("{name}, the newest backup, is empty"));
        }
        if newest.inside == Inside::Nothing {
            let summary = format!("{name}, the newest backup, is {size} of compressed nothing: its dump failed");
            return (Verdict::Fail, "empty_inside", summary);
        }
        if newest.inside == Inside::NotAsNamed {
            let summary = format!("{name}, the newest backup, does not begin as a file of its name does");
            return (Verdict::Fail, "not_as_named", summary);
        }
        if newest.bytes < self.min_bytes {
            let least = Quantity::Bytes(self.min_bytes);
            let summary = format!("{name}, the newest backup, is {size}: no backup is below {least}");
            return (Verdict::Fail, "too_small", summary);
        }
        if newest.modified_at.duration_since(at).as_secs() > CLOCK_SKEW_SECONDS {
            let summary = format!("{name} is dated in the future: how old the backup is can't be told");
            return (Verdict::Warn, "from_the_future", summary);
        }
        if old > Duration::from_secs(self.max_age_s) {
            return (Verdict::Fail, "too_old", format!("the newest backup is {} old: {name}", words::span(old)));
        }
        if seen.matching < self.min_count {
            let summary = format!("{} backups, {} at least: older ones were lost", seen.matching, self.min_count);
            return (Verdict::Fail, "too_few", summary);
        }
        if let Some(lost) = seen.previous.as_ref().and_then(|before| lost_percent(before.bytes, newest.bytes))
            && lost > self.shrink_warn_percent
        {
            return (Verdict::Warn, "shrunk", format!("{name} is {size}, {lost} % smaller than the backup before"));
        }
        (Verdict::Pass, "", format!("{name}, {size}, {} old", words::span(old)))
    }
}

/// By how much a size has shrunk, in percent, rounded up; `None` where it has not.
fn lost_percent(before: u64, after: u64) -> Option<u64> {
    let lost = before.checked_sub(after).filter(|lost| *lost > 0)?;
    Some((u128::from(lost) * 100).div_ceil(u128::from(before)) as u64)
}
