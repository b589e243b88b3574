//! Sees when the stack's `.env` is not what it was, and tells it once: what it held last is kept on this machine, so
//! that a change is seen too that was made while no console was open. Values are kept as keyed fingerprints.

use crate::env::snapshot::{Keys, keys_of};
use crate::env::watch::{Attribution, Session, event, present};
use crate::guard::{Fingerprinter, line};
use crate::timeline::OwnEvent;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The most that is read of the file, in bytes.
const LIMIT: u64 = 8 * 1024 * 1024;

/// What the file held when it was last looked at.
#[derive(Debug, Serialize, Deserialize)]
struct Memory {
    keys: Keys,
}

/// Watches one file.
#[derive(Clone, Debug)]
pub struct EnvWatch {
    file: PathBuf,
    memory: PathBuf,
    fingerprinter: Fingerprinter,
    /// Whether what was seen may be kept.
    keeps: bool,
    /// What was seen last, where it may not be kept.
    seen: Option<Keys>,
}

/// A sync is at work on the file: it tells its own change, so this is not the time to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncAtWork;

impl EnvWatch {
    /// Over this file; `memory` is where what it held is kept. Without `keeps` nothing is written.
    pub fn new(file: PathBuf, memory: PathBuf, fingerprinter: Fingerprinter, keeps: bool) -> Self {
        Self { file, memory, fingerprinter, keeps, seen: None }
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Looks at the file, and tells what changed since anybody on this machine last looked. A file that can't be
    /// read, or that Compose refuses, is told by the comparison of the layers, not here. Only for who holds the lock
    /// of a sync; everyone else takes [`EnvWatch::look_beside_syncs`]. Blocks.
    pub fn look(&mut self) -> Option<OwnEvent> {
        self.look_unless(|_| false).unwrap_or_default()
    }

    /// The same, unless a sync is at work: what it has written is not told as somebody's edit. Blocks.
    pub fn look_beside_syncs(&mut self) -> Result<Option<OwnEvent>, SyncAtWork> {
        self.look_unless(is_locked)
    }

    /// The file is read before it is asked whether a sync is at work: one that had written what was read and is no
    /// longer at work has also said what it wrote.
    fn look_unless(&mut self, at_work: impl Fn(&Path) -> bool) -> Result<Option<OwnEvent>, SyncAtWork> {
        let Some((keys, about)) = self.read() else { return Ok(None) };
        if at_work(&self.file) {
            return Err(SyncAtWork);
        }
        let kept = self.recall();
        if kept.as_ref() == Some(&keys) || self.seen.as_ref() == Some(&keys) {
            self.seen = self.seen.as_ref().map(|_| keys);
            return Ok(None);
        }
        let told = self.seen.take().or(kept).and_then(|before| {
            let written = Timestamp::try_from(about.modified().ok()?).ok()?;
            let sessions = sessions().map(|sessions| present(sessions, written));
            let by = Attribution { owner: name_of(about.uid()), sessions };
            let name = self.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            event(&name, &before, &keys, written, &by)
        });
        self.keep(&keys);
        self.seen = (!self.keeps).then_some(keys);
        Ok(told)
    }

    fn read(&self) -> Option<(Keys, Metadata)> {
        let file = File::open(&self.file).ok()?;
        let about = file.metadata().ok()?;
        let mut bytes = zeroize::Zeroizing::new(Vec::new());
        file.take(LIMIT).read_to_end(&mut bytes).ok()?;
        Some((keys_of(&bytes, &self.fingerprinter).ok()?, about))
    }

    /// Takes the file as it stands for seen: a sync tells its own change.
    pub fn take_as_seen(&self) {
        let bytes = std::fs::read(&self.file).map(zeroize::Zeroizing::new).ok();
        if let Some(keys) = bytes.and_then(|bytes| keys_of(&bytes, &self.fingerprinter).ok()) {
            self.keep(&keys);
        }
    }

    fn recall(&self) -> Option<Keys> {
        let mut text = String::new();
        File::open(&self.memory).ok()?.take(LIMIT).read_to_string(&mut text).ok()?;
        serde_json::from_str::<Memory>(&text).ok().map(|memory| memory.keys)
    }

    /// Written beside and moved into place, so that no half of it is ever read.
    fn keep(&self, keys: &Keys) {
        let write = || -> std::io::Result<()> {
            let new = self.memory.with_extension(format!("new.{}", std::process::id()));
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(serde_json::to_string(&Memory { keys: keys.clone() })?.as_bytes())?;
            std::fs::rename(new, &self.memory)
        };
        if self.keeps
            && let Err(error) = write()
        {
            tracing::warn!(%error, "what .env held can't be kept; a later change may be told twice");
        }
    }
}

/// Whether a sync holds the lock of the file's folder.
fn is_locked(file: &Path) -> bool {
    let real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let Some(folder) = real.parent().and_then(|folder| File::open(folder).ok()) else { return false };
    flock(&folder, FlockOperation::NonBlockingLockShared) == Err(rustix::io::Errno::WOULDBLOCK)
}

/// The name of an account, or its number.
fn name_of(uid: u32) -> String {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let fields = passwd.lines().map(|account| account.split(':').collect::<Vec<_>>());
    let found = fields.into_iter().find(|fields| fields.get(2) == Some(&uid.to_string().as_str()));
    found.map_or_else(|| format!("uid {uid}"), |fields| line(fields[0]).into_owned())
}

/// Who is logged in, as `who` says it; `None` where that can't be asked.
fn sessions() -> Option<Vec<Session>> {
    let who = Command::new("who").env("LC_ALL", "C").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&who.stdout).into_owned();
    who.status.success().then(|| text.lines().filter_map(session).collect())
}

