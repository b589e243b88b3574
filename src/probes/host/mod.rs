//! Looks at this host: room and inodes of its disks, memory, load, and when it booted.

mod clock;
mod disk;
mod proc;
mod verdict;

#[cfg(test)]
mod tests;

use super::files::read_limited;
use super::{About, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::evidence::Unknown;
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;

/// The most that is read of a file of /proc, in bytes; /proc/stat grows with the cores.
const PROC_LIMIT: u64 = 1024 * 1024;

/// Looks at this host.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// A path on each file system to look at.
    #[serde(default = "default_disks")]
    pub disks: Vec<PathBuf>,
    /// Share of free room or free inodes, in percent, below which it warns.
    #[serde(default = "default_disk_warn")]
    pub disk_warn_percent: u32,
    /// The same, below which it fails.
    #[serde(default = "default_disk_fail")]
    pub disk_fail_percent: u32,
    /// Share of memory that is still available, in percent, below which it warns.
    #[serde(default = "default_memory_warn")]
    pub memory_warn_percent: u32,
    /// The same, below which it fails.
    #[serde(default = "default_memory_fail")]
    pub memory_fail_percent: u32,
    /// Load of five minutes, in percent of the cores, above which it warns.
    #[serde(default = "default_load_warn")]
    pub load_warn_percent: u32,
    /// Folders that have to be mount points.
    #[serde(default)]
    pub mounts: Vec<PathBuf>,
    /// Having booted less than this ago warns, in seconds.
    #[serde(default)]
    pub min_uptime_s: u64,
    /// A time server to hold the clock against.
    pub ntp_server: Option<String>,
    /// A clock that is off by more than this warns, in milliseconds.
    #[serde(default = "default_skew_warn")]
    pub skew_warn_ms: u64,
    /// The same, but fails.
    #[serde(default = "default_skew_fail")]
    pub skew_fail_ms: u64,
    /// The program that is asked whether the clock is synchronised.
    pub timedatectl: Option<String>,
    /// Where the kernel's numbers are.
    #[serde(default = "default_proc")]
    pub proc: PathBuf,
}

fn default_disks() -> Vec<PathBuf> {
    vec!["/".into()]
}

fn default_disk_warn() -> u32 {
    10
}

fn default_disk_fail() -> u32 {
    5
}

fn default_memory_warn() -> u32 {
    10
}

fn default_memory_fail() -> u32 {
    3
}

fn default_load_warn() -> u32 {
    200
}

fn default_skew_warn() -> u64 {
    500
}

/// Signatures of requests (AWS allows five minutes) and tokens come into danger far above this.
fn default_skew_fail() -> u64 {
    30_000
}

fn default_proc() -> PathBuf {
    "/proc".into()
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its disks, in the order of the options.
    pub disks: Vec<Disk>,
    /// Its memory.
    pub memory: Memory,
    /// Its load.
    pub load: Load,
    /// When it booted, by its clock of now.
    pub booted_at: Timestamp,
    /// The folders of `mounts` on which nothing is mounted.
    #[serde(default)]
    pub not_mounted: Vec<String>,
    /// What is known of its clock.
    #[serde(default)]
    pub clock: Clock,
}

/// What is known of the clock, as far as it was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// By how much it is ahead of the time server, in milliseconds; negative where it is behind.
    pub ahead_ms: Option<i64>,
    /// Whether the kernel says that somebody keeps it in time.
    pub is_synchronised: Option<bool>,
}

/// A file system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// The path it was asked by.
    pub path: String,
    /// What an ordinary user can use in all, in bytes: used or still free.
    pub total: u64,
    /// What an ordinary user can still write, in bytes.
    pub available: u64,
    /// Inodes in all; 0 where the file system does not count them.
    pub inodes: u64,
    /// Inodes that an ordinary user can still take.
    pub inodes_available: u64,
    /// Whether nothing can be written.
    pub read_only: bool,
}

/// Memory, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// In all.
    pub total: u64,
    /// What can be had without swapping, as the kernel estimates it.
    pub available: u64,
}

/// Load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// The load average of five minutes, in hundredths.
    pub five_minutes: u64,
    /// Cores that are online; at least one.
    pub cores: u64,
}

