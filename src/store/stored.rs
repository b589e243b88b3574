//! Review records as they stand in the database, byte for byte, for whoever takes them elsewhere to be checked; and
//! rows of the console's own by their ids.

use super::chain::{self, Head};
use super::rows::RecordRow;
use super::{AnyStore, MemoryStore, StoreError};
use crate::review::Recorded;
use crate::timeline::OwnEvent;
use jiff::Timestamp;

/// A record with its columns, as stored. Nothing about it has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The event's id.
    pub id: String,
    /// The incident.
    pub incident: String,
    /// The review.
    pub review: String,
    /// Its place in the chain of its incident.
    pub seq: u64,
    /// The review's version after it.
    pub version: u64,
    /// When it happened, as its author claims.
    pub occurred_at: Timestamp,
    /// The database's clock.
    pub recorded_at: Timestamp,
    /// SHA-256 over the bytes, as it was recorded.
    pub hash: String,
    /// The canonical bytes.
    pub body: Vec<u8>,
}

impl Stored {
    /// The record that the bytes say; `None` where they are none. One that is not canonical, or whose columns say
    /// something else than its bytes, comes back with an empty hash and holds nowhere.
    pub fn recorded(&self) -> Option<Recorded> {
        let mut recorded = chain::open(&self.body, &self.hash)?;
        if !self.agrees(&recorded) {
            recorded.hash.clear();
        }
        Some(recorded)
    }

    fn agrees(&self, recorded: &Recorded) -> bool {
        let event = &recorded.event;
        (&self.id, &self.incident, &self.review) == (&event.id, &event.incident_id, &event.review.0)
            && (self.seq, self.version) == (recorded.seq, event.expected_version.saturating_add(1))
            && self.recorded_at == recorded.recorded_at
            && self.occurred_at == chain::cut(event.occurred_at)
    }
}

impl From<RecordRow> for Stored {
    fn from(row: RecordRow) -> Self {
        Self {
            id: row.id,
            incident: row.scope,
            review: row.review,
            seq: row.seq as u64,
            version: row.version as u64,
            occurred_at: row.occurred_at.into(),
            recorded_at: row.recorded_at.into(),
            hash: row.hash,
            body: row.body,
        }
    }
}

/// The records of an incident in the order of their numbers, and the head of their chain, of one moment.
pub type Chain = (Vec<Stored>, Option<Head>);

/// The records and the head of this incident, of all that there are.
pub(super) fn chain_of(rows: Vec<RecordRow>, heads: Vec<Head>, incident: &str) -> Chain {
    let mut records: Vec<Stored> = rows.into_iter().map(Stored::from).collect();
    records.retain(|record| record.incident == incident);
    records.sort_by_key(|record| record.seq);
    (records, heads.into_iter().find(|head| head.scope == incident))
}

impl AnyStore {
    /// The chain of an incident as it is stored.
    pub async fn chain(&self, incident: &str) -> Result<Chain, StoreError> {
        match self {
            Self::Sqlite(store) => store.chain(incident).await,
            Self::Postgres(store) => store.chain(incident).await,
            Self::Memory(store) => Ok(store.chain(incident)),
        }
    }

    /// The console's own rows with these ids, in no order; steps of reviews are not among them.
    pub async fn find_own(&self, ids: &[String]) -> Result<Vec<OwnEvent>, StoreError> {
        match self {
            Self::Sqlite(store) => store.find_own(ids).await,
            Self::Postgres(store) => store.find_own(ids).await,
            Self::Memory(store) => Ok(store.find_own(ids)),
        }
    }
}

impl MemoryStore {
    fn chain(&self, incident: &str) -> Chain {
        let (records, heads) = self.ledger();
        let of = |recorded: Recorded| Stored {
            body: chain::bytes(&recorded),
            id: recorded.event.id,
            incident: recorded.event.incident_id,
            review: recorded.event.review.0,
            seq: recorded.seq,
            version: recorded.event.expected_version.saturating_add(1),
            occurred_at: chain::cut(recorded.event.occurred_at),
            recorded_at: recorded.recorded_at,
            hash: recorded.hash,
        };
        let mut records: Vec<Stored> = records.into_iter().flatten().map(of).collect();
        records.retain(|record| record.incident == incident);
        records.sort_by_key(|record| record.seq);
        (records, heads.into_iter().find(|head| head.scope == incident))
    }
}
