//! What became of the configuration's keys: the snapshots that the shell read, and the changes that stand in the log.

use crate::env::blame::{KeyBlame, RecordedChange, blame, by_last_step, recorded, with_recorded};
use crate::env::snapshot::{Dated, Snapshot};
use crate::timeline::Entry;

/// The past of the stack's `.env`.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The backups and the file as it stands, or why they can't be read; `None` before they were.
    read: Option<Result<Vec<Snapshot>, String>>,
    changes: Vec<RecordedChange>,
    /// Both, in order of time.
    pub snapshots: Vec<Snapshot>,
    /// The life of each key, by name.
    pub lives: Vec<KeyBlame>,
    /// The same, the one that changed last first. Sorted once: panes ask for it with each key press.
    pub latest: Vec<KeyBlame>,
    /// How many recorded changes do not fit the snapshots.
    pub misfits: usize,
}

impl Past {
    /// The backups were read, or not.
    pub(super) fn take(&mut self, read: Result<Vec<Snapshot>, String>, log: &[Entry]) {
        self.read = Some(read);
        self.changes = recorded(log, self.file());
        self.fold();
    }

    /// The log was read: what it tells of changes may be more than before.
    pub(super) fn heed(&mut self, log: &[Entry]) {
        let changes = recorded(log, self.file());
        if changes != self.changes {
            self.changes = changes;
            self.fold();
        }
    }

    fn fold(&mut self) {
        let snapshots = self.read.as_ref().and_then(|read| read.as_ref().ok()).map_or(&[][..], Vec::as_slice);
        (self.snapshots, self.misfits) = with_recorded(snapshots, &self.changes);
        self.lives = blame(&self.snapshots);
        self.latest = by_last_step(&self.lives).into_iter().cloned().collect();
    }

    /// The file's name.
    fn file(&self) -> &str {
        let snapshots = self.read.as_ref().and_then(|read| read.as_ref().ok());
        let now = snapshots.and_then(|all| all.iter().find(|snapshot| snapshot.dated == Dated::Now));
        now.map_or("", |now| now.label.as_str())
    }

    /// Why nothing is known, where that is so.
    pub fn why_unread(&self) -> Option<&str> {
        match &self.read {
            None => Some("the backups have not been read yet"),
            Some(Err(why)) => Some(why),
            Some(Ok(_)) => None,
        }
    }

    /// The life of a key.
    pub fn life(&self, key: &str) -> Option<&KeyBlame> {
        let at = self.lives.binary_search_by(|life| life.key.as_str().cmp(key)).ok()?;
        self.lives.get(at)
    }
}
