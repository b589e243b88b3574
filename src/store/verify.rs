//! Checking what is recorded: every chain against its records and its head. Pure.

use super::chain::{Break, Head, verify_chain, verify_heads};
use crate::review::Recorded;
use jiff::Timestamp;
use serde::Serialize;

/// What stands of an incident's chain. A hash kept elsewhere is an outside witness: whoever has it sees a chain
/// that was written anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The incident.
    pub incident: String,
    /// How many records.
    pub records: u64,
    /// The hash of the last.
    pub hash: String,
    /// When the last was recorded.
    pub recorded_at: Timestamp,
}

/// What a check of the chains found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// How many records there are, those that don't hold included.
    pub records: usize,
    /// The ends of the chains, as their heads say, by incident.
    pub chains: Vec<Standing>,
    /// The first record, in the order of recording, that does not hold.
    pub broken: Option<Break>,
}

/// Records in the order of recording, those that can't be read as what is wrong with them, and the heads: both of
/// one moment, for a chain that grows in between would look broken.
pub(super) type Ledger = (Vec<Result<Recorded, Break>>, Vec<Head>);

/// Checks what is recorded; of one incident alone, where one is given.
pub(super) fn audit((records, heads): Ledger, incident: Option<&str>) -> Audit {
    let is_asked = |scope: &str| incident.is_none_or(|incident| incident == scope);
    let scope = |record: &Result<Recorded, Break>| match record {
        Ok(record) => record.event.incident_id.clone(),
        Err(broken) => broken.scope.clone(),
    };
    let records: Vec<_> = records.into_iter().filter(|record| is_asked(&scope(record))).collect();
    let heads: Vec<_> = heads.into_iter().filter(|head| is_asked(&head.scope)).collect();
    let count = records.len();
    let (mut whole, mut unreadable) = (Vec::with_capacity(count), None);
    for record in records {
        match record {
            Ok(record) => whole.push(record),
            Err(broken) => {
                unreadable = Some(broken);
                break;
            }
        }
    }
    let broken = match (verify_chain(&whole), unreadable) {
        (Err(broken), _) | (Ok(()), Some(broken)) => Some(broken),
        (Ok(()), None) => verify_heads(&whole, &heads).err(),
    };
    let standing = |head: Head| Standing {
        incident: head.scope,
        records: head.seq,
        hash: head.hash,
        recorded_at: head.recorded_at,
    };
    let mut chains: Vec<_> = heads.into_iter().map(standing).collect();
    chains.sort_by(|a, b| a.incident.cmp(&b.incident));
    Audit { records: count, chains, broken }
}
