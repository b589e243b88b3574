//! The second reading: joined by somebody who took no part in the first, answered blind, handed in.

use super::answer::check_answer;
use super::{Refused, Stamp, step};
use crate::guard::Watch;
use crate::review::contract::{CheckKind, Contract};
use crate::review::event::{Answer, Diligence, NewReviewEvent, ReviewAct};
use crate::review::fold::{Review, SecondReading};

/// Joins as the second reader; whether the first reading was looked at before is said with it.
pub fn join(review: &Review, looked: bool, stamp: Stamp) -> Result<NewReviewEvent, Refused> {
    if review.second.is_some() {
        return Err(Refused::SecondTaken);
    }
    if !review.may_read_second(&stamp.actor) {
        return Err(Refused::NotIndependent);
    }
    step(review, stamp, ReviewAct::SecondReaderJoined { looked })
}

/// Answers a check in the second reading; after it was handed in, to settle a difference.
pub fn answer_second(
    review: &Review,
    contract: &Contract,
    guard: &Watch,
    check: &str,
    (answer, diligence): (Answer, Option<Diligence>),
    stamp: Stamp,
) -> Result<NewReviewEvent, Refused> {
    own(review, &stamp)?;
    // Who was named as the actor since is no reader any more.
    if review.names_as_actor(&stamp.actor) {
        return Err(Refused::NotIndependent);
    }
    check_answer(contract, guard, check, &answer)?;
    step(review, stamp, ReviewAct::SecondAnswered { check: check.to_owned(), answer, diligence })
}

/// Hands the second reading in: every check that a person can answer has to be, so that how much was answered first
/// says nothing.
pub fn submit_second(review: &Review, contract: &Contract, stamp: Stamp) -> Result<NewReviewEvent, Refused> {
    let second = own(review, &stamp)?;
    if second.submitted.is_some() {
        return Err(Refused::AlreadySubmitted);
    }
    let asked = contract.checks.iter().filter(|check| check.kind != CheckKind::Auto);
    match asked.filter(|check| !second.answers.contains_key(&check.id)).count() {
        0 => step(review, stamp, ReviewAct::SecondSubmitted),
        open => Err(Refused::Unanswered(open)),
    }
}

fn own<'a>(review: &'a Review, stamp: &Stamp) -> Result<&'a SecondReading, Refused> {
    review.second.as_ref().filter(|second| second.reader.actor == stamp.actor).ok_or(Refused::NotSecondReader)
}
