//! Looks at one container: state, health, restarts, memory.

mod facts;
mod health;
#[cfg(feature = "docker")]
mod log;
#[cfg(feature = "docker")]
mod look;
mod verdict;
mod words;

#[cfg(test)]
mod tests;

use super::docker_reasons::docker_reasons;
use super::{About, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;

#[cfg(feature = "docker")]
pub(super) use look::{inspect, state_of, time};

/// Looks at one container: state, health, restarts, memory.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Container {
    /// The container's name.
    pub name: String,
    /// The daemon's endpoint; `DOCKER_HOST`, then the usual socket, unless given.
    pub host: Option<String>,
    /// How long it has to be up before its being up counts, in seconds.
    #[serde(default = "default_min_uptime")]
    pub min_uptime_s: u64,
    /// Share of its memory limit, in percent, from which it warns.
    #[serde(default = "default_memory_percent")]
    pub memory_warn_percent: u8,
    /// Whether a container without a health check is unknown rather than good.
    #[serde(default)]
    pub require_health: bool,
    /// How much of its log to look through, in minutes; none unless given.
    #[serde(default)]
    pub log_minutes: u32,
    /// The words that make a line of the log an error, as whole words, capitals as they stand.
    #[serde(default = "default_error_words")]
    pub error_words: Vec<String>,
    /// More lines with such a word than this warn.
    #[serde(default)]
    pub max_errors: u64,
}

fn default_error_words() -> Vec<String> {
    ["ERROR", "CRITICAL", "FATAL", "PANIC"].map(str::to_owned).to_vec()
}

fn default_min_uptime() -> u64 {
    60
}

fn default_memory_percent() -> u8 {
    90
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// The daemon knows no container of this name.
    Absent,
    /// The daemon knows it.
    Present(Box<State>),
}

/// What the daemon says of a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The first twelve digits of its id.
    pub id: String,
    /// Docker's word for its state.
    pub status: Status,
    /// When its main process was started last.
    pub started_at: Option<Timestamp>,
    /// When its main process ended last.
    pub finished_at: Option<Timestamp>,
    /// How its main process ended last.
    pub exit_code: i64,
    /// Whether the kernel killed its main process for memory.
    pub oom_killed: bool,
    /// How often the restart policy has restarted it; a daemon restart sets it back.
    pub restart_count: u64,
    /// Its health check, if it has one.
    pub health: Option<Health>,
    /// Its memory limit in bytes, if it has one.
    pub memory_limit: Option<u64>,
    /// The memory it uses in bytes, where it runs and that could be measured.
    pub memory_used: Option<u64>,
    /// What the engine counts as the most it could have in bytes: without a limit, the host's memory.
    #[serde(default)]
    pub memory_of: Option<u64>,
    /// Whether it was started anew while the probe looked.
    #[serde(default)]
    pub restarted_meanwhile: bool,
    /// Its log, where that was asked for.
    #[serde(default)]
    pub log: Option<Log>,
}

/// What was counted in a log. No line of it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Log {
    /// The engine gave no log: a driver that keeps none here.
    Unreadable,
    /// The engine did not give it in time.
    Late,
    /// It was looked through.
    Counted {
        /// How many lines.
        lines: u64,
        /// How many of them have an error word.
        errors: u64,
        /// There were more lines than are read.
        more: bool,
    },
}

/// Docker's states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Made, never started.
    Created,
    /// Its main process runs.
    Running,
    /// Frozen.
    Paused,
    /// Between two lives.
    Restarting,
    /// Being stopped.
    Stopping,
    /// Being removed.
    Removing,
    /// Its main process has ended.
    Exited,
    /// Half removed.
    Dead,
    /// A word that this program does not know.
    Other,
}

/// What the daemon says of a health check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Docker's word.
    pub status: HealthStatus,
    /// How many checks in a row have failed.
    pub failing_streak: u64,
    /// When the last check ended.
    pub last_end: Option<Timestamp>,
    /// How the last check ended; -1 is a check that took too long.
    pub last_exit: Option<i64>,
    /// Between two checks, in seconds.
    pub interval_s: u64,
    /// The check's own timeout, in seconds.
    pub timeout_s: u64,
    /// How long it may fail after a start, in seconds.
    pub start_period_s: u64,
}

