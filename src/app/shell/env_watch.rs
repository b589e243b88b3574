//! Sees when the stack's `.env` is not what it was, and tells it once: what it held last is kept on this machine, so
//! that a change is seen too that was made while no console was open. Values are kept as keyed fingerprints.

use crate::env::format::FileFormat;
use crate::env::snapshot::{Keys, keys_of};
use crate::env::watch::{Attribution, Session, event, present};
use crate::guard::{Fingerprinter, line};
use crate::probes::files::read_regular;
use crate::timeline::OwnEvent;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use std::fs::{File, Metadata, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

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
    format: FileFormat,
    fingerprinter: Fingerprinter,
    /// Whether what was seen may be kept.
    keeps: bool,
    /// What was seen last, where it may not be kept.
    seen: Option<Keys>,
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

impl EnvWatch {
    /// Over this file; `memory` is where what it held is kept. Without `keeps` nothing is written.
    pub fn new(file: PathBuf, format: FileFormat, memory: PathBuf, fingerprinter: Fingerprinter, keeps: bool) -> Self {
        Self { file, memory, format, fingerprinter, keeps, seen: None }
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What changed since anybody on this machine last looked, without taking it as seen: it may not come to be recorded.
    /// Only for who holds the lock of a sync; everyone else takes [`EnvWatch::look_beside_syncs`]. Blocks.
    pub fn peek(&self) -> Option<OwnEvent> {
        let (keys, about) = self.read()?;
        self.told(&self.recall()?, &keys, &about)
    }

    /// Looks at the file, and tells what changed since anybody on this machine last looked. A file that can't be read, or
    /// that Compose refuses, is told by the comparison of the layers, not here. What a sync writes is not told as somebody's edit, nor half a write as a whole
    /// one: then it is too early. Blocks.
    pub fn look_beside_syncs(&mut self) -> Result<Option<OwnEvent>, TooEarly> {
        self.look_unless(|file, about| is_young(about) || is_locked(file))
    }

    /// The file is read before it is asked whether a sync is at work: one that had written what was read and is no
    /// longer at work has also said what it wrote.
    fn look_unless(&mut self, early: impl Fn(&Path, &Metadata) -> bool) -> Result<Option<OwnEvent>, TooEarly> {
        let Some((keys, about)) = self.read() else { return Ok(None) };
        let kept = self.recall();
        // The first look has nothing to compare with: it takes what is there, and loses no change by waiting.
        let is_first = kept.is_none() && self.seen.is_none();
        if !is_first && early(&self.file, &about) {
            return Err(TooEarly);
        }
        if kept.as_ref() == Some(&keys) || self.seen.as_ref() == Some(&keys) {
            self.seen = self.seen.as_ref().map(|_| keys);
            return Ok(None);
        }
        let told = self.seen.take().or(kept).and_then(|before| self.told(&before, &keys, &about));
        self.keep(&keys);
        self.seen = (!self.keeps).then_some(keys);
        Ok(told)
    }

    fn told(&self, before: &Keys, keys: &Keys, about: &Metadata) -> Option<OwnEvent> {
        if before == keys {
            return None;
        }
        let written = Timestamp::try_from(about.modified().ok()?).ok()?;
        let sessions = sessions().map(|sessions| present(sessions, written));
        let by = Attribution { owner: name_of(about.uid()), sessions };
        let name = self.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        event(&name, before, keys, written, &by)
    }

    fn read(&self) -> Option<(Keys, Metadata)> {
        let read = read_regular(&self.file, LIMIT).ok()?;
        Some((keys_of(self.format, &read.bytes, &self.fingerprinter).ok()?, read.about))
    }

    /// Takes the file as it stands for seen: a sync tells its own change.
    pub fn take_as_seen(&self) {
        if let Some((keys, _)) = self.read() {
            self.keep(&keys);
        }
    }

    fn recall(&self) -> Option<Keys> {
        let read = read_regular(&self.memory, LIMIT).ok()?;
        serde_json::from_slice::<Memory>(&read.bytes).ok().map(|memory| memory.keys)
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

/// Whether a file was written a moment ago. One from the future is not waited for: its clock may never come.
fn is_young(about: &Metadata) -> bool {
    let written = about.modified().ok().and_then(|written| Timestamp::try_from(written).ok());
    written.is_some_and(|written| (SignedDuration::ZERO..SETTLES).contains(&Timestamp::now().duration_since(written)))
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
        let fingerprinter = Fingerprinter::new(&Secret::new("key of a test"));
        EnvWatch::new(folder.join(".env"), FileFormat::Dotenv, folder.join("memory.env.json"), fingerprinter, true)
    }

    fn look(watch: &mut EnvWatch) -> Option<OwnEvent> {
        watch.look_unless(|_, _| false).unwrap_or_default()
    }

    #[test]
    fn what_was_peeked_at_is_told_again_until_it_was_taken_as_seen() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| std::fs::write(folder.path().join(".env"), text).unwrap();
        write("A=1\n");
        assert_eq!(watch(folder.path()).peek(), None, "there is nothing to compare with");
        assert_eq!(look(&mut watch(folder.path())), None);
        write("A=2\n");
        let peeked = watch(folder.path()).peek();
        assert!(peeked.is_some());
        assert_eq!(watch(folder.path()).peek(), peeked);
        assert_eq!(look(&mut watch(folder.path())), peeked);
        assert_eq!(watch(folder.path()).peek(), None);
    }

    #[test]
    fn a_change_is_told_once_and_also_after_the_console_was_closed() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| std::fs::write(folder.path().join(".env"), text).unwrap();
        write("S3=invented-value\nA=1\n");
        assert_eq!(look(&mut watch(folder.path())), None, "the first look has nothing to compare with");
        write("A=1\n");
        let told = look(&mut watch(folder.path())).unwrap();
        assert!(told.summary.contains("lost S3"), "{}", told.summary);
        assert_eq!(look(&mut watch(folder.path())), None);
        let memory = std::fs::read_to_string(folder.path().join("memory.env.json")).unwrap();
        assert!(!memory.contains("invented-value"));
    }

    #[test]
    fn what_a_sync_wrote_and_what_compose_refuses_are_not_told() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| std::fs::write(folder.path().join(".env"), text).unwrap();
        write("A=1\n");
        assert_eq!(look(&mut watch(folder.path())), None);
        write("A=2\n");
        watch(folder.path()).take_as_seen();
        assert_eq!(look(&mut watch(folder.path())), None);
        write("A='2\n");
        assert_eq!(look(&mut watch(folder.path())), None);
        write("A=3\n");
        assert!(look(&mut watch(folder.path())).is_some());
    }

    #[test]
    fn who_may_keep_nothing_tells_each_change_once_too() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| std::fs::write(folder.path().join(".env"), text).unwrap();
        let fingerprinter = Fingerprinter::new(&Secret::new("key of a test"));
        let memory = folder.path().join("memory.env.json");
        let mut reader =
            EnvWatch::new(folder.path().join(".env"), FileFormat::Dotenv, memory.clone(), fingerprinter, false);
        write("A=1\n");
        assert_eq!(look(&mut reader), None);
        for text in ["A=2\n", "A=1\n"] {
            write(text);
            assert!(look(&mut reader).is_some(), "{text}");
            assert_eq!(look(&mut reader), None, "{text}");
        }
        assert!(!memory.exists());
    }

    /// Writes the file as if that had been a while ago.
    fn write_earlier(folder: &Path, text: &str) {
        let mut file = File::create(folder.join(".env")).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.set_modified(std::time::SystemTime::now() - Duration::from_secs(5)).unwrap();
    }

    #[test]
    fn while_a_sync_is_at_work_nothing_is_told_and_afterwards_it_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        write_earlier(folder.path(), "A=1\n");
        let mut watch = watch(folder.path());
        assert_eq!(watch.look_beside_syncs(), Ok(None));
        let lock = File::open(folder.path()).unwrap();
        flock(&lock, FlockOperation::LockExclusive).unwrap();
        write_earlier(folder.path(), "A=2\n");
        assert_eq!(watch.look_beside_syncs(), Err(TooEarly));
        watch.take_as_seen();
        drop(lock);
        assert_eq!(watch.look_beside_syncs(), Ok(None));
        write_earlier(folder.path(), "A=3\n");
        assert!(watch.look_beside_syncs().unwrap().is_some());
    }

    #[test]
    fn half_a_write_is_not_told_as_a_loss() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "A=1\nB=2\n").unwrap();
        let mut watch = watch(folder.path());
        assert_eq!(watch.look_beside_syncs(), Ok(None), "the first look takes what is there");
        // Emptied, as by who writes it in place, and not written yet.
        File::create(folder.path().join(".env")).unwrap();
        assert_eq!(watch.look_beside_syncs(), Err(TooEarly));
        write_earlier(folder.path(), "A=1\nB=3\n");
        let told = watch.look_beside_syncs().unwrap().unwrap();
        assert!(told.summary.contains("changed B") && !told.summary.contains("lost"), "{}", told.summary);
    }

    #[test]
    fn a_line_of_who_is_a_session() {
        let told = session("mira     pts/0        2026-02-04 08:20 (192.0.2.7)").unwrap();
        assert_eq!((told.user.as_str(), told.from.as_deref()), ("mira", Some("192.0.2.7")));
        assert!(told.since.is_some());
        assert_eq!(session("").map(|session| session.user), None);
    }
}
