//! What the reviewer's answer leaves open. An answer that a check holds counts only from who may give it, and of a
//! decisive check only where its datum was heard against evidence that is attached to it.

use super::contract::{Check, CheckKind, Contract};
use super::event::{Answer, HeardBack};
use super::fold::{Decision, Review};
use super::gap::Gap;
use super::hearback::{Datum, names_incident};

/// What the answer says against the check, or lacks.
pub(super) fn gaps(check: &Check, review: &Review, waived: bool, contract: &Contract) -> Vec<Gap> {
    let Some(decision) = review.answers.get(&check.id) else {
        return Vec::from_iter(is_asked(check, contract).then_some(Gap::Unanswered));
    };
    let gap = match &decision.answer {
        Answer::Fail => Some(Gap::Refuted),
        Answer::Unknown => Some(Gap::CannotTell),
        Answer::NotApplicable { .. } if !waived => Some(Gap::MustApply),
        Answer::NotApplicable { reason } if !contract.says_something(reason) => Some(Gap::NoReason),
        Answer::NotApplicable { .. } => None,
        Answer::Pass => check.readback.filter(|_| contract.hears()).and_then(|datum| {
            let heard = decision.heard.as_ref().filter(|heard| heard.datum == datum.name());
            heard.map_or(Some(Gap::Unheard), |heard| unheard(check, datum, heard, review))
        }),
    };
    // A no stays one, whoever says it.
    let holds = matches!(decision.answer, Answer::Pass | Answer::NotApplicable { .. });
    let by_actor = holds && contract.hears() && is_void(check, decision, review);
    gap.into_iter().chain(by_actor.then_some(Gap::ByActor)).collect()
}

/// Whether silence is no answer to it.
fn is_asked(check: &Check, contract: &Contract) -> bool {
    check.kind == CheckKind::Judgement || (check.readback.is_some() && contract.hears())
}

/// What is wrong with a datum that was heard: its evidence has to be attached still, as it was heard, and an incident has
/// to be this one, on paper too.
fn unheard(check: &Check, datum: Datum, heard: &HeardBack, review: &Review) -> Option<Gap> {
    let mut attached = review.attached.get(&check.id).into_iter().flatten();
    if !attached.any(|one| one.evidence.is(&heard.evidence)) {
        return Some(Gap::Unheard);
    }
    if datum != Datum::Incident {
        return None;
    }
    if heard.said != review.incident_id {
        return Some(Gap::Unheard);
    }
    let names = |field: &String| review.value(field).is_some_and(|value| names_incident(value, &review.incident_id));
    let field = check.fields.first().filter(|_| !check.fields.iter().any(names))?;
    Some(Gap::OtherIncident { field: field.clone() })
}

/// Whether who acted judged it.
fn is_void(check: &Check, decision: &Decision, review: &Review) -> bool {
    check.kind == CheckKind::Judgement && review.names_as_actor(&decision.by.actor)
}
