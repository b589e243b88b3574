//! Overrides (break-glass): a check that a person passed over, for a reason and for a time. It never paints green.

use super::contract::{ACTOR_FIELD, Check, CheckKind, Contract};
use super::fold::{Override, Review};
use jiff::{SignedDuration, Timestamp};

/// The longest that an override holds, from when it was recorded: one that claims to end later does not count.
pub const MAX_OVERRIDE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whether a check may be passed over: not what the console or the guard decides, and never who acted.
pub fn may_be_overridden(check: &Check) -> bool {
    matches!(check.kind, CheckKind::Field | CheckKind::Judgement)
        && !check.fields.iter().any(|field| field == ACTOR_FIELD)
}

/// The override of a check that is in force at a time.
pub fn override_in_force<'a>(
    review: &'a Review,
    contract: &Contract,
    check: &Check,
    at: Timestamp,
) -> Option<&'a Override> {
    let known = review.overrides.get(&check.id).filter(|_| may_be_overridden(check))?;
    let latest = known.by.recorded_at.checked_add(MAX_OVERRIDE).unwrap_or(Timestamp::MAX);
    let holds = at < known.until && known.until <= latest && contract.says_something(&known.reason);
    // Who acted passes over nothing.
    (holds && !review.names_as_actor(&known.by.actor)).then_some(known)
}

/// The checks that are passed over at a time.
pub(super) fn passed_over<'a>(review: &Review, contract: &'a Contract, at: Timestamp) -> Vec<&'a str> {
    if review.overrides.is_empty() {
        return Vec::new();
    }
    let in_force = |check: &&Check| override_in_force(review, contract, check, at).is_some();
    contract.checks.iter().filter(in_force).map(|check| check.id.as_str()).collect()
}
