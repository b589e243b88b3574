//! The chain of review records, one per incident. Pure: sealing a record, and checking a chain.
//!
//! A record's bytes are the canonical JSON (RFC 8785) of `{event, prev_hash, recorded_at, seq}`; its hash
//! is their SHA-256. The bytes are stored as they were hashed and never rebuilt from `jsonb`, which keeps
//! neither order nor number text.

use super::StoreError;
use crate::guard;
use crate::review::{NewReviewEvent, Recorded};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::HashMap;

/// The hash before the first record.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What is read back.
#[derive(Deserialize)]
struct OwnedBody {
    event: NewReviewEvent,
    prev_hash: String,
    recorded_at: Timestamp,
    seq: u64,
}

/// The last record of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The incident.
    pub scope: String,
    /// How many records stand.
    pub seq: u64,
    /// The hash of the last; [`GENESIS`] before the first.
    pub hash: String,
    /// When the last was recorded.
    pub recorded_at: Timestamp,
}

impl Head {
    /// The head of a chain with no records.
    pub(super) fn genesis(scope: &str) -> Self {
        Self { scope: scope.to_owned(), seq: 0, hash: GENESIS.to_owned(), recorded_at: Timestamp::UNIX_EPOCH }
    }
}

/// Seals the next record of a chain: the record and its bytes. `clock` is the database's. A clock that
/// went back does not take the chain back: `recorded_at` never falls below the head's.
pub(super) fn seal(event: &NewReviewEvent, head: &Head, clock: Timestamp) -> Result<(Recorded, Vec<u8>), StoreError> {
    let recorded_at = cut(clock).max(head.recorded_at);
    let seq = head.seq.saturating_add(1);
    let body = body(event, &head.hash, recorded_at, seq);
    let recorded = Recorded {
        event: event.clone(),
        seq,
        recorded_at,
        prev_hash: head.hash.clone(),
        hash: guard::digest_bytes(&body),
    };
    // What can't be read back as it was must not be signed.
    let same = |read: OwnedBody| {
        (&read.event, &read.prev_hash, read.recorded_at, read.seq) == (event, &head.hash, recorded_at, seq)
    };
    match serde_json::from_slice(&body).map(same) {
        Ok(true) => Ok((recorded, body)),
        _ => Err(StoreError::Unfit("the event has no canonical form".to_owned())),
    }
}

/// Reads a stored record; `None` where the bytes are no record. Bytes that say the same in another way than
/// the canonical one come back with an empty hash: such a record holds nowhere.
pub(super) fn open(body: &[u8], hash: &str) -> Option<Recorded> {
    let OwnedBody { event, prev_hash, recorded_at, seq } = serde_json::from_slice(body).ok()?;
    let hash = if self::body(&event, &prev_hash, recorded_at, seq) == body { hash.to_owned() } else { String::new() };
    Some(Recorded { event, seq, recorded_at, prev_hash, hash })
}

/// The canonical bytes of a record.
pub(super) fn bytes(record: &Recorded) -> Vec<u8> {
    let Recorded { event, seq, recorded_at, prev_hash, .. } = record;
    self::body(event, prev_hash, *recorded_at, *seq)
}

/// What is hashed: the canonical JSON of these four, whose names stand in their order already.
fn body(event: &NewReviewEvent, prev_hash: &str, recorded_at: Timestamp, seq: u64) -> Vec<u8> {
    let mut body = Vec::with_capacity(512);
    body.extend_from_slice(b"{\"event\":");
    body.append(&mut guard::canonical(event));
    body.extend_from_slice(b",\"prev_hash\":");
    body.append(&mut guard::canonical(&prev_hash));
    body.extend_from_slice(b",\"recorded_at\":");
    body.append(&mut guard::canonical(&recorded_at));
    body.extend_from_slice(b",\"seq\":");
    body.append(&mut guard::canonical(&seq));
    body.push(b'}');
    body
}

/// Whole microseconds: what every engine stores exactly.
pub(super) fn cut(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// The first place where a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("record {seq} of incident {scope} does not hold: {why} (event {id})")]
pub struct Break {
    /// The incident.
    pub scope: String,
    /// The place in its chain.
    pub seq: u64,
    /// The event's id.
    pub id: String,
    /// What is wrong with it.
    pub why: BreakKind,
}

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BreakKind {
    /// Its hash is not that of its bytes: it was changed.
    #[error("its bytes were changed after it was recorded")]
    Changed,
    /// Its bytes are no record.
    #[error("its bytes are no record: they were damaged, or a newer readback wrote them")]
    Unreadable,
    /// Its `prev_hash` is not the hash of the record before.
    #[error("it does not follow the record before it")]
    Unlinked,
    /// Its number is not the next: one is missing, doubled or in another's place.
    #[error("its number is not the next, a record before it is missing or stands twice")]
    Gap,
    /// The head of the chain says something else than its last record.
    #[error("the chain's head names another last record, one was taken away or slipped in")]
    Head,
}

/// Checks records in the order of recording; several incidents' chains may be interleaved. Names the
/// first record that does not hold.
pub fn verify_chain(records: &[Recorded]) -> Result<(), Break> {
    walk(records).map(drop)
}

/// As [`verify_chain`], and the chains must end where their heads say: a tail cut off is seen, too.
pub fn verify_heads(records: &[Recorded], heads: &[Head]) -> Result<(), Break> {
    let mut tips = walk(records)?;
    for head in heads {
        let tip = tips.remove(head.scope.as_str());
        if tip.map_or((0, GENESIS), |tip| (tip.seq, tip.hash.as_str())) != (head.seq, head.hash.as_str()) {
            let id = tip.map(|tip| tip.event.id.clone()).unwrap_or_default();
            return Err(Break { scope: head.scope.clone(), seq: head.seq, id, why: BreakKind::Head });
        }
    }
    // A chain without a head was not written by a console.
    tips.into_values().min_by_key(|tip| tip.recorded_at).map_or(Ok(()), |tip| Err(broken(tip, BreakKind::Head)))
}

/// Walks the chains; the last record of each, by incident.
fn walk(records: &[Recorded]) -> Result<HashMap<&str, &Recorded>, Break> {
    let mut tips: HashMap<&str, &Recorded> = HashMap::new();
    for record in records {
        let Recorded { event, seq, prev_hash, hash, .. } = record;
        if guard::digest_bytes(&bytes(record)) != *hash {
            return Err(broken(record, BreakKind::Changed));
        }
        let tip = tips.insert(&event.incident_id, record);
        if *seq != tip.map_or(1, |tip| tip.seq.saturating_add(1)) {
            return Err(broken(record, BreakKind::Gap));
        }
        if prev_hash != tip.map_or(GENESIS, |tip| &tip.hash) {
            return Err(broken(record, BreakKind::Unlinked));
        }
    }
    Ok(tips)
}

fn broken(record: &Recorded, why: BreakKind) -> Break {
    Break { scope: record.event.incident_id.clone(), seq: record.seq, id: record.event.id.clone(), why }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
