//! Writing fields: at first, as a correction of what was handed in, and passing a check over.

use super::{Refused, Stamp, check_reason, check_text, step};
use crate::guard::Watch;
use crate::review::contract::Contract;
use crate::review::event::{Diligence, NewReviewEvent, ReviewAct};
use crate::review::fold::Review;
use crate::review::passed_over::{MAX_OVERRIDE, may_be_overridden};
use jiff::Timestamp;

/// Writes a field; an empty value takes it back. What the guard catches is refused with where it stands:
/// record it with [`super::quarantine`].
pub fn set_field(
    review: &Review,
    contract: &Contract,
    guard: &Watch,
    field: &str,
    value: &str,
    stamp: Stamp,
) -> Result<NewReviewEvent, Refused> {
    if !contract.is_editable(field) {
        return Err(Refused::NoSuchField(field.to_owned()));
    }
    check_text(guard, field, value)?;
    step(review, stamp, ReviewAct::FieldSet { field: field.to_owned(), value: value.to_owned(), diligence: None })
}

/// The same step with how the check that the field answers was looked at before.
#[must_use]
pub fn looked_at(mut event: NewReviewEvent, how: Option<Diligence>) -> NewReviewEvent {
    if let ReviewAct::FieldSet { diligence, .. } = &mut event.act {
        *diligence = how;
    }
    event
}

/// Says that a field was written wrongly, and what is right. What it corrects is the step that wrote what stands.
pub fn correct(
    review: &Review,
    contract: &Contract,
    guard: &Watch,
    field: &str,
    (value, why): (&str, &str),
    stamp: Stamp,
) -> Result<NewReviewEvent, Refused> {
    if !contract.is_editable(field) {
        return Err(Refused::NoSuchField(field.to_owned()));
    }
    let Some(written) = review.fields.get(field) else { return Err(Refused::NothingWritten(field.to_owned())) };
    if written.value == value {
        return Err(Refused::SameValue(field.to_owned()));
    }
    check_text(guard, field, value)?;
    check_reason(contract, guard, "correction", why)?;
    let act = ReviewAct::Corrected {
        step: written.step.clone(),
        field: field.to_owned(),
        value: value.to_owned(),
        why: why.to_owned(),
    };
    step(review, stamp, act)
}

/// Passes a check over (break-glass), for a reason and until a time. It never makes the check hold. What the guard or
/// the console itself decides is nobody's to pass over.
pub fn override_check(
    review: &Review,
    contract: &Contract,
    guard: &Watch,
    check: &str,
    (reason, until): (&str, Timestamp),
    stamp: Stamp,
) -> Result<NewReviewEvent, Refused> {
    let known = contract.check(check).ok_or_else(|| Refused::NoSuchCheck(check.to_owned()))?;
    if !may_be_overridden(known) {
        return Err(Refused::NotOverridable(check.to_owned()));
    }
    if until <= stamp.now || until.duration_since(stamp.now) > MAX_OVERRIDE {
        return Err(Refused::BadUntil);
    }
    check_reason(contract, guard, "override", reason)?;
    let act = ReviewAct::Overridden { check: check.to_owned(), reason: reason.to_owned(), until };
    step(review, stamp, act)
}
