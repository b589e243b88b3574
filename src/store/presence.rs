//! Who is in a review. Nothing of it is a record: a row is written over, and taken out at the end.

use super::{AnyStore, MemoryStore, StoreError, limits};
use crate::review::{Attendance, MOST_PRESENT, PRESENT_FOR, Part, Presence, ReviewId};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

impl AnyStore {
    /// Says that this console is there; to be said again within [`PRESENT_FOR`]. A database without the table takes no
    /// notice.
    pub async fn attend(&self, console: &str, at: &Attendance) -> Result<(), StoreError> {
        limits::attendance(console, at)?;
        match self {
            Self::Sqlite(store) => store.attend(console, at).await,
            Self::Postgres(store) => store.attend(console, at).await,
            Self::Memory(store) => store.attend(console, at),
        }
    }

    /// Says that this console is there no more.
    pub async fn leave(&self, console: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.leave(console).await,
            Self::Postgres(store) => store.leave(console).await,
            Self::Memory(store) => store.leave(console),
        }
    }

    /// Who is there, in whichever review, by name: whoever said so within [`PRESENT_FOR`] by the database's clock.
    pub async fn present(&self) -> Result<Vec<Presence>, StoreError> {
        match self {
            Self::Sqlite(store) => store.present().await,
            Self::Postgres(store) => store.present().await,
            Self::Memory(store) => Ok(store.present()),
        }
    }

    /// Waits until somebody may have come, moved or gone since the last call; as [`super::Store::changed`] does for what
    /// is recorded.
    pub async fn moved(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.moved().await,
            Self::Postgres(store) => store.moved().await,
            Self::Memory(store) => store.moves.wait().await,
        }
    }
}

/// A row of `readback_presence`.
#[derive(sqlx::FromRow)]
pub(super) struct PresenceRow {
    console: String,
    actor: String,
    incident_id: String,
    review: String,
    at_check: Option<String>,
    part: String,
    seen_at: super::micros::Micros,
}

impl From<PresenceRow> for Presence {
    fn from(row: PresenceRow) -> Self {
        let at = Attendance {
            actor: row.actor,
            incident_id: row.incident_id,
            review: ReviewId(row.review),
            check: row.at_check,
            part: Part::from_word(&row.part),
        };
        Self { console: row.console, at, seen_at: row.seen_at.into() }
    }
}

/// From when on a row counts.
pub(super) fn counts_from(now: Timestamp) -> Timestamp {
    now.checked_sub(PRESENT_FOR).unwrap_or(Timestamp::MIN)
}

impl MemoryStore {
    fn attend(&self, console: &str, at: &Attendance) -> Result<(), StoreError> {
        self.may_write()?;
        let now = self.clock();
        let row = Presence { console: console.to_owned(), at: at.clone(), seen_at: now };
        let before = self.rows().insert(console.to_owned(), row);
        if !before.is_some_and(|before| before.at == *at && before.seen_at > counts_from(now)) {
            self.moves.ring();
        }
        Ok(())
    }

    fn leave(&self, console: &str) -> Result<(), StoreError> {
        self.may_write()?;
        if self.rows().remove(console).is_some() {
            self.moves.ring();
        }
        Ok(())
    }

    fn present(&self) -> Vec<Presence> {
        let from = counts_from(self.clock());
        let mut rows: Vec<_> = self.rows().values().filter(|row| row.seen_at > from).cloned().collect();
        rows.sort_by(|a, b| (&a.at.actor, &a.console).cmp(&(&b.at.actor, &b.console)));
        rows.truncate(MOST_PRESENT as usize);
        rows
    }

    /// A lock poisoned by a panic elsewhere still guards whole rows.
    fn rows(&self) -> MutexGuard<'_, BTreeMap<String, Presence>> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
