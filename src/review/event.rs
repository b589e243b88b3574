//! What happens in a review. A review's state is a fold over these; nothing is edited, only followed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A review, by a UUID.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReviewId(pub String);

/// A readback candidate: the contract's prefix and the surface id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CandidateId(pub String);

/// A reviewer's answer to a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// The check holds.
    Pass,
    /// It does not.
    Fail,
    /// It does not apply; why.
    NotApplicable {
        /// The reviewer's reason.
        reason: String,
    },
    /// The reviewer can't tell.
    Unknown,
}

/// One step of a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum ReviewAct {
    /// A review of a candidate was opened on this snapshot.
    Opened {
        /// Which candidate.
        candidate: CandidateId,
        /// SHA-256 of the change-evidence snapshot it was opened from.
        snapshot_digest: String,
        /// Digest of the check set and the lane rules.
        policy: String,
    },
    /// A field was written; an empty value takes it back.
    FieldSet {
        /// One of the contract's fields.
        field: String,
        /// The new value; the guard has let it through.
        value: String,
    },
    /// A check was answered.
    CheckDecided {
        /// One of the contract's checks.
        check: String,
        /// The answer.
        answer: Answer,
    },
    /// The guard caught something; what is kept says where, never what.
    Quarantined {
        /// The field it was typed or pasted into.
        field: String,
        /// The detector's name.
        detector: String,
        /// Byte offset in the text.
        offset: usize,
        /// Length in bytes.
        len: usize,
    },
    /// The quarantined payload was removed by the reviewer; the record of it stays.
    QuarantineCleared {
        /// The field it had been in.
        field: String,
    },
    /// A row of the timeline was marked as evidence. A lane is not computed from it.
    EvidenceMarked {
        /// The row's id.
        row: String,
        /// Digest of the row as recorded (`timeline::row_digest`); none where the row holds something masked.
        digest: Option<String>,
    },
    /// The mark was taken back.
    EvidenceUnmarked {
        /// The row's id.
        row: String,
    },
    /// The reviewer signed this lane as the outcome.
    Signed {
        /// The lane, computed from everything before.
        lane: String,
        /// Digest of what the lane was computed from.
        input_digest: String,
        /// Digest of the check set and the lane rules.
        policy: String,
    },
}

/// A step to be appended, with the identity it was opened with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewReviewEvent {
    /// A `UUIDv7` made by the writer: appending it again changes nothing.
    pub id: String,
    /// The review.
    pub review: ReviewId,
    /// The incident (the chain's scope), at most 30 characters.
    pub incident_id: String,
    /// How many events of this review the writer has seen; another number is a conflict.
    pub expected_version: u64,
    /// `console:<user>`.
    pub actor: String,
    /// When, as the writer claims.
    pub occurred_at: Timestamp,
    /// What.
    pub act: ReviewAct,
}

/// A step as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// What was appended.
    pub event: NewReviewEvent,
    /// Its place in the chain of its incident: 1, 2, 3 without a gap.
    pub seq: u64,
    /// The database's clock, in microseconds.
    pub recorded_at: Timestamp,
    /// The hash of the record before it in the chain; 64 zeros for the first.
    pub prev_hash: String,
    /// SHA-256 over the stored canonical bytes, in hex.
    pub hash: String,
}
