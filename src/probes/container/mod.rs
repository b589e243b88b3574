//! Looks at one container: state, health, restarts, memory.

#[cfg(feature = "docker")]
mod look;
mod verdict;

#[cfg(test)]
mod tests;

use super::{About, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;

#[cfg(feature = "docker")]
pub(super) use look::{inspect, time};

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

impl Kind for Container {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "container",
        asks: "Asks the Docker daemon for the state of one container, its health check, its restarts and its memory.",
        pass_means: "Its main process runs and has run for a while, and its health check, where it has one, passed \
                     after its last start and not longer ago than its own interval and timeout allow.",
        blind_to: "Whether it does its work: a process that hangs runs, and stays healthy until its next checks fail. \
                   A child killed for memory while the main process lives. Its network and its names. Its logs are \
                   never read.",
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
        ],
        reasons: &[],
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
