//! What is not recorded yet, on this machine: notes being typed, and outcomes that wait for a database that is
//! away. A small `SQLite` file (0600) of its own, so that it works when the store does not, and two consoles of
//! one person do not overwrite each other.
//!
//! The caller's duty: a text has passed the guard before it comes here. What is taken out is wiped from the
//! file (`secure_delete`), which is no substitute for that.
//!
//! An outcome stays queued until [`Drafts::done`]. Sending it twice is harmless: recording is idempotent by its
//! id. What is queued carries the identity it was opened with, never a live selection.

use super::deadline::{DEADLINE, ENGINE, in_time};
use super::sqlx_error::from_sqlx;
use super::{Outcome, StoreError, sqlite};
use crate::timeline::OwnEvent;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqlitePool};
use std::collections::BTreeMap;
use std::path::Path;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS draft (key TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS queued (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, outcome TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS waiting (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, event TEXT NOT NULL
    );";

const PUT_TEXT: &str =
    "INSERT INTO draft (key, text) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET text = excluded.text";

/// The local drafts and the queue of what is to be sent.
#[derive(Clone, Debug)]
pub struct Drafts {
    pool: SqlitePool,
}

impl Drafts {
    /// Opens the file; it and its folder are made for their owner alone where they are missing.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        sqlite::make(path).await?;
        // A rollback journal: with WAL a text that was taken back would stay in the log beside the file.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .busy_timeout(ENGINE)
            .journal_mode(SqliteJournalMode::Delete)
            .synchronous(SqliteSynchronous::Full)
            .pragma("secure_delete", "ON")
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(DEADLINE).connect_lazy_with(options);
        let drafts = Self { pool };
        in_time(async { sqlx::raw_sql(SCHEMA).execute(&drafts.pool).await.map(drop).map_err(from_sqlx) }).await?;
        Ok(drafts)
    }

    /// Keeps a text under a key (a review and its field); an empty text forgets it.
    pub async fn put_text(&self, key: &str, text: &str) -> Result<(), StoreError> {
        self.put_texts(&BTreeMap::from([(key.to_owned(), text.to_owned())])).await
    }

    /// Keeps several texts, all of them or none.
    pub async fn put_texts(&self, texts: &BTreeMap<String, String>) -> Result<(), StoreError> {
        in_time(async {
            let mut turn = self.pool.begin().await.map_err(from_sqlx)?;
            for (key, text) in texts {
                let put = if text.is_empty() {
                    sqlx::query("DELETE FROM draft WHERE key = $1").bind(key)
                } else {
                    sqlx::query(PUT_TEXT).bind(key).bind(text)
                };
                put.execute(&mut *turn).await.map_err(from_sqlx)?;
            }
            turn.commit().await.map_err(from_sqlx)
        })
        .await
    }

    /// The text under a key.
    pub async fn text(&self, key: &str) -> Result<Option<String>, StoreError> {
        let found = sqlx::query_scalar("SELECT text FROM draft WHERE key = $1").bind(key).fetch_optional(&self.pool);
        in_time(async { found.await.map_err(from_sqlx) }).await
    }

    /// Every text, by its key.
    pub async fn texts(&self) -> Result<Vec<(String, String)>, StoreError> {
        let found = sqlx::query_as("SELECT key, text FROM draft ORDER BY key").fetch_all(&self.pool);
        in_time(async { found.await.map_err(from_sqlx) }).await
    }

    /// Puts an outcome into the queue; the same id again changes nothing.
    pub async fn queue(&self, outcome: &Outcome) -> Result<(), StoreError> {
        let body = serde_json::to_string(outcome)
            .map_err(|_| StoreError::Refused("the outcome can't be written down".to_owned()))?;
        let queued = sqlx::query("INSERT INTO queued (id, outcome) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
            .bind(&outcome.event.id)
            .bind(body)
            .execute(&self.pool);
        in_time(async { queued.await.map(drop).map_err(from_sqlx) }).await
    }

    /// What is to be sent, in the order it was put in. One that can't be read is an error that names it: an
    /// outcome must not get lost silently.
    pub async fn queued(&self) -> Result<Vec<Outcome>, StoreError> {
        let rows = sqlx::query_as("SELECT id, outcome FROM queued ORDER BY place").fetch_all(&self.pool);
        let rows: Vec<(String, String)> = in_time(async { rows.await.map_err(from_sqlx) }).await?;
        rows.iter()
            .map(|(id, outcome)| {
                serde_json::from_str(outcome).map_err(|_| {
                    StoreError::Refused(format!("the queued outcome {id} is damaged, or a newer readback queued it"))
                })
            })
            .collect()
    }

    /// Keeps an event of the console's own that nobody will see a second time; the same id again changes nothing.
    pub async fn keep_event(&self, event: &OwnEvent) -> Result<(), StoreError> {
        let body = serde_json::to_string(event)
            .map_err(|_| StoreError::Refused("the event can't be written down".to_owned()))?;
        let kept = sqlx::query("INSERT INTO waiting (id, event) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
            .bind(&event.id)
            .bind(body)
            .execute(&self.pool);
        in_time(async { kept.await.map(drop).map_err(from_sqlx) }).await
    }

    /// The events that wait, in the order they were put in; one that can't be read is an error that names it.
    pub async fn waiting(&self) -> Result<Vec<OwnEvent>, StoreError> {
        let rows = sqlx::query_as("SELECT id, event FROM waiting ORDER BY place").fetch_all(&self.pool);
        let rows: Vec<(String, String)> = in_time(async { rows.await.map_err(from_sqlx) }).await?;
        rows.iter()
            .map(|(id, event)| {
                serde_json::from_str(event).map_err(|_| {
                    StoreError::Refused(format!("the kept event {id} is damaged, or a newer readback kept it"))
                })
            })
            .collect()
    }

    /// The event of this id was recorded, or never will be.
    pub async fn event_done(&self, id: &str) -> Result<(), StoreError> {
        let done = sqlx::query("DELETE FROM waiting WHERE id = $1").bind(id).execute(&self.pool);
        in_time(async { done.await.map(drop).map_err(from_sqlx) }).await
    }

    /// The outcome of this event id was recorded, or the reviewer gave it up.
    pub async fn done(&self, id: &str) -> Result<(), StoreError> {
        let done = sqlx::query("DELETE FROM queued WHERE id = $1").bind(id).execute(&self.pool);
        in_time(async { done.await.map(drop).map_err(from_sqlx) }).await
    }
}

#[cfg(test)]
#[path = "drafts_tests.rs"]
mod tests;
