//! What happens in a review. A review's state is a fold over these; nothing is edited, only followed.

use super::around::Around;
use super::follow_up::FollowUp;
use super::narrative::{Risk, Section};
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

impl Answer {
    /// Whether two readers answered the same; their reasons may differ.
    pub fn agrees(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// What a piece of evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// What a probe saw.
    Probe,
    /// A pair of states before and after.
    Pair,
    /// A row of the timeline.
    Row,
    /// A change of the configuration.
    Configuration,
}

/// A reference to evidence: enough to find it and to tell whether it is still the same; never its payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// What it is.
    pub kind: EvidenceKind,
    /// The probe's name or the row's id.
    pub id: String,
    /// SHA-256 of it as it was.
    pub digest: String,
    /// When it was observed, or happened.
    pub observed_at: Timestamp,
    /// After how many seconds it has lost half its weight; none where it is history, which does not age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_life_s: Option<u64>,
}

impl EvidenceRef {
    /// Whether it is the same piece, as it was then.
    pub fn is(&self, other: &Self) -> bool {
        (self.kind, &self.id, &self.digest) == (other.kind, &other.id, &other.digest)
    }
}

/// A datum that the reviewer typed and the console compared with evidence (hearback).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeardBack {
    /// Which datum was asked for.
    pub datum: String,
    /// What was typed; the guard has let it through. Foreign text.
    pub said: String,
    /// The evidence that it agreed with.
    pub evidence: EvidenceRef,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// How an answer was come to: for the second reader, never for blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diligence {
    /// Seconds that the check was on the screen until then, over all visits at this console.
    pub seconds: u32,
    /// How many pieces of evidence were offered.
    pub offered: u32,
    /// How many of them were opened.
    pub opened: u32,
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
        /// How the check that it answers was looked at before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        diligence: Option<Diligence>,
    },
    /// A check was answered.
    CheckDecided {
        /// One of the contract's checks.
        check: String,
        /// The answer.
        answer: Answer,
        /// The datum that was read back, where the check asks for one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heard: Option<HeardBack>,
        /// How it was come to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        diligence: Option<Diligence>,
    },
    /// Evidence was attached to a check, by reference.
    EvidenceAttached {
        /// One of the contract's checks.
        check: String,
        /// The evidence.
        evidence: EvidenceRef,
    },
    /// Evidence was taken off a check.
    EvidenceDetached {
        /// The check.
        check: String,
        /// The evidence's id.
        id: String,
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
        /// How many more hits the same text had after this one; of very many not all have a record.
        #[serde(default, skip_serializing_if = "is_zero")]
        more: usize,
    },
    /// What looks like a secret was let through on purpose, in the step before this one; by where, never what.
    Allowed {
        /// The field, or what else the text was.
        field: String,
        /// The detector's name.
        detector: String,
        /// Byte offset in the text.
        offset: usize,
        /// Length in bytes.
        len: usize,
        /// Why it is no secret, as the configuration says.
        reason: String,
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
    /// The actor of this step reads second, from now on without seeing the answers of the first reading.
    SecondReaderJoined {
        /// Whether they had looked at the review with its answers before, as their console knows.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        looked: bool,
    },
    /// The second reader answered a check.
    SecondAnswered {
        /// One of the contract's checks.
        check: String,
        /// The answer.
        answer: Answer,
        /// How it was come to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        diligence: Option<Diligence>,
    },
    /// The second reader is done: from here on both readings are seen, and their differences.
    SecondSubmitted,
    /// The reviewers are done with the first reading.
    Submitted,
    /// A check was passed over (break-glass).
    Overridden {
        /// The check.
        check: String,
        /// Why.
        reason: String,
        /// Until when.
        until: Timestamp,
    },
    /// An earlier step was wrong; this value stands in its place.
    Corrected {
        /// The id of the step that wrote the field.
        step: String,
        /// The field.
        field: String,
        /// What is right; the guard has let it through.
        value: String,
        /// Why the earlier one was wrong.
        why: String,
    },
    /// A review that was handed in or signed goes on.
    Reopened {
        /// Why.
        why: String,
    },
    /// A section of the report was written; an empty text takes it back.
    SectionWritten {
        /// Which.
        section: Section,
        /// The text; the guard has let it through.
        text: String,
    },
    /// A risk was rated, or rated anew.
    RiskRated {
        /// The risk.
        risk: Risk,
    },
    /// A risk was taken out of the matrix.
    RiskDropped {
        /// Its id.
        id: String,
    },
    /// A follow-up was written, or stands differently now.
    FollowUpSet {
        /// The whole item.
        item: FollowUp,
    },
    /// The reviewer signed this lane as the outcome.
    Signed {
        /// The lane, computed from everything before.
        lane: String,
        /// Digest of what the lane was computed from.
        input_digest: String,
        /// Digest of the check set and the lane rules.
        policy: String,
        /// What lay around the review then, so that the lane can be computed again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        around: Option<Around>,
    },
}

impl ReviewAct {
    /// Whether only a reviewer of the first reading takes this step. The others are open to whoever works on the
    /// review: the second reader, or the owner of a follow-up.
    pub fn is_of_the_first_reading(&self) -> bool {
        matches!(
            self,
            Self::Opened { .. }
                | Self::FieldSet { .. }
                | Self::CheckDecided { .. }
                | Self::Submitted
                | Self::Overridden { .. }
                | Self::Corrected { .. }
                | Self::Signed { .. }
        )
    }
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