/// `mira     pts/0        2026-02-04 08:20 (192.0.2.7)`.
fn session(text: &str) -> Option<Session> {
    let mut words = text.split_whitespace();
    let user = line(words.next()?).into_owned();
    let (_terminal, date, time) = (words.next()?, words.next()?, words.next()?);
    let since = format!("{date}T{time}").parse::<jiff::civil::DateTime>().ok();
    let since = since.and_then(|since| TimeZone::system().to_timestamp(since).ok());
    let from = words.next().map(|from| line(from.trim_matches(['(', ')'])).into_owned());
    Some(Session { user, since, from })
}

/// Where the memory of a stack is, beside its database.
pub fn env_memory(database: &Path) -> PathBuf {
    database.with_extension("env.json")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::guard::Secret;

    fn watch(folder: &Path) -> EnvWatch {
        let fingerprinter = Fingerprinter::new(Secret::new("key of a test"));
        EnvWatch::new(folder.join(".env"), folder.join("memory.env.json"), fingerprinter, true)
    }

    #[test]
    fn a_change_is_told_once_and_also_after_the_console_was_closed() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| std::fs::write(folder.path().join(".env"), text).unwrap();
        write("S3=invented-value\nA=1\n");
        assert_eq!(watch(folder.path()).look(), None, "the first look has nothing to compare with");
        write("A=1\n");
        let told = watch(folder.path()).look().unwrap();
        assert!(told.summary.contains("lost S3"), "{}", told.summary);
        assert_eq!(watch(folder.path()).look(), None);
        let memory = std::fs::read_to_string(folder.path().join("memory.env.json")).unwrap();
        assert!(!memory.contains("invented-value"));
    }

    #[test]
    fn what_a_sync_wrote_and_what_compose_refuses_are_not_told() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| std::fs::write(folder.path().join(".env"), text).unwrap();
        write("A=1\n");
        assert_eq!(watch(folder.path()).look(), None);
        write("A=2\n");
        watch(folder.path()).take_as_seen();
        assert_eq!(watch(folder.path()).look(), None);
        write("A='2\n");
        assert_eq!(watch(folder.path()).look(), None);
        write("A=3\n");
        assert!(watch(folder.path()).look().is_some());
    }

    #[test]
    fn who_may_keep_nothing_tells_each_change_once_too() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| std::fs::write(folder.path().join(".env"), text).unwrap();
        let fingerprinter = Fingerprinter::new(Secret::new("key of a test"));
        let memory = folder.path().join("memory.env.json");
        let mut reader = EnvWatch::new(folder.path().join(".env"), memory.clone(), fingerprinter, false);
        write("A=1\n");
        assert_eq!(reader.look(), None);
        for text in ["A=2\n", "A=1\n"] {
            write(text);
            assert!(reader.look().is_some(), "{text}");
            assert_eq!(reader.look(), None, "{text}");
        }
        assert!(!memory.exists());
    }

    #[test]
    fn while_a_sync_is_at_work_nothing_is_told_and_afterwards_it_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| std::fs::write(folder.path().join(".env"), text).unwrap();
        write("A=1\n");
        let mut watch = watch(folder.path());
        assert_eq!(watch.look_beside_syncs(), Ok(None));
        let lock = File::open(folder.path()).unwrap();
        flock(&lock, FlockOperation::LockExclusive).unwrap();
        write("A=2\n");
        assert_eq!(watch.look_beside_syncs(), Err(SyncAtWork));
        watch.take_as_seen();
        drop(lock);
        assert_eq!(watch.look_beside_syncs(), Ok(None));
        write("A=3\n");
        assert!(watch.look_beside_syncs().unwrap().is_some());
    }

    #[test]
    fn a_line_of_who_is_a_session() {
        let told = session("mira     pts/0        2026-02-04 08:20 (192.0.2.7)").unwrap();
        assert_eq!((told.user.as_str(), told.from.as_deref()), ("mira", Some("192.0.2.7")));
        assert!(told.since.is_some());
        assert_eq!(session("").map(|session| session.user), None);
    }
}
