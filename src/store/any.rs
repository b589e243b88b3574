//! The store that the URL names.

use super::chain::Head;
use super::segments::SegmentDb;
use super::url::Target;
use super::verify::{self, Audit};
use super::{
    Access, Known, MemoryStore, Outcome, PgStore, Place, Since, SqliteStore, Store, StoreError, StoreUrl, Tail,
};
use crate::review::Recorded;
use crate::timeline::filter::Pushed;
use crate::timeline::{Bin, Entry, Grid, NewOperation, Operation, OwnEvent};

/// One of the engines.
#[derive(Debug)]
pub enum AnyStore {
    /// A file.
    Sqlite(Box<SqliteStore>),
    /// A server.
    Postgres(PgStore),
    /// Forgotten with the process.
    Memory(Box<MemoryStore>),
}

impl AnyStore {
    /// Opens the store. A file is opened, and its tables made or checked, at once. A server is contacted by
    /// the first call, so this never waits for a network: ask [`AnyStore::ready`] whether it is there.
    pub async fn open(url: &StoreUrl, access: Access) -> Result<Self, StoreError> {
        match &url.0 {
            Target::Sqlite(path) => SqliteStore::open(path, access).await.map(|store| Self::Sqlite(Box::new(store))),
            Target::Postgres(options) => Ok(Self::Postgres(PgStore::new(options, access))),
            Target::Memory => Ok(Self::Memory(Box::new(MemoryStore::new(access)))),
        }
    }

    /// Whether the store can be used now: contacts a server, makes or checks its tables. `Unavailable` may be
    /// asked again, as often as wanted; nothing has to be opened again.
    pub async fn ready(&self) -> Result<(), StoreError> {
        match self {
            Self::Postgres(store) => store.ready().await,
            Self::Sqlite(_) | Self::Memory(_) => Ok(()),
        }
    }

    /// Puts in rows that have a time already, all or none, where the store is this machine's own. A row that
    /// is there stays as it is. A server's log belongs to others too, so it refuses.
    pub async fn import(&self, rows: &[Operation]) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.import(rows).await,
            Self::Postgres(_) => {
                Err(StoreError::Refused("rows with a time of their own are not put into a server's log".to_owned()))
            }
            Self::Memory(store) => {
                rows.iter().cloned().map(Entry::Operation).for_each(|row| store.put(row));
                Ok(())
            }
        }
    }

    /// The heads of the review chains, for [`super::chain::verify_heads`]. Read them before the records: a chain
    /// only grows.
    pub async fn heads(&self) -> Result<Vec<Head>, StoreError> {
        match self {
            Self::Sqlite(store) => store.heads().await,
            Self::Postgres(store) => store.heads().await,
            Self::Memory(store) => Ok(store.heads()),
        }
    }

    /// Checks the chains of every incident, or of one: which records stand, and the first that does not hold.
    pub async fn audit(&self, incident: Option<&str>) -> Result<Audit, StoreError> {
        let ledger = match self {
            Self::Sqlite(store) => store.ledger().await?,
            Self::Postgres(store) => store.ledger().await?,
            Self::Memory(store) => store.ledger(),
        };
        Ok(verify::audit(ledger, incident))
    }

    /// A connection of its own for sealing days and checking what was sealed; `None` where nothing outlives the
    /// process.
    pub async fn segments(&self) -> Result<Option<SegmentDb>, StoreError> {
        match self {
            Self::Sqlite(store) => store.segments().await.map(SegmentDb::Sqlite).map(Some),
            Self::Postgres(store) => store.segments().await.map(SegmentDb::Postgres).map(Some),
            Self::Memory(_) => Ok(None),
        }
    }

    /// Takes leave of the database. Dropping the store is safe, too; this is only more polite.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
            Self::Memory(_) => {}
        }
    }
}

impl Store for AnyStore {
    async fn append(&self, row: &NewOperation) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.append(row).await,
            Self::Postgres(store) => store.append(row).await,
            Self::Memory(store) => store.append(row).await,
        }
    }

    async fn append_own(&self, event: &OwnEvent) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.append_own(event).await,
            Self::Postgres(store) => store.append_own(event).await,
            Self::Memory(store) => store.append_own(event).await,
        }
    }

    async fn record(&self, outcome: &Outcome) -> Result<Recorded, StoreError> {
        match self {
            Self::Sqlite(store) => store.record(outcome).await,
            Self::Postgres(store) => store.record(outcome).await,
            Self::Memory(store) => store.record(outcome).await,
        }
    }

    async fn page_from(&self, place: Place<'_>, limit: u32, pushed: &Pushed) -> Result<Vec<Entry>, StoreError> {
        match self {
            Self::Sqlite(store) => store.page_from(place, limit, pushed).await,
            Self::Postgres(store) => store.page_from(place, limit, pushed).await,
            Self::Memory(store) => store.page_from(place, limit, pushed).await,
        }
    }

    async fn tail(&self, since: Option<&Since>, most: u32, pushed: &Pushed) -> Result<Tail, StoreError> {
        match self {
            Self::Sqlite(store) => store.tail(since, most, pushed).await,
            Self::Postgres(store) => store.tail(since, most, pushed).await,
            Self::Memory(store) => store.tail(since, most, pushed).await,
        }
    }

    async fn count(&self, grid: &Grid, pushed: &Pushed) -> Result<Vec<Bin>, StoreError> {
        match self {
            Self::Sqlite(store) => store.count(grid, pushed).await,
            Self::Postgres(store) => store.count(grid, pushed).await,
            Self::Memory(store) => store.count(grid, pushed).await,
        }
    }

    async fn probe_history(&self, limit: u32) -> Result<Vec<OwnEvent>, StoreError> {
        match self {
            Self::Sqlite(store) => store.probe_history(limit).await,
            Self::Postgres(store) => store.probe_history(limit).await,
            Self::Memory(store) => store.probe_history(limit).await,
        }
    }

    async fn annotations(&self, rows: &[String]) -> Result<Vec<OwnEvent>, StoreError> {
        match self {
            Self::Sqlite(store) => store.annotations(rows).await,
            Self::Postgres(store) => store.annotations(rows).await,
            Self::Memory(store) => store.annotations(rows).await,
        }
    }

    async fn reviews(&self) -> Result<Vec<Recorded>, StoreError> {
        match self {
            Self::Sqlite(store) => store.reviews().await,
            Self::Postgres(store) => store.reviews().await,
            Self::Memory(store) => store.reviews().await,
        }
    }

    async fn reviews_since(&self, known: &Known) -> Result<Vec<Recorded>, StoreError> {
        match self {
            Self::Sqlite(store) => store.reviews_since(known).await,
            Self::Postgres(store) => store.reviews_since(known).await,
            Self::Memory(store) => store.reviews_since(known).await,
        }
    }

    async fn changed(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.changed().await,
            Self::Postgres(store) => store.changed().await,
            Self::Memory(store) => store.changed().await,
        }
    }
}
