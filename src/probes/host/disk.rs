//! Asks the kernel about file systems. One that hangs, as one over a dead network does, hangs a thread and not
//! the console.

use super::Disk;
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::ProbeError;
use rustix::fs::{StatVfs, StatVfsMountFlags, stat, statvfs};
use rustix::io::Errno;
use std::path::Path;
use tokio::time::{Instant, timeout_at};

/// Room, inodes and whether it can be written.
pub(super) async fn disk(path: &Path, deadline: Instant) -> Result<Disk, ProbeError> {
    let shown = line(&path.to_string_lossy()).into_owned();
    let stat = ask(path, deadline, |path| statvfs(path)).await?;
    Ok(disk_of(shown, &stat))
}

/// Whether something is mounted on a folder: it is on another device than the folder that it is in, or is the
/// root of all.
pub(super) async fn is_mount(path: &Path, deadline: Instant) -> Result<bool, ProbeError> {
    ask(path, deadline, |path| {
        let (own, above) = (stat(path)?, stat(path.join(".."))?);
        Ok(own.st_dev != above.st_dev || own.st_ino == above.st_ino)
    })
    .await
}

async fn ask<T: Send + 'static>(
    path: &Path,
    deadline: Instant,
    question: impl FnOnce(&Path) -> Result<T, Errno> + Send + 'static,
) -> Result<T, ProbeError> {
    let shown = line(&path.to_string_lossy()).into_owned();
    let failed = |reason, id, what: &str| {
        let error = ProbeError::new(reason, format!("{shown} {what}"));
        error.id(id).hint(format!("df -h {shown}; ls -ld {shown}"))
    };
    let asked = tokio::task::spawn_blocking({
        let path = path.to_owned();
        move || question(&path)
    });
    let answer = timeout_at(deadline, asked)
        .await
        .map_err(|_| failed(Unknown::TimedOut, "disk_hung", "does not answer: is it on a network that is gone?"))?
        .map_err(|_| failed(Unknown::Crashed, "crashed", "was not asked to the end"))?;
    answer.map_err(|error| match error {
        Errno::NOENT | Errno::NOTDIR => failed(Unknown::NotConfigured, "disk_missing", "is not there"),
        Errno::ACCESS | Errno::PERM => failed(Unknown::Denied, "denied", "may not be looked at by this user"),
        error => failed(Unknown::Unreachable, "unreachable", &format!("can't be looked at ({})", error.kind())),
    })
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
