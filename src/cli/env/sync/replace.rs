//! One file takes another's place: at every moment either the old file or the new one is there, whole. A killed sync
//! leaves at most a file with a name of its own behind, which the next one takes away.

use super::SyncFailure;
use super::target::{Contents, Target};
use crate::guard::Secret;
use crate::probes::fault;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

/// How the names of files start that are not the file yet.
const UNFINISHED: &str = ".readback-sync-";

/// Takes away what killed syncs left. Under the lock, nobody else is writing one.
pub(super) fn sweep(target: &Target) {
    let Ok(entries) = std::fs::read_dir(&target.folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// A backup holds secrets as they were, and stays: it is its owner's alone, however open the file is.
const MODE_OF_A_BACKUP: u32 = 0o600;

/// Writes a copy of the old file under this name, with the old file's owner and for nobody else.
pub(super) fn back_up(target: &Target, old: &Contents, name: &str) -> Result<PathBuf, SyncFailure> {
    let path = target.folder.join(name);
    let new = unfinished(target, "backup");
    let written = write(&new, &old.bytes, old.owner, MODE_OF_A_BACKUP);
    // A link does not replace what is there: a backup is never written over.
    let linked = written.and_then(|()| std::fs::hard_link(&new, &path));
    let _ = std::fs::remove_file(&new);
    linked
        .map_err(|error| SyncFailure::io(format!("the backup {name} can't be written; nothing was changed"), &error))?;
    sync_folder(target)?;
    fault::halt("sync:backed-up");
    Ok(path)
}

/// Writes the new file beside the old one; it takes its place with [`Ready::take_place`].
pub(super) fn prepare(target: &Target, old: &Contents, new: &Secret) -> Result<Ready, SyncFailure> {
    let path = unfinished(target, "new");
    let ready = Ready { path: path.clone() };
    write(&path, new.expose(), old.owner, old.mode).map_err(|error| {
        SyncFailure::io(format!("the new file can't be written beside {}; nothing was changed", target.shown()), &error)
    })?;
    fault::halt("sync:written");
    Ok(ready)
}

/// A new file that is not in its place yet; dropped, it goes.
pub(super) struct Ready {
    path: PathBuf,
}

impl Ready {
    /// Puts it in the place of the old file.
    pub(super) fn take_place(self, target: &Target) -> Result<(), SyncFailure> {
        std::fs::rename(&self.path, &target.path).map_err(|error| {
            SyncFailure::io(format!("{} can't be replaced; it is as it was", target.shown()), &error)
        })?;
        sync_folder(target)?;
        fault::halt("sync:renamed");
        Ok(())
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

fn unfinished(target: &Target, what: &str) -> PathBuf {
    target.folder.join(format!("{UNFINISHED}{what}.{}", std::process::id()))
}

/// Writes a file of its own, with this owner and mode; it is on the disk when this returns.
fn write(path: &Path, bytes: &[u8], owner: (u32, u32), mode: u32) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let written = file.write_all(bytes).and_then(|()| give(&file, owner, mode)).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = std::fs::remove_file(path);
    }
    written
}

/// The owner first: to give a file away takes bits of the mode off.
fn give(file: &File, (uid, gid): (u32, u32), mode: u32) -> std::io::Result<()> {
    fchown(file, Some(uid), Some(gid))?;
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

fn sync_folder(target: &Target) -> Result<(), SyncFailure> {
    let synced = File::open(&target.folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| SyncFailure::io(format!("the folder of {} can't be synced", target.shown()), &error))
}
