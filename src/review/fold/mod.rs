//! A review's state: a total fold over its recorded steps. What does not fit is kept as an anomaly.

mod digest;
mod parts;
mod second;

pub use parts::{
    Anomaly, AnomalyKind, Attached, Caught, Correction, Decision, EvidenceMark, FieldState, FollowUpState, LetThrough,
    Opening, Override, Reopening, Touch,
};
pub use second::{Reading, SecondReading};

use super::around::Around;
use super::attribution::names_user;
use super::contract::ACTOR_FIELD;
use super::event::{Diligence, HeardBack, Recorded, ReviewAct, ReviewId};
use super::hearback::Datum;
use super::narrative::{Risk, Section};
use super::signature::{Signature, Void};
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
    /// Every attribution ever written here, or heard from evidence: who is named once does not sign, whoever edits it
    /// afterwards.
    pub attributions: BTreeSet<String>,
    /// The reviewer's last answer to each check.
    pub answers: BTreeMap<String, Decision>,
    /// Everything the guard ever caught here, in order; the record of it stays.
    pub caught: Vec<Caught>,
    /// Everything that looks like a secret and was let through on purpose, in order.
    pub allowed: Vec<LetThrough>,
    /// The rows of the timeline that are marked as evidence, by id.
    pub evidence: BTreeMap<String, EvidenceMark>,
    /// The evidence that was attached to each check, by reference, in order.
    pub attached: BTreeMap<String, Vec<Attached>>,
    /// Everybody who opened, wrote, answered or signed as a reviewer: none of them reads second.
    pub reviewers: BTreeSet<String>,
    /// The second reading, where somebody joined for one.
    pub second: Option<SecondReading>,
    /// Who handed the first reading in, and when; none once it was reopened.
    pub submitted: Option<Touch>,
    /// The last override of each check, whether it still holds or not.
    pub overrides: BTreeMap<String, Override>,
    /// Every correction, in order.
    pub corrections: Vec<Correction>,
    /// Every reopening, in order.
    pub reopenings: Vec<Reopening>,
    /// The sections of the report; one taken back has an empty text.
    pub sections: BTreeMap<Section, FieldState>,
    /// The risk matrix, by the risk's id.
    pub risks: BTreeMap<String, Risk>,
    /// What is still owed, by the item's id.
    pub follow_ups: BTreeMap<String, FollowUpState>,
    /// Every sign-off, in order.
    pub signatures: Vec<Signature>,
    /// What did not fit.
    pub anomalies: Vec<Anomaly>,
    /// Who acted last.
    pub last: Option<Touch>,
    version: u64,
    last_seq: u64,
    seen: BTreeSet<String>,
    /// Which step wrote which field, for corrections.
    wrote: BTreeMap<String, String>,
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
            allowed: Vec::new(),
            evidence: BTreeMap::new(),
            attached: BTreeMap::new(),
            reviewers: BTreeSet::new(),
            second: None,
            submitted: None,
            overrides: BTreeMap::new(),
            corrections: Vec::new(),
            reopenings: Vec::new(),
            sections: BTreeMap::new(),
            risks: BTreeMap::new(),
            follow_ups: BTreeMap::new(),
            signatures: Vec::new(),
            anomalies: Vec::new(),
            last: None,
            version: 0,
            last_seq: 0,
            seen: BTreeSet::new(),
            wrote: BTreeMap::new(),
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
        if step.event.act.is_of_the_first_reading() {
            if self.second.as_ref().is_some_and(|second| second.reader.actor == by.actor) {
                return self.note(step, AnomalyKind::NotIndependent);
            }
            self.reviewers.insert(by.actor.clone());
        }
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
            ReviewAct::FieldSet { field, value, diligence } => self.write(step, (field, value), *diligence, by),
            ReviewAct::Corrected { step: wrong, field, value, why } => {
                if self.wrote.get(wrong) != Some(field) {
                    return self.note(step, AnomalyKind::NothingCorrected);
                }
                let correction =
                    Correction { step: wrong.clone(), field: field.clone(), why: why.clone(), by: by.clone() };
                self.corrections.push(correction);
                self.write(step, (field, value), None, by);
            }
            ReviewAct::CheckDecided { check, answer, heard, diligence } => {
                self.attribute(heard.as_ref());
                let decision =
                    Decision { answer: answer.clone(), heard: heard.clone(), diligence: *diligence, version, by };
                self.answers.insert(check.clone(), decision);
            }
            ReviewAct::EvidenceAttached { check, evidence } => {
                let all = self.attached.entry(check.clone()).or_default();
                all.retain(|known| known.evidence.id != evidence.id);
                all.push(Attached { evidence: evidence.clone(), by });
            }
            ReviewAct::EvidenceDetached { check, id } => self.detach(step, check, id),
            ReviewAct::Quarantined { field, detector, offset, len, more } => self.caught.push(Caught {
                field: field.clone(),
                detector: detector.clone(),
                offset: *offset,
                len: *len,
                more: *more,
                version,
                cleared: false,
                by,
            }),
            ReviewAct::Allowed { field, detector, offset, len, reason } => {
                self.let_through([field, detector, reason], (*offset, *len), by);
            }
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
            ReviewAct::SecondReaderJoined { looked } => self.join(step, *looked, by),
            ReviewAct::SecondAnswered { check, answer, diligence } => {
                let decision = Decision { answer: answer.clone(), heard: None, diligence: *diligence, version, by };
                self.answer_second(step, check, decision);
            }
            ReviewAct::SecondSubmitted => self.submit_second(step, by),
            ReviewAct::Submitted => self.submitted = Some(by),
            ReviewAct::Reopened { why } => {
                self.submitted = None;
                self.reopenings.push(Reopening { why: why.clone(), by });
            }
            ReviewAct::Overridden { check, reason, until } => {
                let passed_over = Override { reason: reason.clone(), until: *until, by };
                self.overrides.insert(check.clone(), passed_over);
            }
            ReviewAct::SectionWritten { section, text } => {
                let (value, step) = (text.clone(), step.event.id.clone());
                self.sections.insert(*section, FieldState { value, step, diligence: None, version, by });
            }
            ReviewAct::RiskRated { risk } => {
                self.risks.insert(risk.id.clone(), risk.clone());
            }
            ReviewAct::RiskDropped { id } => {
                if self.risks.remove(id).is_none() {
                    self.note(step, AnomalyKind::NothingThere);
                }
            }
            ReviewAct::FollowUpSet { item } => {
                self.follow_ups.insert(item.id.clone(), FollowUpState { item: item.clone(), by });
            }
            ReviewAct::Signed { lane, input_digest, policy, around } => {
                self.sign(step, [lane, input_digest, policy], around.clone());
            }
        }
    }

    fn write(&mut self, step: &Recorded, (field, value): (&str, &str), diligence: Option<Diligence>, by: Touch) {
        if field == ACTOR_FIELD {
            self.attributions.insert(value.to_owned());
        }
        self.wrote.insert(step.event.id.clone(), field.to_owned());
        let id = step.event.id.clone();
        let state = FieldState { value: value.to_owned(), step: id, diligence, version: self.version, by };
        self.fields.insert(field.to_owned(), state);
    }

    fn let_through(&mut self, [field, detector, reason]: [&String; 3], (offset, len): (usize, usize), by: Touch) {
        let (field, detector, reason) = (field.clone(), detector.clone(), reason.clone());
        self.allowed.push(LetThrough { field, detector, offset, len, reason, by });
    }

    /// An actor who was heard from evidence is named, as one who was written down is.
    fn attribute(&mut self, heard: Option<&HeardBack>) {
        if let Some(heard) = heard.filter(|heard| heard.datum == Datum::Actor.name()) {
            self.attributions.insert(heard.said.clone());
        }
    }

    fn detach(&mut self, step: &Recorded, check: &str, id: &str) {
        let Some(all) = self.attached.get_mut(check).filter(|all| all.iter().any(|one| one.evidence.id == id)) else {
            return self.note(step, AnomalyKind::NothingThere);
        };
        all.retain(|one| one.evidence.id != id);
        if all.is_empty() {
            self.attached.remove(check);
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

    fn sign(&mut self, step: &Recorded, [lane, input_digest, policy]: [&String; 3], around: Option<Around>) {
        let void = Void::of(self, lane, &step.event.actor);
        if let Some(void) = void {
            self.note(step, AnomalyKind::Void(void));
        }
        self.signatures.push(Signature {
            lane: lane.clone(),
            input_digest: input_digest.clone(),
            policy: policy.clone(),
            actor: step.event.actor.clone(),
            occurred_at: step.event.occurred_at,
            recorded_at: step.recorded_at,
            seq: step.seq,
            state: self.state_digest(),
            around,
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

    /// Whether this actor (`console:<user>`) is named as who acted, now or at any time.
    pub fn names_as_actor(&self, actor: &str) -> bool {
        self.attributions.iter().any(|attribution| names_user(attribution, actor))
    }

    /// The last sign-off that counts.
    pub fn signature(&self) -> Option<&Signature> {
        self.signatures.iter().rev().find(|signature| signature.void.is_none())
    }

    /// Whether what the lane is computed from is no longer what was signed; `false` where nothing was.
    pub fn changed_since_signed(&self) -> bool {
        self.signature().is_some_and(|signature| signature.state != self.state_digest())
    }
}
