//! A step that lost against another's, taken again on what stands now.

use super::{Given, Refused, Stamp, looked_at};
use super::{answer_second, attach, clear, correct, decide, detach, join, override_check, reopen, set_field, step};
use super::{submit, submit_second};
use crate::guard::Watch;
use crate::review::contract::Contract;
use crate::review::event::{NewReviewEvent, ReviewAct};
use crate::review::fold::Review;

/// The same act as a new step at the version that stands now, if it still may be taken. An opening and a sign-off are
/// not: what they were decided on is not so any more.
pub fn again(
    review: &Review,
    contract: &Contract,
    guard: &Watch,
    act: &ReviewAct,
    stamp: Stamp,
) -> Result<NewReviewEvent, Refused> {
    match act {
        ReviewAct::FieldSet { field, value, diligence } => {
            set_field(review, contract, guard, field, value, stamp).map(|event| looked_at(event, *diligence))
        }
        ReviewAct::CheckDecided { check, answer, heard, diligence } => {
            let given = Given { answer: answer.clone(), heard: heard.clone(), diligence: *diligence };
            decide(review, contract, guard, check, given, stamp)
        }
        ReviewAct::SecondAnswered { check, answer, diligence } => {
            answer_second(review, contract, guard, check, (answer.clone(), *diligence), stamp)
        }
        ReviewAct::Corrected { field, value, why, .. } => correct(review, contract, guard, field, (value, why), stamp),
        ReviewAct::Overridden { check, reason, until } => {
            override_check(review, contract, guard, check, (reason, *until), stamp)
        }
        ReviewAct::EvidenceAttached { check, evidence } => {
            attach(review, contract, guard, check, evidence.clone(), stamp)
        }
        ReviewAct::EvidenceDetached { check, id } => detach(review, check, id, stamp),
        ReviewAct::QuarantineCleared { field } => clear(review, field, stamp),
        ReviewAct::Reopened { why } => reopen(review, contract, guard, why, stamp),
        ReviewAct::SecondReaderJoined { looked } => join(review, *looked, stamp),
        ReviewAct::SecondSubmitted => submit_second(review, contract, stamp),
        ReviewAct::Submitted => submit(review, stamp),
        ReviewAct::Opened { .. } | ReviewAct::Signed { .. } => Err(Refused::LookAgain),
        ReviewAct::Quarantined { .. }
        | ReviewAct::Allowed { .. }
        | ReviewAct::EvidenceMarked { .. }
        | ReviewAct::EvidenceUnmarked { .. }
        | ReviewAct::SectionWritten { .. }
        | ReviewAct::RiskRated { .. }
        | ReviewAct::RiskDropped { .. }
        | ReviewAct::FollowUpSet { .. } => step(review, stamp, act.clone()),
    }
}
