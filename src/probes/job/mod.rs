//! Asks whether a scheduled job ran in its window and succeeded, by the file that it leaves behind.

mod look;
mod verdict;

#[cfg(test)]
mod tests;

use super::{About, Judgement, Kind, OptionDoc, Place, ProbeError, words};
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;

/// Asks whether a scheduled job ran in its window and succeeded.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// The file that the job leaves behind, relative to the stack.
    pub path: PathBuf,
    /// What the file says.
    #[serde(default)]
    pub format: Format,
    /// A last success older than this fails, in seconds.
    pub max_age_s: u64,
    /// The file that the job writes when it starts.
    pub started_path: Option<PathBuf>,
    /// Running longer than this fails, in seconds.
    #[serde(default = "default_max_runtime")]
    pub max_runtime_s: u64,
    /// The name that a status has to carry.
    pub name: Option<String>,
}

fn default_max_runtime() -> u64 {
    3600
}

/// What a job's file says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// It is touched after each success.
    #[default]
    Heartbeat,
    /// It is a JSON object with `job`, `started`, `ended` and `exit`.
    Json,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// What is known of its last run.
    pub last: Last,
    /// When it started last, by the file of its starts.
    pub started: Option<Timestamp>,
}

/// The last run of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Last {
    /// The folder is there, and the file is not.
    None,
    /// The heartbeat file was touched.
    Beat(Timestamp),
    /// A status was read.
    Status(Status),
    /// The status makes no sense: why, without a word of it.
    Garbled(String),
    /// The status is another job's.
    Another,
}

/// A run, as the job's wrapper wrote it down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// When it started.
    pub started: Timestamp,
    /// When it ended, unless it still runs.
    pub ended: Option<Timestamp>,
    /// Its exit code, unless it still runs.
    pub exit: Option<i64>,
}

impl Kind for Job {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "job",
        asks: "Reads the file that a scheduled job leaves behind: a heartbeat that it touches, or a status with its \
               times and its exit code.",
        pass_means: "The job's last run succeeded, not longer ago than its window, and no run takes too long.",
        blind_to: "What the job did: its exit code is believed, and a heartbeat is whoever touched it. Whether cron \
                   or the timer is set up, until the window has passed.",
        options: &[
            OptionDoc::new("path", "required", "The file that the job leaves behind, relative to the stack."),
            OptionDoc::new(
                "format",
                "\"heartbeat\"",
                "`heartbeat`: a file that is touched after each success. `json`: an object with `job`, `started`, \
                 `ended` (RFC 3339, or seconds since 1970) and `exit`; `ended` and `exit` are missing while it runs.",
            ),
            OptionDoc::new("max_age_s", "required", "A last success older than this fails, in seconds."),
            OptionDoc::new(
                "started_path",
                "none",
                "A file that the job writes when it starts: its last start is the file's time.",
            ),
            OptionDoc::new("max_runtime_s", "3600", "Running longer than this fails, in seconds."),
            OptionDoc::new("name", "none", "The name that a status has to carry as its `job`."),
        ],
        reasons: &[],
        every: Duration::from_mins(1),
        timeout: Duration::from_secs(5),
        half_life: Duration::from_mins(3),
    };

    fn claim(&self) -> String {
        let window = words::span(Duration::from_secs(self.max_age_s));
        format!("the job of {} succeeded within {window}", self.shown())
    }

    fn credential(&self) -> String {
        "file".to_owned()
    }

    async fn observe(&self, at: &Place, _deadline: Instant) -> Result<Seen, ProbeError> {
        let started = match &self.started_path {
            Some(path) => look::modified_at(&at.path(path)).await?,
            None => None,
        };
        // The end is read after the start: a run that ends between the two has ended.
        Ok(Seen { last: look::last(self, &at.path(&self.path)).await?, started })
    }

    fn judge(&self, seen: &Seen, at: Timestamp) -> Judgement {
        verdict::judge(self, seen, at)
    }
}

impl Job {
    fn shown(&self) -> String {
        line(&self.path.to_string_lossy()).into_owned()
    }
}
