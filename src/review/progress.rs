//! What a review has made of a candidate, for the plan with the current counts. There is no place in it for a runtime
//! gate or an authorisation: those stay as the contract has them.

use super::{Around, Contract, Lane, Review, Standing, lane};
use std::collections::{BTreeMap, BTreeSet};

/// How far the readback of a candidate is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Its lane; the initial one where no review was opened.
    lane: Option<Lane>,
    /// The lane of the last sign-off that counts; what was computed is nobody's outcome.
    outcome: Option<Lane>,
    /// What stands in the fields, of those that say something.
    fields: BTreeMap<String, String>,
    /// The checks that a counting sign-off accepted, none before there is one. A check that does not apply is not
    /// among them: nothing was there to accept.
    accepted: Option<BTreeSet<String>>,
}

/// The checks behind the accepted flags, where it is not the flag's name and `_present`.
const CHECKS: [(&str, &str); 5] = [
    ("actor_attribution", "actor_not_anonymous"),
    ("before_after_state", "before_after_service_state_present"),
    ("monitoring_alert", "monitoring_alert_ref_present"),
    ("postcheck_readback", "postcheck_independent"),
    ("no_false_green", "no_false_green_route_or_container"),
];
/// The flag of the whole readback.
const WHOLE: &str = "post_incident_readback";
const RECEIVED: &str = "_received";
const ACCEPTED: &str = "_accepted";

impl Progress {
    /// How far this review is. `shown` takes each text on its way out: the guard stands there.
    pub fn of(review: &Review, contract: &Contract, around: &Around, shown: impl Fn(&str) -> String) -> Self {
        let disposition = lane(review, contract, around);
        let says = |field: &&String| review.value(field).is_some_and(|value| contract.says_something(value));
        let fields = contract.fields.required.iter().filter(says);
        let fields = fields.map(|field| (field.clone(), shown(review.value(field).unwrap_or_default())));
        let passed = disposition.checks.into_iter().filter(|state| state.standing == Standing::Passed);
        // The lane says so only after a sign-off that counts, of what stands now, under this policy.
        let accepted = (disposition.lane == Lane::WaitingRuntimeGate).then(|| passed.map(|state| state.check));
        let outcome = review.signature().and_then(|signature| Lane::from_id(&signature.lane));
        Self {
            lane: Some(disposition.lane),
            outcome,
            fields: fields.collect(),
            accepted: accepted.map(Iterator::collect),
        }
    }

    /// Its lane, where there is a review.
    pub(super) fn lane(&self) -> Option<Lane> {
        self.lane
    }

    /// What a reviewer signed last, where that counts.
    pub(super) fn outcome(&self) -> Option<Lane> {
        self.outcome
    }

    /// What stands in a field.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// Whether a sign-off that counts accepted it.
    pub fn is_accepted(&self) -> bool {
        self.accepted.is_some()
    }

    /// Whether a flag of the candidate is up because of what was received or accepted. Every other flag, the runtime
    /// gate among them, is nothing that a review can raise.
    pub(super) fn raises(&self, flag: &str) -> bool {
        if let Some(of) = flag.strip_suffix(RECEIVED) {
            return of == WHOLE && !self.fields.is_empty();
        }
        let Some((of, accepted)) = flag.strip_suffix(ACCEPTED).zip(self.accepted.as_ref()) else { return false };
        let check = CHECKS.iter().find(|(flag, _)| *flag == of).map(|(_, check)| (*check).to_owned());
        of == WHOLE || accepted.contains(&check.unwrap_or_else(|| format!("{of}_present")))
    }
}
