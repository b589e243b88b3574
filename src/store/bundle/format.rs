//! The lines of a bundle.

use crate::review::{Around, Lane};
use crate::timeline::Entry;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The name of this shape.
pub(super) const SCHEMA: &str = "readback_bundle_v1";

/// A line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "member", rename_all = "snake_case")]
pub(super) enum Line {
    Manifest(Manifest),
    Policy(Policy),
    Record(RecordLine),
    Row(RowLine),
    Lane(LaneLine),
    End(End),
}

/// What stands in the bundle, first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) schema: String,
    pub(super) made_at: Timestamp,
    /// The program and its version.
    pub(super) made_by: String,
    pub(super) incident: String,
    pub(super) review: String,
    /// The head of the chain as the database had it; none where it had none.
    pub(super) head: Option<Tip>,
    /// Every line but this one and the last, in their order.
    pub(super) members: Vec<Member>,
}

/// The last record of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tip {
    /// How many records.
    pub seq: u64,
    /// The hash of the last.
    pub hash: String,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// A line of the bundle: its name, its length in bytes and their SHA-256, the line break left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) bytes: usize,
    pub(super) sha256: String,
}

/// The check set that the lane was computed under.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    pub(super) digest: String,
    pub(super) contract: Value,
}

/// A record with its columns; `body` holds the bytes that its hash is over.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordLine {
    pub(super) id: String,
    pub(super) incident: String,
    pub(super) review: String,
    pub(super) seq: u64,
    pub(super) version: u64,
    pub(super) occurred_at: Timestamp,
    pub(super) recorded_at: Timestamp,
    pub(super) hash: String,
    pub(super) body: String,
}

/// A row of the timeline; no digest where something in it is masked, for a digest over a secret could be tried out.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowLine {
    pub(super) digest: Option<String>,
    pub(super) row: Entry,
}

/// The lane as it was computed when the bundle was made, and from what.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LaneLine {
    pub(super) at: Timestamp,
    pub(super) around: Around,
    /// The digest of the change-evidence snapshot then; none where it could not be read.
    pub(super) snapshot: Option<String>,
    pub(super) lane: Lane,
    pub(super) input_digest: String,
    pub(super) policy: String,
}

/// The last line: whoever cuts the file off cuts this off.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    /// SHA-256 of the manifest's line.
    pub(super) manifest: String,
}

impl Line {
    /// The name that the manifest has for it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Manifest(_) => "manifest".to_owned(),
            Self::Policy(_) => "policy".to_owned(),
            Self::Record(record) => format!("record {} (event {})", record.seq, record.id),
            Self::Row(row) => format!("row {}", row.row.id()),
            Self::Lane(_) => "lane".to_owned(),
            Self::End(_) => "end".to_owned(),
        }
    }
}
