//! A review's state: a total fold over its recorded steps. What does not fit is kept as an anomaly.

use super::contract::ACTOR_FIELD;
use super::event::{Answer, CandidateId, Recorded, ReviewAct, ReviewId};
use super::signature::{Signature, Void};
use crate::guard;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The state of a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Which one.
    pub id: ReviewId,
    /// Its incident.
    pub incident_id: String,
    /// What it was opened on; `None` where its first step is missing.
    pub opening: Option<Opening>,
    /// Every field ever written; one taken back has an empty value.
    pub fields: BTreeMap<String, FieldState>,
    /// Every attribution ever written here: who is named once does not sign, whoever edits it afterwards.
    pub attributions: BTreeSet<String>,
    /// The reviewer's last answer to each check.
    pub answers: BTreeMap<String, Decision>,
    /// Everything the guard ever caught here, in order; the record of it stays.
    pub caught: Vec<Caught>,
    /// The rows of the timeline that are marked as evidence, by id.
    pub evidence: BTreeMap<String, EvidenceMark>,
    /// Every sign-off, in order.
    pub signatures: Vec<Signature>,
    /// What did not fit.
    pub anomalies: Vec<Anomaly>,
    /// Who acted last.
    pub last: Option<Touch>,
    version: u64,
    last_seq: u64,
    seen: BTreeSet<String>,
}

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
    /// The review's version after it was caught.
    pub version: u64,
    /// Whether it has been removed.
    pub cleared: bool,
    /// Who and when.
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
}

