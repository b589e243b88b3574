//! Computing the lane of every sign-off again, from the steps before it and what lay around it then.

use super::around::Around;
use super::contract::Contract;
use super::event::{Recorded, ReviewAct, ReviewId};
use super::fold::Review;
use super::lane::{Lane, lane};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// What came of computing the lane of a sign-off again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The same lane from the same input.
    Same,
    /// Another lane, or another input.
    Differs {
        /// The lane as it comes out.
        lane: Lane,
        /// Whether it comes out of the input that was signed.
        same_input: bool,
    },
    /// It was signed under another policy, under which it can't be computed here.
    OtherPolicy {
        /// What this console's policy says of the same input.
        today: Lane,
    },
    /// What lay around it then was not kept.
    NotKept,
}

/// A sign-off, computed again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rechecked {
    /// The review.
    pub review: ReviewId,
    /// The incident. Foreign text.
    pub incident: String,
    /// Its place in the incident's chain.
    pub seq: u64,
    /// Who signed. Foreign text.
    pub actor: String,
    /// When, by the database's clock.
    pub recorded_at: Timestamp,
    /// The lane that was signed, as written. Foreign text.
    pub signed: String,
    /// The policy it was signed under. Foreign text.
    pub policy: String,
    /// Why the sign-off does not count, where it does not.
    pub void: Option<&'static str>,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Every sign-off of these steps, in the order of recording; of one review, or of all.
pub fn recheck(steps: &[Recorded], only: Option<&ReviewId>, contract: &Contract) -> Vec<Rechecked> {
    let mut reviews: BTreeMap<&ReviewId, Review> = BTreeMap::new();
    let mut found = Vec::new();
    for step in steps.iter().filter(|step| only.is_none_or(|only| step.event.review == *only)) {
        let review = reviews.entry(&step.event.review).or_insert_with(|| Review::empty(step));
        let known = review.signatures.len();
        let before = matches!(step.event.act, ReviewAct::Signed { .. }).then(|| review.clone());
        review.apply(step);
        // The same step read twice signs once.
        let Some((before, signature)) = before.zip(review.signatures.get(known)) else { continue };
        let ReviewAct::Signed { lane, input_digest, policy, around } = &step.event.act else { continue };
        found.push(Rechecked {
            review: step.event.review.clone(),
            incident: step.event.incident_id.clone(),
            seq: step.seq,
            actor: step.event.actor.clone(),
            recorded_at: step.recorded_at,
            signed: lane.clone(),
            policy: policy.clone(),
            void: signature.void.map(super::Void::word),
            outcome: outcome(&before, contract, around.as_ref(), [lane, input_digest, policy], step.event.occurred_at),
        });
    }
    found
}

fn outcome(
    before: &Review,
    contract: &Contract,
    around: Option<&Around>,
    [signed, input, policy]: [&String; 3],
    now: Timestamp,
) -> Outcome {
    let Some(around) = around else { return Outcome::NotKept };
    let again = lane(before, contract, &Around { now, ..around.clone() });
    if policy != contract.digest() {
        return Outcome::OtherPolicy { today: again.lane };
    }
    let same_input = again.input_digest == *input;
    if same_input && again.lane.id() == signed {
        return Outcome::Same;
    }
    Outcome::Differs { lane: again.lane, same_input }
}
