//! A connection for sealing and checking: its own, so that long work takes nothing from the console's calls.

use super::check::of_range;
use super::{Ahead, Asked, LONGEST, Layout, Reach, Row, Span};
use crate::store::StoreError;
use crate::store::deadline::in_time_of;
use crate::store::postgres::PgSegments;
use crate::store::sqlite::SqliteSegments;
use crate::timeline::segment::{Day, Marks, NewSeal, Seal, SealBreak, Table};
use jiff::Timestamp;
use std::future::Future;

/// A transaction that may still add rows to a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Open {
    /// Who, in the server's words.
    pub(in crate::store) who: String,
    /// Since when, in microseconds since 1970; `None` where the server does not tell this role.
    pub(in crate::store) since: Option<i64>,
}

/// One of the engines.
#[derive(Debug)]
pub enum SegmentDb {
    /// A file.
    Sqlite(SqliteSegments),
    /// A server.
    Postgres(PgSegments),
}

/// One question, asked of whichever engine it is, within the longest time that one may take.
macro_rules! ask {
    ($db:expr, $engine:ident => $question:expr) => {
        match $db {
            SegmentDb::Sqlite($engine) => in_time($question).await,
            SegmentDb::Postgres($engine) => in_time($question).await,
        }
    };
}

async fn in_time<T>(question: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    in_time_of(LONGEST, question).await
}

impl SegmentDb {
    /// The database's clock; a file's is this machine's.
    pub(super) async fn now(&mut self) -> Result<Timestamp, StoreError> {
        match self {
            Self::Sqlite(_) => Ok(Timestamp::now()),
            Self::Postgres(engine) => in_time(engine.now()).await,
        }
    }

    /// Every seal, in the order of the chain; none where no console has made their table yet.
    pub(super) async fn seals(&mut self) -> Result<Vec<Result<Seal, SealBreak>>, StoreError> {
        ask!(self, engine => engine.seals())
    }

    /// Whether there are the console's own tables.
    pub(super) fn has_own(&self) -> bool {
        match self {
            Self::Sqlite(_) => true,
            Self::Postgres(engine) => engine.has_own(),
        }
    }

    /// The next rows of a table, or of the archive of it that stands at `place`.
    pub(super) async fn page(
        &mut self,
        table: Table,
        place: Option<&str>,
        asked: &Asked<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        ask!(self, engine => engine.page(table, place, asked))
    }

    /// How many rows stand on each day, of what is before `until`.
    pub(super) async fn counts(&mut self, table: Table, until: i64) -> Result<Vec<(Day, u64)>, StoreError> {
        ask!(self, engine => engine.counts(table, until))
    }

    /// How many rows stand at `from` and after it.
    pub(super) async fn rows_since(&mut self, table: Table, from: i64) -> Result<u64, StoreError> {
        ask!(self, engine => engine.rows_since(table, from))
    }

    /// A chunk of a segment's marks.
    pub(super) async fn chunk(&mut self, segment: u64, chunk: u64) -> Result<Option<Vec<u8>>, StoreError> {
        ask!(self, engine => engine.chunk(segment, chunk))
    }

    /// Transactions under way that may still add rows from before `end`, a moment that is over. Where it can be waited
    /// for them, it has been.
    pub(super) async fn open_before(&mut self, end: i64) -> Result<Vec<Open>, StoreError> {
        ask!(self, engine => engine.open_before(end))
    }

    /// Seals behind `last`: the marks and the seal, or nothing of it.
    pub(super) async fn put(&mut self, last: Option<&Seal>, new: NewSeal, marks: &Marks) -> Result<Seal, StoreError> {
        ask!(self, engine => engine.put(last, new, marks))
    }

    /// How `alert_operation_log` is kept.
    pub async fn layout(&mut self) -> Result<Layout, StoreError> {
        ask!(self, engine => engine.layout())
    }

    /// What of `alert_operation_log` can go as a whole, and is before `cutoff`.
    pub(super) async fn spans(&mut self, cutoff: Day) -> Result<Vec<Span>, StoreError> {
        ask!(self, engine => engine.spans(cutoff))
    }

    /// Takes a span away behind a record of it; whether it went, for rows may have come that no seal covers. In a file it
    /// is copied first, and the copy is checked.
    pub(super) async fn take_away(
        &mut self,
        span: &Span,
        seals: &[&Seal],
        last: Option<&Seal>,
        new: Vec<NewSeal>,
    ) -> Result<bool, StoreError> {
        if let Self::Sqlite(engine) = self {
            in_time(engine.copy(span)).await?;
            let copy = of_range(self, seals, Some(&span.place), span.from, span.until).await?;
            if copy.is_broken() || copy.added > 0 {
                let what = "the copy in the archive does not hold; nothing was taken away: look at the file";
                return Err(StoreError::Refused(format!("{what} {}", span.place)));
            }
        }
        let rows = seals.iter().map(|seal| seal.rows).sum();
        ask!(self, engine => engine.take_away(span, rows, last, new))
    }

    /// Makes monthly partitions of `alert_operation_log`; see [`Layout`]. A file needs none.
    pub async fn partition(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Postgres(engine) => in_time(engine.partition()).await,
            Self::Sqlite(_) => Err(StoreError::Refused("a file has no partitions, and needs none".to_owned())),
        }
    }

    /// Makes the partitions of the coming months that are missing. A file needs none.
    pub async fn ahead(&mut self) -> Result<Ahead, StoreError> {
        match self {
            Self::Postgres(engine) => in_time(engine.ahead()).await,
            Self::Sqlite(_) => Ok(Ahead::default()),
        }
    }

    /// Whether the archive that stands at `place` can be read from here.
    pub(super) async fn reach(&mut self, table: Table, place: &str) -> Result<Reach, StoreError> {
        ask!(self, engine => engine.reach(table, place))
    }
}