impl Review {
    /// The state after these steps; `None` where there are none. The first says which review it is.
    pub fn fold<'a>(steps: impl IntoIterator<Item = &'a Recorded>) -> Option<Self> {
        let mut steps = steps.into_iter().peekable();
        let mut review = Self::empty(steps.peek()?);
        steps.for_each(|step| review.apply(step));
        Some(review)
    }

    /// The state before this step, as if it were the review's first.
    pub(super) fn empty(first: &Recorded) -> Self {
        Self {
            id: first.event.review.clone(),
            incident_id: first.event.incident_id.clone(),
            opening: None,
            fields: BTreeMap::new(),
            attributions: BTreeSet::new(),
            answers: BTreeMap::new(),
            caught: Vec::new(),
            evidence: BTreeMap::new(),
            signatures: Vec::new(),
            anomalies: Vec::new(),
            last: None,
            version: 0,
            last_seq: 0,
            seen: BTreeSet::new(),
        }
    }

    /// Applies one step. The same step again changes nothing (a live tail reads an overlap).
    pub fn apply(&mut self, step: &Recorded) {
        let event = &step.event;
        if event.review != self.id {
            return self.note(step, AnomalyKind::OtherReview);
        }
        if !self.seen.insert(event.id.clone()) {
            return;
        }
        if event.expected_version != self.version {
            self.note(step, AnomalyKind::Version { expected: event.expected_version, found: self.version });
        }
        if step.seq <= self.last_seq {
            self.note(step, AnomalyKind::Order);
        }
        if self.opening.is_none() && !matches!(event.act, ReviewAct::Opened { .. }) {
            self.note(step, AnomalyKind::NotOpened);
        }
        self.version += 1;
        self.last_seq = self.last_seq.max(step.seq);
        let by = Touch { actor: event.actor.clone(), recorded_at: step.recorded_at };
        self.last = Some(by.clone());
        self.act(step, by);
    }

    fn act(&mut self, step: &Recorded, by: Touch) {
        let version = self.version;
        match &step.event.act {
            ReviewAct::Opened { .. } if self.opening.is_some() => self.note(step, AnomalyKind::OpenedTwice),
            ReviewAct::Opened { candidate, snapshot_digest, policy } => {
                self.opening = Some(Opening {
                    candidate: candidate.clone(),
                    snapshot_digest: snapshot_digest.clone(),
                    policy: policy.clone(),
                    by,
                });
            }
            ReviewAct::FieldSet { field, value } => {
                if field == ACTOR_FIELD {
                    self.attributions.insert(value.clone());
                }
                self.fields.insert(field.clone(), FieldState { value: value.clone(), version, by });
            }
            ReviewAct::CheckDecided { check, answer } => {
                self.answers.insert(check.clone(), Decision { answer: answer.clone(), by });
            }
            ReviewAct::Quarantined { field, detector, offset, len } => self.caught.push(Caught {
                field: field.clone(),
                detector: detector.clone(),
                offset: *offset,
                len: *len,
                version,
                cleared: false,
                by,
            }),
            ReviewAct::QuarantineCleared { field } => self.clear(step, field),
            ReviewAct::EvidenceMarked { row, digest } => {
                let mark = EvidenceMark { event: step.event.id.clone(), digest: digest.clone(), by };
                self.evidence.insert(row.clone(), mark);
            }
            ReviewAct::EvidenceUnmarked { row } => {
                if self.evidence.remove(row).is_none() {
                    self.note(step, AnomalyKind::NotMarked);
                }
            }
            ReviewAct::Signed { lane, input_digest, policy } => self.sign(step, lane, input_digest, policy),
        }
    }

    fn clear(&mut self, step: &Recorded, field: &str) {
        let mut any = false;
        for caught in self.caught.iter_mut().filter(|caught| caught.field == field && !caught.cleared) {
            caught.cleared = true;
            any = true;
        }
        if !any {
            self.note(step, AnomalyKind::NothingQuarantined);
        }
    }

    fn sign(&mut self, step: &Recorded, lane: &str, input_digest: &str, policy: &str) {
        let void = Void::of(self, lane, &step.event.actor);
        if let Some(void) = void {
            self.note(step, AnomalyKind::Void(void));
        }
        self.signatures.push(Signature {
            lane: lane.to_owned(),
            input_digest: input_digest.to_owned(),
            policy: policy.to_owned(),
            actor: step.event.actor.clone(),
            recorded_at: step.recorded_at,
            seq: step.seq,
            state: self.state_digest(),
            void,
        });
    }

    fn note(&mut self, step: &Recorded, kind: AnomalyKind) {
        self.anomalies.push(Anomaly { event: step.event.id.clone(), seq: step.seq, kind });
    }

    /// How many steps stand: what the next append has to expect.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// A field's value, unless it is empty or was never written. Foreign text.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(|state| state.value.as_str()).filter(|value| !value.trim().is_empty())
    }

    /// Whether something the guard caught has not been removed yet.
    pub fn is_quarantined(&self) -> bool {
        self.caught.iter().any(|caught| !caught.cleared)
    }

    /// The version at which the guard last caught something; 0 where it never has.
    pub fn last_caught(&self) -> u64 {
        self.caught.iter().map(|caught| caught.version).max().unwrap_or(0)
    }

    /// The last sign-off that counts.
    pub fn signature(&self) -> Option<&Signature> {
        self.signatures.iter().rev().find(|signature| signature.void.is_none())
    }

    /// Whether what the lane is computed from is no longer what was signed; `false` where nothing was.
    pub fn changed_since_signed(&self) -> bool {
        self.signature().is_some_and(|signature| signature.state != self.state_digest())
    }

    /// SHA-256 over everything in this review that a lane is computed from, but the sign-offs that
    /// count: who wrote it and when makes no difference, writing the same value again is no change.
    pub fn state_digest(&self) -> String {
        let opening = self.opening.as_ref().map(|opening| (&opening.candidate, &opening.snapshot_digest));
        let fields: BTreeMap<_, _> = self
            .fields
            .iter()
            .map(|(name, field)| (name, (&field.value, field.version > self.last_caught())))
            .collect();
        let answers: BTreeMap<_, _> = self.answers.iter().map(|(name, decision)| (name, &decision.answer)).collect();
        let caught: Vec<_> = self.caught.iter().map(|hit| (&hit.field, &hit.detector, hit.cleared)).collect();
        let void = self.signatures.iter().filter(|signature| signature.void.is_some()).count();
        guard::digest_of(&(opening, fields, answers, caught, void))
    }
}
