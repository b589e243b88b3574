//! `SQLite`: the embedded store, one file per stack.
//!
//! WAL, so that a reader never waits for a writer; `synchronous=FULL`, because what was shown as recorded
//! must still be there after a power cut (NORMAL may lose the last commits in WAL), and a console writes a
//! few rows a minute.

mod batch;
mod hours;
mod open;
mod presence;
mod read;
mod retention;
mod schema;
mod segment;
mod stored;
mod tail;
mod watch;
mod write;
mod writer;

pub(super) use open::make;
pub use segment::SqliteSegments;

use super::chain::Head;
use super::changes::Changes;
use super::deadline::{self, in_time};
use super::sqlx_error::from_sqlx;
use super::verify::Ledger;
use super::{Access, Known, Outcome, Place, Since, Store, StoreError, Tail, limits};
use crate::review::Recorded;
use crate::timeline::filter::Pushed;
use crate::timeline::{Bin, Entry, Grid, NewOperation, Operation, OwnEvent};
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use writer::Writer;

/// A store in a file.
#[derive(Debug)]
pub struct SqliteStore {
    pool: SqlitePool,
    options: SqliteConnectOptions,
    access: Access,
    writer: Writer,
    changes: Arc<Changes>,
    /// Rings when somebody comes, moves or goes.
    moves: Arc<Changes>,
    watcher: OnceLock<deadline::Task>,
}

impl SqliteStore {
    /// Opens the file. With [`Access::ReadWrite`] what is missing is made: the folder (0700), the file
    /// (0600), the tables. With [`Access::ReadOnly`] nothing is made, and the connection can't write.
    pub async fn open(path: &Path, access: Access) -> Result<Self, StoreError> {
        let options = open::options(path, access).await?;
        let pool = open::pool(&options);
        in_time(open::ready(&pool, access)).await?;
        Ok(Self {
            pool,
            writer: Writer::new(options.clone()),
            options,
            access,
            changes: Arc::new(Changes::new()),
            moves: Arc::new(Changes::new()),
            watcher: OnceLock::new(),
        })
    }

    /// The heads of the chains.
    pub async fn heads(&self) -> Result<Vec<Head>, StoreError> {
        in_time(async {
            let mut connection = self.pool.acquire().await.map_err(from_sqlx)?;
            read::heads(&mut connection).await
        })
        .await
    }

    /// Every review record and head, of one moment.
    pub(super) async fn ledger(&self) -> Result<Ledger, StoreError> {
        in_time(async {
            let mut connection = self.pool.acquire().await.map_err(from_sqlx)?;
            read::ledger(&mut connection).await
        })
        .await
    }

    /// Puts in rows that have a time already, all or none: what a stack's timeline starts with. A row that
    /// is there stays as it is.
    pub async fn import(&self, rows: &[Operation]) -> Result<(), StoreError> {
        self.may_write()?;
        rows.iter().try_for_each(|row| limits::operation(&row.row))?;
        in_time(async {
            let mut turn = self.writer.turn().await?;
            write::import(turn.connection(), rows).await?;
            turn.give_back();
            Ok(())
        })
        .await?;
        self.changes.ring();
        Ok(())
    }

    /// A connection of its own for sealing and checking.
    pub(super) async fn segments(&self) -> Result<SqliteSegments, StoreError> {
        in_time(async {
            // Archives are attached to it: it never goes back to the others, nor do they wait for it to close.
            let connection = self.pool.acquire().await.map_err(from_sqlx)?.detach();
            SqliteSegments::new(connection, self.options.get_filename()).await
        })
        .await
    }

    /// Closes the file's connections; what was recorded was on the disk before.
    pub async fn close(&self) {
        self.writer.close().await;
        self.pool.close().await;
    }

    /// Begins to watch, once.
    fn watch(&self) {
        let watch = || {
            let (changes, moves) = (Arc::downgrade(&self.changes), Arc::downgrade(&self.moves));
            deadline::Task::spawn(watch::watch(self.options.clone(), changes, moves))
        };
        self.watcher.get_or_init(watch);
    }

