//! Sees when the stack's `.env` is not what it was, and tells it once: what it held last is kept on this machine, so
//! that a change is seen too that was made while no console was open. Values are kept as keyed fingerprints.

use super::who;
use crate::env::format::FileFormat;
use crate::env::snapshot::keys_of;
use crate::env::watch::{Attribution, Memory, Seen, State, Without, told};
use crate::guard::{Fingerprint, Fingerprinter};
use crate::probes::files::{FileTrouble, read_regular};
use crate::probes::notes;
use crate::timeline::OwnEvent;
use jiff::{SignedDuration, Timestamp};
use rustix::fs::{FlockOperation, flock};
use std::fs::{File, Metadata, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The most that is read of the file, in bytes.
const LIMIT: u64 = 8 * 1024 * 1024;

/// How many notes of syncs are looked at for one that made the file what it is, the newest first.
const NOTES: usize = 8;

/// Watches one file.
#[derive(Clone, Debug)]
pub struct EnvWatch {
    file: PathBuf,
    format: FileFormat,
    memory: PathBuf,
    fingerprinter: Fingerprinter,
    /// Whether what was seen may be kept.
    keeps: bool,
    /// What was seen last, where it may not be kept.
    seen: Option<Memory>,
    /// Whether the file was not there at the last look.
    was_gone: bool,
    /// Who was seen when a change was noticed that it was too early to tell: a command may be gone a moment later.
    noticed: Option<Attribution>,
}

/// Not the time to look: a sync is at work, which tells its own change, or the file was written a moment ago and may
/// be half of what it is going to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooEarly;

impl TooEarly {
    /// When to look again.
    pub const AGAIN: Duration = Duration::from_millis(500);
}

/// For how long a file that was just written is left alone. Who writes it in place empties it first: seen then, it
/// would have lost everything.
const SETTLES: SignedDuration = SignedDuration::from_millis(300);

/// What a look found.
struct Look {
    state: State,
    /// When it became so, as far as the file system tells.
    written: Timestamp,
    owner: Option<u32>,
    /// The keyed fingerprint of the whole file.
    whole: Option<Fingerprint>,
}

impl EnvWatch {
    /// Over this file; `memory` is where what it held is kept. Without `keeps` nothing is written.
    pub fn new(file: PathBuf, format: FileFormat, memory: PathBuf, fingerprinter: Fingerprinter, keeps: bool) -> Self {
        Self { file, format, memory, fingerprinter, keeps, seen: None, was_gone: false, noticed: None }
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What changed since anybody on this machine last looked, without taking it as seen: it may not come to be recorded.
    /// Only for who holds the lock of a sync; everyone else takes [`EnvWatch::look_beside_syncs`]. Blocks.
    pub fn peek(&self) -> Vec<OwnEvent> {
        let Some(before) = self.recall() else { return Vec::new() };
        self.told(&before, &self.read(), None)
    }

    /// Looks at the file, and tells what changed since anybody on this machine last looked, also that it is gone or can't
    /// be read any more. What a sync writes is not told as somebody's edit, nor half a write as a whole one, nor a file
    /// that is being replaced as one that is gone: then it is too early. Blocks.
    pub fn look_beside_syncs(&mut self) -> Result<Vec<OwnEvent>, TooEarly> {
        self.look_unless(|file, look| is_young(look) || is_locked(file))
    }

    /// The file is read before it is asked whether a sync is at work: one that had written what was read and is no
    /// longer at work has also said what it wrote.
    fn look_unless(&mut self, early: impl Fn(&Path, &Look) -> bool) -> Result<Vec<OwnEvent>, TooEarly> {
        let look = self.read();
        let is_gone = look.state == State::Without(Without::Removed);
        // An editor may take the file away for a moment before it puts the new one there.
        let may_come_back = is_gone && !std::mem::replace(&mut self.was_gone, is_gone);
        // The first look has nothing to compare with: it takes what is there, and loses no change by waiting.
        let Some(before) = self.seen.clone().or_else(|| self.recall()) else {
            self.remember(Memory::default().after(&look.state));
            return Ok(Vec::new());
        };
        let after = before.after(&look.state);
        if (may_come_back && after != before) || early(&self.file, &look) {
            if after != before && self.noticed.is_none() {
                self.noticed = Some(who::seen(&self.file, look.owner));
            }
            return Err(TooEarly);
        }
        let noticed = self.noticed.take();
        if after == before {
            return Ok(Vec::new());
        }
        let told = self.told(&before, &look, noticed);
        self.remember(after);
        Ok(told)
    }

    /// What is to be told; of who was there, what was noticed before, if it was.
    fn told(&self, before: &Memory, look: &Look, noticed: Option<Attribution>) -> Vec<OwnEvent> {
        if before.after(&look.state) == *before {
            return Vec::new();
        }
        let by = match noticed {
            Some(noticed) => Attribution { owner: look.owner.map(who::name), ..noticed },
            None => who::seen(&self.file, look.owner),
        };
        let by = by.at(look.written);
        let name = self.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // What a sync left that made the file this: who killed it, or whose store was away, has it not recorded.
        let made_it = |whole: &Fingerprint| notes::beside(&self.file, NOTES).find(|note| note.result == *whole);
        let note = look.whole.as_ref().and_then(made_it);
        let seen = Seen { file: &name, state: &look.state, written: look.written, by: &by };
        told(before, &seen, note.as_ref(), &self.fingerprinter)
    }

    fn read(&self) -> Look {
        let without = |why, about: Option<Metadata>, when: fn(&Metadata) -> Option<Timestamp>| Look {
            state: State::Without(why),
            written: about.as_ref().and_then(when).unwrap_or_else(Timestamp::now),
            owner: about.map(|about| about.uid()),
            whole: None,
        };
        match read_regular(&self.file, LIMIT) {
            Ok(read) => {
                let state = match keys_of(self.format, &read.bytes, &self.fingerprinter) {
                    Ok(keys) => State::Keys(keys),
                    Err(refused) => State::Without(Without::Refused { line: refused.line() }),
                };
                Look {
                    state,
                    written: modified(&read.about).unwrap_or_else(Timestamp::now),
                    owner: Some(read.about.uid()),
                    whole: Some(self.fingerprinter.of(&read.bytes)),
                }
            }
            // Its folder was written to when it went, or later.
            Err(FileTrouble::Missing) => {
                let folder = self.file.parent().filter(|folder| !folder.as_os_str().is_empty());
                let about = folder.unwrap_or(Path::new(".")).metadata().ok();
                Look { owner: None, ..without(Without::Removed, about, modified) }
            }
            Err(FileTrouble::TooLarge(_)) => without(Without::TooLarge, self.file.metadata().ok(), modified),
            // It may be as it was, and only its mode another.
            Err(trouble) => {
                without(Without::Unread { why: trouble.to_string() }, self.file.metadata().ok(), status_changed)
            }
        }
    }

    /// Takes the file as it stands for seen: a sync tells its own change.
    pub fn take_as_seen(&self) {
        let state = self.read().state;
        self.keep(&self.recall().unwrap_or_default().after(&state));
    }

    /// Takes the file as it stands for what the next look compares with, where nobody has looked yet: a sync that is
    /// killed is told only against what was there before.
    pub fn begin(&self) {
        if self.recall().is_none() {
            self.take_as_seen();
        }
    }

    fn remember(&mut self, memory: Memory) {
        self.keep(&memory);
        self.seen = (!self.keeps).then_some(memory);
    }

    fn recall(&self) -> Option<Memory> {
        let read = read_regular(&self.memory, LIMIT).ok()?;
        serde_json::from_slice(&read.bytes).ok()
    }

    /// Written beside and moved into place, so that no half of it is ever read.
    fn keep(&self, memory: &Memory) {
        let write = || -> std::io::Result<()> {
            let new = self.memory.with_extension(format!("new.{}", std::process::id()));
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(serde_json::to_string(memory)?.as_bytes())?;
            std::fs::rename(new, &self.memory)
        };
        if self.keeps
            && let Err(error) = write()
        {
            tracing::warn!(%error, "what .env held can't be kept; a later change may be told twice");
        }
    }
}

fn modified(about: &Metadata) -> Option<Timestamp> {
    Timestamp::try_from(about.modified().ok()?).ok()
}

fn status_changed(about: &Metadata) -> Option<Timestamp> {
    Timestamp::new(about.ctime(), about.ctime_nsec() as i32).ok()
}

/// Whether it was written a moment ago. One from the future is not waited for: its clock may never come. Of a file that
/// is gone only its folder tells, and that is written to for other reasons as well.
fn is_young(look: &Look) -> bool {
    let age = Timestamp::now().duration_since(look.written);
    look.state != State::Without(Without::Removed) && (SignedDuration::ZERO..SETTLES).contains(&age)
}

/// Whether a sync holds the lock of the file's folder.
fn is_locked(file: &Path) -> bool {
    let real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let Some(folder) = real.parent().and_then(|folder| File::open(folder).ok()) else { return false };
    flock(&folder, FlockOperation::NonBlockingLockShared) == Err(rustix::io::Errno::WOULDBLOCK)
}

/// Where the memory of a stack is, beside its database.
pub fn env_memory(database: &Path) -> PathBuf {
    database.with_extension("env.json")
}

#[cfg(test)]
#[path = "env_watch_tests.rs"]
mod tests;
