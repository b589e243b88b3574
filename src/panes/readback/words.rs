//! How a review reads: lanes, gaps, and the steps it is asked to take.

use crate::app::theme::Role;
use crate::app::{Effect, Facts, Outbox, Step, around};
use crate::review::actions::{Refused, Stamp};
use crate::review::{Disposition, Gap, Lane, NewReviewEvent, Review, actions, lane};

/// What a review adds up to now, with steps that are not recorded yet counted in.
pub(super) fn disposition(review: &Review, facts: &Facts) -> Disposition {
    lane(review, &facts.contract, &around(review, facts))
}

/// The look of a lane. No lane is green: an accepted readback opens no gate.
pub(super) fn role_of(lane: Lane) -> Role {
    match lane {
        Lane::Quarantine | Lane::RejectUnattributed => Role::Fail,
        Lane::Ready | Lane::WaitingRuntimeGate => Role::Accent,
        Lane::WaitingReadback => Role::Unknown,
        _ => Role::Warn,
    }
}

/// A gap in words.
pub(super) fn gap(gap: &Gap) -> String {
    match gap {
        Gap::Quarantined { field, detector } => format!("{field}: {detector} was caught there; X says that it is out"),
        Gap::VoidSignature { why } => format!("a sign-off does not count: {why}"),
        Gap::RuntimeTouched { name } => format!("a step names the runtime action {name}"),
        Gap::SnapshotChanged => "the change-evidence snapshot has changed since this review was opened".to_owned(),
        Gap::Anonymous { field } => format!("{field} names nobody"),
        Gap::Refuted => "the reviewer says it does not hold".to_owned(),
        Gap::Objected { why } => format!("fresh evidence speaks against it: {why}"),
        Gap::Disputed => "the two readings differ: talk, then answer again".to_owned(),
        Gap::StaleEvidence { id } => format!("the evidence {id} is stale: attach it anew, or take it off"),
        Gap::ChangedEvidence { id } => format!("the evidence {id} is not what it was: look again, attach it anew"),
        Gap::SecondNotIndependent => "who reads second is not independent: open a new review".to_owned(),
        Gap::SecondPending => "a second reader has not read it yet".to_owned(),
        Gap::SnapshotUnknown => "nobody can tell whether the snapshot is still current".to_owned(),
        Gap::Missing { field } => format!("{field} is empty; e writes it"),
        Gap::Unattested { field } => format!("{field} is not attested; e writes it"),
        Gap::MustApply => "this check always applies".to_owned(),
        Gap::NoReason => "\"does not apply\" needs a reason".to_owned(),
        Gap::CannotTell => "the reviewer can't tell".to_owned(),
        Gap::Unanswered => "not answered yet: p, f, a or u".to_owned(),
    }
}

/// Who takes a step, and under which name it will be recorded.
pub(in crate::panes) fn by(facts: &Facts, out: &mut Outbox<'_>) -> Stamp {
    Stamp { id: out.id(), actor: facts.setting.actor.clone(), now: facts.now }
}

/// Asks for a step to be recorded, or says why it can't be taken.
pub(in crate::panes) fn ask(made: Result<NewReviewEvent, Refused>, facts: &Facts, out: &mut Outbox<'_>) {
    match made {
        Ok(event) => {
            let review = facts.book.get(&event.review);
            let operation = actions::operation_row(&event, review);
            out.ask(Effect::Record(Box::new(Step { event, operation })));
        }
        Err(refused) => out.tell(refused.to_string()),
    }
}