    fn may_write(&self) -> Result<(), StoreError> {
        match self.access {
            Access::ReadWrite => Ok(()),
            Access::ReadOnly => Err(StoreError::ReadOnly("it was opened read-only".to_owned())),
        }
    }
}

impl Store for SqliteStore {
    async fn append(&self, row: &NewOperation) -> Result<(), StoreError> {
        self.may_write()?;
        limits::operation(row)?;
        in_time(async {
            let mut turn = self.writer.turn().await?;
            write::append(turn.connection(), row).await?;
            turn.give_back();
            Ok(())
        })
        .await?;
        self.changes.ring();
        Ok(())
    }

    async fn append_own(&self, event: &OwnEvent) -> Result<(), StoreError> {
        self.may_write()?;
        limits::own(event)?;
        in_time(async {
            let mut turn = self.writer.turn().await?;
            write::append_own(turn.connection(), event).await?;
            turn.give_back();
            Ok(())
        })
        .await?;
        self.changes.ring();
        Ok(())
    }

    async fn record(&self, outcome: &Outcome) -> Result<Recorded, StoreError> {
        self.may_write()?;
        limits::outcome(outcome)?;
        let recorded = in_time(async {
            let mut turn = self.writer.turn().await?;
            let recorded = write::record(turn.connection(), outcome).await?;
            turn.give_back();
            Ok(recorded)
        })
        .await?;
        self.changes.ring();
        Ok(recorded)
    }

    async fn page_from(&self, place: Place<'_>, limit: u32, pushed: &Pushed) -> Result<Vec<Entry>, StoreError> {
        in_time(async {
            let mut connection = self.pool.acquire().await.map_err(from_sqlx)?;
            read::page(&mut connection, place, limit.min(limits::MAX_PAGE), pushed).await
        })
        .await
    }

    async fn tail(&self, since: Option<&Since>, most: u32, pushed: &Pushed) -> Result<Tail, StoreError> {
        in_time(async {
            let mut connection = self.pool.acquire().await.map_err(from_sqlx)?;
            tail::read(&mut connection, since, most.min(limits::MAX_PAGE), pushed).await
        })
        .await
    }

    async fn count(&self, grid: &Grid, pushed: &Pushed) -> Result<Vec<Bin>, StoreError> {
        limits::grid(grid)?;
        in_time(async {
            let mut connection = self.pool.acquire().await.map_err(from_sqlx)?;
            read::count(&mut connection, grid, pushed).await
        })
        .await
    }

    async fn probe_history(&self, limit: u32) -> Result<Vec<OwnEvent>, StoreError> {
        in_time(async {
            let mut connection = self.pool.acquire().await.map_err(from_sqlx)?;
            read::probe_history(&mut connection, limit.min(limits::MAX_PAGE)).await
        })
        .await
    }

    async fn annotations(&self, rows: &[String]) -> Result<Vec<OwnEvent>, StoreError> {
        in_time(async {
            let mut connection = self.pool.acquire().await.map_err(from_sqlx)?;
            read::annotations(&mut connection, rows).await
        })
        .await
    }

    async fn reviews(&self) -> Result<Vec<Recorded>, StoreError> {
        in_time(async {
            let mut connection = self.pool.acquire().await.map_err(from_sqlx)?;
            read::reviews(&mut connection).await
        })
        .await
    }

    async fn reviews_since(&self, known: &Known) -> Result<Vec<Recorded>, StoreError> {
        in_time(async {
            let mut connection = self.pool.acquire().await.map_err(from_sqlx)?;
            read::reviews_since(&mut connection, known).await
        })
        .await
    }

    /// Another program's commit is seen within a second.
    async fn changed(&self) -> Result<(), StoreError> {
        self.watch();
        self.changes.wait().await
    }
}
