//! What a review's state is made of.

use crate::review::event::{Answer, CandidateId, Diligence, EvidenceRef, HeardBack};
use crate::review::follow_up::FollowUp;
use crate::review::signature::Void;
use jiff::Timestamp;

/// What a review was opened on, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The candidate.
    pub candidate: CandidateId,
    /// SHA-256 of the change-evidence snapshot.
    pub snapshot_digest: String,
    /// The policy at that time.
    pub policy: String,
    /// Who and when.
    pub by: Touch,
}

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// `console:<user>`. Foreign text.
    pub actor: String,
    /// By the database's clock.
    pub recorded_at: Timestamp,
}

/// A field as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldState {
    /// The value; empty when it was taken back. Foreign text.
    pub value: String,
    /// The step that wrote it: what a correction names.
    pub step: String,
    /// How what it answers was looked at before.
    pub diligence: Option<Diligence>,
    /// The review's version after it was written.
    pub version: u64,
    /// Who and when.
    pub by: Touch,
}

/// An answer as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub answer: Answer,
    /// The datum that was read back, where one was.
    pub heard: Option<HeardBack>,
    /// How it was come to; shown to the second reader.
    pub diligence: Option<Diligence>,
    /// The review's version after it was made.
    pub version: u64,
    /// Who and when.
    pub by: Touch,
}

/// Something the guard caught: where, never what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// The field.
    pub field: String,
    /// The detector's name.
    pub detector: String,
    /// Byte offset.
    pub offset: usize,
    /// Length in bytes.
    pub len: usize,
    /// How many more the same text had after this one.
    pub more: usize,
    /// The review's version after it was caught.
    pub version: u64,
    /// Whether it has been removed.
    pub cleared: bool,
    /// Who and when.
    pub by: Touch,
}

/// Something that looks like a secret and was let through on purpose: where and why, never what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetThrough {
    /// The field, or what else the text was.
    pub field: String,
    /// The detector's name.
    pub detector: String,
    /// Byte offset.
    pub offset: usize,
    /// Length in bytes.
    pub len: usize,
    /// Why it is no secret. Foreign text.
    pub reason: String,
    /// Who wrote it, and when.
    pub by: Touch,
}

/// A row of the timeline that is marked as evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceMark {
    /// The step's id.
    pub event: String,
    /// Digest of the row as it was recorded then, where there is one.
    pub digest: Option<String>,
    /// Who and when.
    pub by: Touch,
}

/// A piece of evidence that was attached to a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// The reference.
    pub evidence: EvidenceRef,
    /// Who and when.
    pub by: Touch,
}

/// A check that a person passed over, for a reason and for a time. It never paints green.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Why. Foreign text.
    pub reason: String,
    /// Until when it holds.
    pub until: Timestamp,
    /// Who and when.
    pub by: Touch,
}

/// A later step that says an earlier one was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The id of the step that was wrong.
    pub step: String,
    /// The field.
    pub field: String,
    /// Why. Foreign text.
    pub why: String,
    /// Who and when.
    pub by: Touch,
}

/// A review that was closed and goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reopening {
    /// Why. Foreign text.
    pub why: String,
    /// Who and when.
    pub by: Touch,
}

/// A follow-up as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowUpState {
    /// The item.
    pub item: FollowUp,
    /// Who wrote it last, and when.
    pub by: Touch,
}

/// A step that did not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anomaly {
    /// The event's id.
    pub event: String,
    /// Its place in the chain.
    pub seq: u64,
    /// What is odd about it.
    pub kind: AnomalyKind,
}

/// What is odd about a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnomalyKind {
    /// It belongs to another review; it was not applied.
    OtherReview,
    /// It came before the review was opened.
    NotOpened,
    /// The review was open already; the first opening stands.
    OpenedTwice,
    /// Its writer had seen another number of steps.
    Version {
        /// What the writer had seen.
        expected: u64,
        /// What stood.
        found: u64,
    },
    /// Its place in the chain is not after the one before.
    Order,
    /// Nothing was quarantined in that field.
    NothingQuarantined,
    /// That row was not marked as evidence.
    NotMarked,
    /// A sign-off that does not count.
    Void(Void),
    /// Who reads second must be neither a reviewer of this review nor the actor of the change.
    NotIndependent,
    /// A step of the second reading by somebody who is not the second reader.
    NotSecondReader,
    /// The second reading was handed in already.
    SubmittedTwice,
    /// It corrects a step that is none of this review's, or of another field.
    NothingCorrected,
    /// It takes back what is not there.
    NothingThere,
}
