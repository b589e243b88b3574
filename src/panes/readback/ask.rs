//! Asking for steps of a review to be recorded, each with its row for the log and with what the guard let through in it.

use crate::app::{Effect, Facts, Outbox, Step};
use crate::review::NewReviewEvent;
use crate::review::actions::{self, Refused, Stamp};

/// Who takes a step, and under which name it will be recorded.
pub(in crate::panes) fn by(facts: &Facts, out: &mut Outbox<'_>) -> Stamp {
    Stamp { id: out.id(), actor: facts.setting.actor.clone(), now: facts.now }
}

/// Asks for a step to be recorded, or says why it can't be taken; returns whether it was asked for.
pub(in crate::panes) fn ask(made: Result<NewReviewEvent, Refused>, facts: &Facts, out: &mut Outbox<'_>) -> bool {
    ask_after(0, made, facts, out).is_some()
}

/// The same for a step that follows on so many that are asked for in the same turn; returns how many they are now.
pub(super) fn ask_after(
    before: u64,
    made: Result<NewReviewEvent, Refused>,
    facts: &Facts,
    out: &mut Outbox<'_>,
) -> Option<u64> {
    match made {
        Ok(event) => {
            let event = NewReviewEvent { expected_version: event.expected_version + before, ..event };
            let allowed = actions::let_through(&event, &facts.guard, || by(facts, out));
            let asked = before + 1 + allowed.len() as u64;
            [event].into_iter().chain(allowed).for_each(|event| record(event, facts, out));
            Some(asked)
        }
        Err(refused) => {
            out.tell(refused.to_string());
            None
        }
    }
}

/// Asks for steps that were made one after the other.
pub(super) fn ask_all(made: Result<Vec<NewReviewEvent>, Refused>, facts: &Facts, out: &mut Outbox<'_>) {
    match made {
        Ok(events) => events.into_iter().for_each(|event| record(event, facts, out)),
        Err(refused) => out.tell(refused.to_string()),
    }
}

fn record(event: NewReviewEvent, facts: &Facts, out: &mut Outbox<'_>) {
    let operation = actions::operation_row(&event, facts.book.get(&event.review));
    out.ask(Effect::Record(Box::new(Step { event, operation })));
}
