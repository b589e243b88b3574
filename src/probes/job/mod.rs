//! Asks whether a scheduled job ran in its window and succeeded, by the file that it leaves behind.

mod log;
mod look;
mod schedule;
mod verdict;

#[cfg(test)]
mod tests;

use super::{About, Judgement, Kind, OptionDoc, Place, ProbeError, words};
use crate::config::Zone;
use crate::guard::line;
use jiff::Timestamp;
use schedule::Schedule;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;

/// Asks whether a scheduled job ran in its window and succeeded.
// What derive writes is an inherent function (`remote`), so that what belongs together can be held together.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Job {
    /// The file that the job leaves behind, relative to the stack.
    pub path: PathBuf,
    /// What the file says.
    #[serde(default)]
    pub format: Format,
    /// A last success older than this fails, in seconds.
    pub max_age_s: Option<u64>,
    /// When it is due.
    pub schedule: Option<Schedule>,
    /// How long after it is due it may succeed, in seconds.
    #[serde(default = "default_grace")]
    pub grace_s: u64,
    /// The zone of the schedule, and of times in a log that name none.
    #[serde(default)]
    pub zone: Zone,
    /// The file that the job writes when it starts.
    pub started_path: Option<PathBuf>,
    /// Running longer than this fails, in seconds.
    #[serde(default = "default_max_runtime")]
    pub max_runtime_s: u64,
    /// A run that took less than this fails, in seconds.
    #[serde(default)]
    pub min_runtime_s: u64,
    /// The name that a status has to carry.
    pub name: Option<String>,
    /// What the line of a log says where a run succeeded.
    pub success: Option<String>,
    /// What it says where a run failed.
    pub failure: Option<String>,
    /// What it says where a run starts.
    pub started: Option<String>,
}

impl Serialize for Job {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, to)
    }
}

impl<'de> Deserialize<'de> for Job {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let job = Self::deserialize(from)?;
        if job.max_age_s.is_none() && job.schedule.is_none() {
            return Err(D::Error::custom("a job needs max_age_s or schedule: without one it is never late"));
        }
        if !log::is_told(&job) {
            return Err(D::Error::custom("a log needs success: what the line says where a run succeeded"));
        }
        Ok(job)
    }
}

/// Half an hour for the job to run.
fn default_grace() -> u64 {
    1800
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
    /// It is a log, whose lines begin with their time.
    Log,
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
    /// A line of a log says how it ended.
    Logged {
        /// The line's time.
        at: Timestamp,
        /// Whether it succeeded.
        success: bool,
    },
    /// The end of a long log does not say how any run ended.
    NoMark,
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
        asks: "Reads the file that a scheduled job leaves behind: a heartbeat that it touches, a status with its \
               times and its exit code, or the end of its log.",
        pass_means: "The job's last run succeeded, not longer ago than its window or in time after it was due, and no \
                     run takes too long or too short.",
        blind_to: "What the job did: its exit code and its log are believed, and a heartbeat is whoever touched it. \
                   Whether cron or the timer is set up, until the window has passed. More than the last 64 KiB of a \
                   log.",
        options: &[
            OptionDoc::new("path", "required", "The file that the job leaves behind, relative to the stack."),
            OptionDoc::new(
                "format",
                "\"heartbeat\"",
                "`heartbeat`: a file that is touched after each success. `json`: an object with `job`, `started`, \
                 `ended` (RFC 3339, or seconds since 1970) and `exit`; `ended` and `exit` are missing while it runs. \
                 `log`: a log whose lines begin with their time; only its end is read.",
            ),
            OptionDoc::new(
                "max_age_s",
                "none",
                "A last success older than this fails, in seconds. This or `schedule` is required.",
            ),
            OptionDoc::new(
                "schedule",
                "none",
                "When it is due: `daily 02:00`, `weekly mon 02:00`, `hourly :15` or `every 5m`.",
            ),
            OptionDoc::new("grace_s", "1800", "How long after it is due it may succeed, in seconds."),
            OptionDoc::new("zone", "\"local\"", "The zone of the schedule, and of times in a log that name none."),
            OptionDoc::new(
                "started_path",
                "none",
                "A file that the job writes when it starts: its last start is the file's time.",
            ),
            OptionDoc::new("max_runtime_s", "3600", "Running longer than this fails, in seconds."),
            OptionDoc::new("min_runtime_s", "0", "A run that took less than this fails, in seconds."),
            OptionDoc::new("name", "none", "The name that a status has to carry as its `job`."),
            OptionDoc::new("success", "none", "What a line of a log says where a run succeeded; required for a log."),
            OptionDoc::new("failure", "none", "What it says where a run failed."),
            OptionDoc::new("started", "none", "What it says where a run starts."),
        ],
        reasons: &[
            ("never_ran", "It left nothing behind since it was set up."),
            ("overdue", "Its last success is older than its window, or from before it was due."),
            ("run_failed", "Its last run failed."),
            ("hung", "It has been running for too long."),
            ("too_fast", "Its last run took less than it can have taken to do its work."),
            ("still_running", "It runs, and the file of the run before was written over."),
            ("malformed", "What it left behind makes no sense."),
            ("from_the_future", "What it left behind is dated in the future, so when it ran can't be told."),
            ("another_job", "The status is another job's."),
            ("no_mark", "The end of a long log does not say how any run ended."),
            ("no_folder", "The folder of its file is not there, so no job can leave one."),
            ("not_a_file", "What stands there is no regular file."),
        ],
        every: Duration::from_mins(1),
        timeout: Duration::from_secs(5),
        half_life: Duration::from_mins(3),
    };

    fn claim(&self) -> String {
        let shown = self.shown();
        let within = |age| format!("the job of {shown} succeeded within {}", words::span(Duration::from_secs(age)));
        match (&self.schedule, self.max_age_s) {
            (Some(schedule), _) => format!("the job of {shown} succeeds in time ({schedule})"),
            (None, Some(age)) => within(age),
            (None, None) => format!("the job of {shown} succeeded"),
        }
    }

    fn credential(&self) -> String {
        "file".to_owned()
    }

    async fn observe(&self, at: &Place, _deadline: Instant) -> Result<Seen, ProbeError> {
        if self.format == Format::Log {
            return look::log(self, &at.path(&self.path)).await;
        }
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
