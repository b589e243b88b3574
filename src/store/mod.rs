//! The database: one trait, three engines, enum dispatch. Nothing is shown as recorded before
//! [`Store::record`] has said so; nothing recorded is changed or deleted.

mod any;
mod batch;
pub mod bundle;
pub mod chain;
mod changes;
mod count;
mod deadline;
pub mod drafts;
mod error;
mod foreign;
mod known;
mod limits;
mod look;
mod memory;
mod micros;
mod mirror;
mod narrow;
mod postgres;
mod presence;
mod rows;
mod rules;
mod search;
pub mod segments;
mod sqlite;
mod sqlx_error;
mod stored;
mod tail;
mod tally;
mod told;
mod url;
mod verify;

pub use any::AnyStore;
pub use error::StoreError;
pub use foreign::Foreign;
pub use known::Known;
pub use look::{Look, Looked};
pub use memory::MemoryStore;
pub use postgres::PgStore;
pub use search::{Found, Search};
pub use sqlite::SqliteStore;
pub use stored::Stored;
pub use tail::{Mark, Since, Tail, head, newest};
pub use tally::Tally;
pub use told::Reference;
pub use url::{Access, StoreUrl};
pub use verify::{Audit, Standing};

pub use crate::timeline::{Cursor, Toward};

use crate::review::{NewReviewEvent, Recorded};
use crate::timeline::filter::Pushed;
use crate::timeline::{Bin, Entry, Grid, Histogram, NewOperation, OwnEvent};
use serde::{Deserialize, Serialize};
use std::future::Future;

/// Where a page of the timeline begins, and which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// The newest row, then older ones.
    Newest,
    /// What is older than this, the nearest first.
    Before(&'a Cursor),
    /// The oldest row, then newer ones.
    Oldest,
    /// What is newer than this, the nearest first.
    After(&'a Cursor),
}

impl Place<'_> {
    /// Whether the page goes from newer rows to older ones.
    pub fn is_older(self) -> bool {
        matches!(self, Self::Newest | Self::Before(_))
    }
}

/// What a review step writes, all in one transaction: the review's event, the head of its chain, and
/// its `USER_ACTION` row in `alert_operation_log`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The step.
    pub event: NewReviewEvent,
    /// Its row in the log; steps that are nobody else's business (a field typed) have none.
    pub operation: Option<NewOperation>,
}

/// The console's memory.
pub trait Store: Send + Sync {
    /// Appends a row to `alert_operation_log`; appending the same id again changes nothing.
    fn append(&self, row: &NewOperation) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Appends an event of the console's own; the same id again changes nothing.
    fn append_own(&self, event: &OwnEvent) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Records a review step. The same id again returns what was recorded the first time; another
    /// version than expected is [`StoreError::Conflict`] with the version that stands.
    fn record(&self, outcome: &Outcome) -> impl Future<Output = Result<Recorded, StoreError>> + Send;

    /// A page of the merged timeline, newest first, of what is older than `before` (or all).
    fn page(&self, before: Option<&Cursor>, limit: u32) -> impl Future<Output = Result<Vec<Entry>, StoreError>> + Send {
        async move { self.page_where(before, limit, &Pushed::default()).await }
    }

    /// The same without the rows that the engine can rule out. Every row that satisfies `pushed` comes; one that
    /// does not may come too, where the engine can't tell. A page shorter than `limit` is the last.
    fn page_where(
        &self,
        before: Option<&Cursor>,
        limit: u32,
        pushed: &Pushed,
    ) -> impl Future<Output = Result<Vec<Entry>, StoreError>> + Send {
        async move { self.page_from(before.map_or(Place::Newest, Place::Before), limit, pushed).await }
    }

    /// The same from any place, either way; the row that is nearest to the place comes first. Never by OFFSET: a
    /// page a year back costs what the first does.
    fn page_from(
        &self,
        place: Place<'_>,
        limit: u32,
        pushed: &Pushed,
    ) -> impl Future<Output = Result<Vec<Entry>, StoreError>> + Send;

    /// What was recorded since, whenever it happened, at most `most` rows of it, and the next mark; without a mark none.
    /// No row is lost between two tails, however long the transaction of its writer was open.
    fn tail(
        &self,
        since: Option<&Since>,
        most: u32,
        pushed: &Pushed,
    ) -> impl Future<Output = Result<Tail, StoreError>> + Send;

    /// How many rows of each type went which way in each bucket, of those that the engine can't rule out. More buckets
    /// than are drawn on any screen are refused.
    fn count(&self, grid: &Grid, pushed: &Pushed) -> impl Future<Output = Result<Vec<Bin>, StoreError>> + Send;

    /// The same, by their weight.
    fn histogram(&self, grid: &Grid, pushed: &Pushed) -> impl Future<Output = Result<Histogram, StoreError>> + Send {
        async move { Ok(Histogram::of(*grid, &self.count(grid, pushed).await?)) }
    }

    /// The newest rows of what the probes said, newest first: so many changes (`PROBE_CHANGED`), and as many samples
    /// (`PROBE_SAMPLED`), so that these do not crowd out those. The samples stand in no page: they would bury what
    /// happened.
    fn probe_history(&self, limit: u32) -> impl Future<Output = Result<Vec<OwnEvent>, StoreError>> + Send;

    /// The notes on these rows and their corrections (`ANNOTATED`, `CORRECTED`), the latest recorded first.
    fn annotations(&self, rows: &[String]) -> impl Future<Output = Result<Vec<OwnEvent>, StoreError>> + Send;

    /// Every step of every review, in the order of recording.
    fn reviews(&self) -> impl Future<Output = Result<Vec<Recorded>, StoreError>> + Send;

    /// The steps that are not known yet, in the order of recording.
    fn reviews_since(&self, known: &Known) -> impl Future<Output = Result<Vec<Recorded>, StoreError>> + Send;

    /// Waits until something may have changed since the last call; may return early, never late by more
    /// than a second where the engine can tell. Resolves when another program's rows arrive, too.
    fn changed(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
}
