//! Answering a check in the first reading.

use super::{Refused, Stamp, check_text, step};
use crate::guard::Watch;
use crate::review::contract::{CheckKind, Contract};
use crate::review::event::{Answer, Diligence, HeardBack, NewReviewEvent, ReviewAct};
use crate::review::fold::Review;

/// An answer, and how it was come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The answer.
    pub answer: Answer,
    /// The datum that was read back and agreed with the evidence.
    pub heard: Option<HeardBack>,
    /// How long it was looked at, and at what.
    pub diligence: Option<Diligence>,
}

impl From<Answer> for Given {
    fn from(answer: Answer) -> Self {
        Self { answer, heard: None, diligence: None }
    }
}

/// Answers a check. A decisive one holds only on what was read back.
pub fn decide(
    review: &Review,
    contract: &Contract,
    guard: &Watch,
    check: &str,
    given: impl Into<Given>,
    stamp: Stamp,
) -> Result<NewReviewEvent, Refused> {
    let Given { answer, heard, diligence } = given.into();
    check_answer(contract, guard, check, &answer)?;
    if contract.check(check).is_some_and(|check| check.kind == CheckKind::Judgement)
        && review.names_as_actor(&stamp.actor)
    {
        return Err(Refused::ActorJudges(check.to_owned()));
    }
    let asks = contract.check(check).and_then(|check| check.readback);
    let agrees = |heard: &HeardBack| asks.is_some_and(|datum| datum.name() == heard.datum);
    if asks.is_some() && answer == Answer::Pass && !heard.as_ref().is_some_and(agrees) {
        return Err(Refused::NotHeard(check.to_owned()));
    }
    if let Some(heard) = &heard {
        check_text(guard, check, &heard.said)?;
    }
    step(review, stamp, ReviewAct::CheckDecided { check: check.to_owned(), answer, heard, diligence })
}

/// Refuses what is no answer to this check.
pub(super) fn check_answer(contract: &Contract, guard: &Watch, check: &str, answer: &Answer) -> Result<(), Refused> {
    let known = contract.check(check).ok_or_else(|| Refused::NoSuchCheck(check.to_owned()))?;
    let Answer::NotApplicable { reason } = answer else { return Ok(()) };
    if !known.not_applicable {
        return Err(Refused::MustApply(check.to_owned()));
    }
    if !contract.says_something(reason) {
        return Err(Refused::NoReason(check.to_owned()));
    }
    check_text(guard, check, reason)
}