/// Docker's words for health.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// No check has counted yet.
    Starting,
    /// The last check that counts passed.
    Healthy,
    /// Enough checks failed in a row.
    Unhealthy,
}

const REASONS: &[(&str, &str)] = docker_reasons![
    ("missing", "There is no container of this name."),
    ("created", "It was made and never started."),
    ("paused", "It is paused: it holds its ports and answers nothing."),
    ("exited", "Its main process has ended by itself."),
    ("killed", "Its main process was killed from outside (137), not for memory as far as Docker saw."),
    ("oom_killed", "Its main process was killed by the kernel, over its memory limit."),
    ("restart_loop", "It is started again and again."),
    ("stopping", "It is being stopped or removed."),
    ("other_state", "Docker names a state that this program does not know."),
    ("clock", "It was started in the future, or at no time: the daemon's clock and this one disagree."),
    ("young", "It has not been up for long enough to count."),
    ("no_health", "It has no health check, and one is required."),
    ("unhealthy", "Its last health checks failed."),
    ("health_timeout", "Its last health checks took too long."),
    ("check_failed", "It is still healthy, but its last health check failed."),
    ("starting", "No health check has passed since its start."),
    ("starting_too_long", "No health check has passed since its start, and that is too long ago."),
    ("health_of_last_run", "\"healthy\" is from before its last start."),
    ("health_stale", "\"healthy\" is older than interval and timeout allow: the container or the daemon hangs."),
    ("memory_high", "It uses most of its memory limit."),
    ("memory_unknown", "It runs, but its memory could not be measured."),
    ("errors", "More lines of its log than allowed have an error word."),
    ("log_too_long", "Its log is longer than is read, so that errors may stand in the rest."),
    ("no_log", "Its log can't be read here."),
    ("log_late", "Its log did not come in time."),
];

impl Kind for Container {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "container",
        asks: "Asks the Docker daemon for the state of one container, its health check, its restarts and its memory, \
               and counts the errors in its log where told to.",
        pass_means: "Its main process runs and has run for a while, and its health check, where it has one, passed \
                     after its last start and not longer ago than its own interval and timeout allow.",
        blind_to: "Whether it does its work: a process that hangs runs, and stays healthy until its next checks fail. \
                   A child killed for memory while the main process lives. Its network and its names. Of its log \
                   it counts lines; it keeps none.",
        options: &[
            OptionDoc::new("name", "required", "The container's name."),
            OptionDoc::new(
                "host",
                "none",
                "The daemon's endpoint; `DOCKER_HOST`, then the usual socket, unless given.",
            ),
            OptionDoc::new("min_uptime_s", "60", "How long it has to be up before its being up counts, in seconds."),
            OptionDoc::new("memory_warn_percent", "90", "Share of its memory limit, in percent, from which it warns."),
            OptionDoc::new(
                "require_health",
                "false",
                "Whether a container without a health check is unknown rather than good.",
            ),
            OptionDoc::new("log_minutes", "0", "How much of its log to look through, in minutes; 0 is none."),
            OptionDoc::new(
                "error_words",
                "[\"ERROR\", \"CRITICAL\", \"FATAL\", \"PANIC\"]",
                "The words that make a line an error: whole words, capitals as they stand.",
            ),
            OptionDoc::new("max_errors", "0", "More lines with such a word than this warn."),
        ],
        reasons: REASONS,
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(8),
        half_life: Duration::from_mins(2),
    };

    fn claim(&self) -> String {
        format!("container {} runs, is healthy, and has been up for {} s", line(&self.name), self.min_uptime_s)
    }

    /// What the engine recorded was measured inside the container, not from this host's network.
    fn vantage(&self) -> String {
        format!("container:{}", line(&self.name))
    }

    fn credential(&self) -> String {
        "docker socket".to_owned()
    }

    #[cfg(feature = "docker")]
    async fn observe(&self, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
        look::look(self, at, deadline).await
    }

    #[cfg(not(feature = "docker"))]
    async fn observe(&self, _at: &Place, _deadline: Instant) -> Result<Seen, ProbeError> {
        Err(super::not_built("docker"))
    }

    fn judge(&self, seen: &Seen, at: Timestamp) -> Judgement {
        verdict::judge(self, seen, at)
    }
}
