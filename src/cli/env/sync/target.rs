//! The file that is synced: where it really is, whose it is, and the lock that keeps a second sync out.

use super::SyncFailure;
use crate::guard::line;
use crate::probes::files::{FileTrouble, MOST_KEPT, RegularFile, read_regular};
use jiff::Timestamp;
use rustix::fs::{FlockOperation, flock};
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroize::Zeroizing;

/// How often the lock is tried, and how long is waited in between.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(20);

/// The file, found through any link.
#[derive(Debug)]
pub(super) struct Target {
    /// Where it really is: a link is followed, and stays a link.
    pub(super) path: PathBuf,
    /// The folder it is in.
    pub(super) folder: PathBuf,
}

/// What the file was when it was read.
pub(super) struct Contents {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    pub(super) mode: u32,
    pub(super) owner: (u32, u32),
    /// When it was written.
    pub(super) written: Option<Timestamp>,
    /// How many names it has.
    pub(super) names: u64,
}

/// While it lives, no other sync of this folder begins. It is the kernel's: a killed one leaves none behind.
#[derive(Debug)]
pub(super) struct Lock(#[allow(dead_code, reason = "held, not read")] File);

impl Target {
    /// The file of a stack.
    pub(super) fn find(path: &Path) -> Result<Self, SyncFailure> {
        let shown = || line(&path.to_string_lossy()).into_owned();
        let real =
            path.canonicalize().map_err(|error| SyncFailure::io(format!("{} can't be found", shown()), &error))?;
        let folder = real.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self { path: real, folder })
    }

    /// The name for messages.
    pub(super) fn shown(&self) -> String {
        line(&self.path.to_string_lossy()).into_owned()
    }

    /// Takes the lock of the folder; another sync that has it is an error at once.
    pub(super) fn lock(&self) -> Result<Lock, SyncFailure> {
        let what = || format!("{} can't be opened", line(&self.folder.to_string_lossy()));
        let folder = File::open(&self.folder).map_err(|error| SyncFailure::io(what(), &error))?;
        for _ in 0..TRIES {
            match flock(&folder, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Lock(folder)),
                // A console that asks whether a sync is at work has the lock for an instant.
                Err(rustix::io::Errno::WOULDBLOCK) => std::thread::sleep(PAUSE),
                Err(error) => return Err(SyncFailure::io(what(), &error.into())),
            }
        }
        Err(SyncFailure::Busy)
    }

    /// The file as it is.
    pub(super) fn read(&self) -> Result<Contents, SyncFailure> {
        let unread = |trouble: FileTrouble| {
            SyncFailure::Said(format!("{} {}; nothing is planned", self.shown(), trouble.of_kept()))
        };
        let RegularFile { bytes, about } = read_regular(&self.path, MOST_KEPT).map_err(unread)?;
        Ok(Contents {
            bytes,
            mode: about.mode() & 0o7777,
            owner: (about.uid(), about.gid()),
            written: about.modified().ok().and_then(|time| Timestamp::try_from(time).ok()),
            names: about.nlink(),
        })
    }
}
