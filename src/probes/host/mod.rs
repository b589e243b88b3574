//! Looks at this host: room and inodes of its disks, memory, load, and when it booted.

mod proc;
mod verdict;

#[cfg(test)]
mod tests;

use super::files::read_limited;
use super::{About, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::evidence::Unknown;
use crate::guard::line;
use jiff::Timestamp;
use rustix::fs::{StatVfs, StatVfsMountFlags, statvfs};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

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
        asks: "Looks at the room and the inodes of this host's disks, at its memory, at its load, and at when it \
               booted.",
        pass_means: "Each disk can be written and has room and inodes left, memory is available, and the load is \
                     bearable.",
        blind_to: "Whether the clock is synchronised. A disk that is not mounted: its path shows the one below. \
                   Limits of a container's own, quotas, failing hardware. Linux only.",
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
        ],
        reasons: &[],
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
            disks.push(disk(&at.path(path), deadline).await?);
        }
        let stat = read_proc("/proc/stat").await?;
        let missing = |what: &str| ProbeError::new(Unknown::Garbled, format!("{what}: not the /proc of Linux"));
        Ok(Seen {
            disks,
            memory: proc::memory(&read_proc("/proc/meminfo").await?)
                .ok_or_else(|| missing("/proc/meminfo does not say what memory is available"))?,
            load: proc::load(&read_proc("/proc/loadavg").await?, &stat)
                .ok_or_else(|| missing("/proc/loadavg shows no load"))?,
            booted_at: proc::booted_at(&stat).ok_or_else(|| missing("/proc/stat has no time of boot"))?,
        })
    }

    fn judge(&self, seen: &Seen, at: Timestamp) -> Judgement {
        verdict::judge(self, seen, at)
    }
}

async fn read_proc(path: &str) -> Result<String, ProbeError> {
    let bytes = read_limited(Path::new(path), PROC_LIMIT)
        .await
        .map_err(|trouble| ProbeError::new(Unknown::Unreachable, format!("{path} {trouble}: this needs Linux")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A file system that hangs, as one over a dead network does, hangs a thread and not the console.
async fn disk(path: &Path, deadline: Instant) -> Result<Disk, ProbeError> {
    let shown = line(&path.to_string_lossy()).into_owned();
    let failed = |reason, what: &str| {
        ProbeError::new(reason, format!("{shown} {what}")).hint(format!("df -h {shown}; ls -ld {shown}"))
    };
    let asked = tokio::task::spawn_blocking({
        let path = path.to_owned();
        move || statvfs(path)
    });
    let answer = timeout_at(deadline, asked)
        .await
        .map_err(|_| failed(Unknown::TimedOut, "does not answer: is it on a network that is gone?"))?
        .map_err(|_| failed(Unknown::Crashed, "was not asked to the end"))?;
    match answer {
        Ok(stat) => Ok(disk_of(shown, &stat)),
        Err(Errno::NOENT | Errno::NOTDIR) => Err(failed(Unknown::NotConfigured, "is not there")),
        Err(Errno::ACCESS | Errno::PERM) => Err(failed(Unknown::Denied, "may not be looked at by this user")),
        Err(error) => Err(failed(Unknown::Unreachable, &format!("can't be looked at ({})", error.kind()))),
    }
}

/// As `df` counts: what only root may use is neither used nor free.
fn disk_of(path: String, stat: &StatVfs) -> Disk {
    let used = stat.f_blocks.saturating_sub(stat.f_bfree);
    Disk {
        path,
        total: used.saturating_add(stat.f_bavail).saturating_mul(stat.f_frsize),
        available: stat.f_bavail.saturating_mul(stat.f_frsize),
        inodes: stat.f_files,
        inodes_available: stat.f_favail,
        read_only: stat.f_flag.contains(StatVfsMountFlags::RDONLY),
    }
}
