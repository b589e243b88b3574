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
    /// The version of the rules that it is computed by; none where the policy is another check set's, or older.
    pub rules: Option<&'static str>,
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
    let policies = contract.versions();
    for step in steps.iter().filter(|step| only.is_none_or(|only| step.event.review == *only)) {
        let review = reviews.entry(&step.event.review).or_insert_with(|| Review::empty(step));
        let known = review.signatures.len();
        let before = matches!(step.event.act, ReviewAct::Signed { .. }).then(|| review.clone());
        review.apply(step);
        // The same step read twice signs once.
        let Some((before, signature)) = before.zip(review.signatures.get(known)) else { continue };
        let ReviewAct::Signed { lane, input_digest, policy, around } = &step.event.act else { continue };
        let then = policies.iter().find(|contract| contract.digest() == policy);
        found.push(Rechecked {
            review: step.event.review.clone(),
            incident: step.event.incident_id.clone(),
            seq: step.seq,
            actor: step.event.actor.clone(),
            recorded_at: step.recorded_at,
            signed: lane.clone(),
            policy: policy.clone(),
            rules: then.map(|contract| contract.version().name()),
            void: signature.void.map(super::Void::word),
            outcome: match around {
                None => Outcome::NotKept,
                Some(around) => {
                    let around = Around { now: step.event.occurred_at, ..around.clone() };
                    outcome(&before, then.ok_or(contract), &around, [lane, input_digest])
                }
            },
        });
    }
    found
}

/// `then` is what it was signed under, or else what would be today's.
fn outcome(
    before: &Review,
    then: Result<&Contract, &Contract>,
    around: &Around,
    [signed, input]: [&String; 2],
) -> Outcome {
    let then = match then {
        Ok(then) => then,
        Err(today) => return Outcome::OtherPolicy { today: lane(before, today, around).lane },
    };
    let again = lane(before, then, around);
    let same_input = again.input_digest == *input;
    if same_input && again.lane.id() == signed {
        return Outcome::Same;
    }
    Outcome::Differs { lane: again.lane, same_input }
}