impl Kind for Host {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "host",
        asks: "Looks at the room and the inodes of this host's disks, at its memory, at its load, at when it booted, \
               and, where that is set, at its mounts and its clock.",
        pass_means: "Each disk can be written and has room and inodes left, memory is available, the load is \
                     bearable, and what is set of mounts and clock holds.",
        blind_to: "The clock, unless `ntp_server` or `timedatectl` is set. A disk that is not mounted, unless it is one \
                   of `mounts`: its path shows the one below. Limits of a container's own, quotas, failing hardware. \
                   Linux only.",
        options: &[
            OptionDoc::new("disks", "[\"/\"]", "A path on each file system to look at."),
            OptionDoc::new(
                "disk_warn_percent",
                "10",
                "Share of free room or free inodes, in percent, below which it warns.",
            ),
            OptionDoc::new("disk_fail_percent", "5", "The same, below which it fails."),
            OptionDoc::new(
                "memory_warn_percent",
                "10",
                "Share of memory that is still available, in percent, below which it warns.",
            ),
            OptionDoc::new("memory_fail_percent", "3", "The same, below which it fails."),
            OptionDoc::new(
                "load_warn_percent",
                "200",
                "Load of five minutes, in percent of the cores, above which it warns.",
            ),
            OptionDoc::new("mounts", "[]", "Folders on which something has to be mounted."),
            OptionDoc::new("min_uptime_s", "0", "Having booted less than this ago warns, in seconds."),
            OptionDoc::new(
                "ntp_server",
                "none",
                "A time server (`host` or `host:port`) to hold the clock against, by one SNTP question.",
            ),
            OptionDoc::new("skew_warn_ms", "500", "A clock that is off by more than this warns, in milliseconds."),
            OptionDoc::new("skew_fail_ms", "30000", "The same, but fails."),
            OptionDoc::new(
                "timedatectl",
                "none",
                "The program (`timedatectl`) that is asked whether the clock is synchronised.",
            ),
            OptionDoc::new("proc", "\"/proc\"", "Where the kernel's numbers are: in a container, the host's, mounted."),
        ],
        reasons: &[
            ("read_only", "A disk takes no writes."),
            ("disk_full", "A disk has less room left than `disk_fail_percent`."),
            ("inodes_out", "A disk has fewer inodes left than `disk_fail_percent`: it takes no new file."),
            ("disk_low", "A disk has less room left than `disk_warn_percent`."),
            ("inodes_low", "A disk has fewer inodes left than `disk_warn_percent`."),
            ("not_mounted", "Nothing is mounted on a folder of `mounts`."),
            ("memory_out", "Less memory is available than `memory_fail_percent`."),
            ("memory_low", "Less memory is available than `memory_warn_percent`."),
            ("load_high", "The load is above `load_warn_percent`."),
            ("booted_recently", "The host booted less than `min_uptime_s` ago."),
            ("booted_in_the_future", "The host booted later than it is now: its clock was set back."),
            ("clock_skewed", "The clock is off by more than `skew_warn_ms` or `skew_fail_ms`."),
            ("clock_unsynced", "Nobody keeps the clock in time."),
            ("clock_unanswered", "The time server or timedatectl did not say the time."),
            ("time_server_unsynced", "The time server says that it does not know the time itself."),
            ("disk_missing", "A path of `disks` or `mounts` is not there."),
            ("disk_hung", "A file system does not answer: is it on a network that is gone?"),
            ("no_proc", "The kernel's numbers are not where they should be, or make no sense."),
        ],
        every: Duration::from_mins(1),
        timeout: Duration::from_secs(5),
        half_life: Duration::from_mins(3),
    };

    fn claim(&self) -> String {
        "this host has room, memory and time to compute".to_owned()
    }

    async fn observe(&self, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
        if self.disks.is_empty() {
            return Err(ProbeError::new(Unknown::NotConfigured, "disks is empty: there is nothing to look at"));
        }
        let mut disks = Vec::new();
        for path in &self.disks {
            disks.push(disk::disk(&at.path(path), deadline).await?);
        }
        let mut not_mounted = Vec::new();
        for path in &self.mounts {
            if !disk::is_mount(&at.path(path), deadline).await? {
                not_mounted.push(line(&path.to_string_lossy()).into_owned());
            }
        }
        let folder = at.path(&self.proc);
        let stat = read_proc(&folder, "stat").await?;
        let missing = |what: &str| {
            let message = format!("{}/{what}: not the /proc of Linux", line(&folder.to_string_lossy()));
            ProbeError::new(Unknown::Garbled, message).id("no_proc")
        };
        Ok(Seen {
            disks,
            memory: proc::memory(&read_proc(&folder, "meminfo").await?)
                .ok_or_else(|| missing("meminfo does not say what memory is available"))?,
            load: proc::load(&read_proc(&folder, "loadavg").await?, &stat)
                .ok_or_else(|| missing("loadavg shows no load"))?,
            booted_at: proc::booted_at(&stat).ok_or_else(|| missing("stat has no time of boot"))?,
            not_mounted,
            clock: clock::look(self, at, deadline).await?,
        })
    }

    fn judge(&self, seen: &Seen, at: Timestamp) -> Judgement {
        verdict::judge(self, seen, at)
    }
}

async fn read_proc(folder: &Path, name: &str) -> Result<String, ProbeError> {
    let path = folder.join(name);
    let bytes = read_limited(&path, PROC_LIMIT).await.map_err(|trouble| {
        let message = format!("{} {trouble}: this needs Linux", line(&path.to_string_lossy()));
        ProbeError::new(Unknown::Unreachable, message).id("no_proc")
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
