//! Steps that were not recorded because somebody else was faster: what was tried stands beside what stands now until
//! the person takes it again or leaves it. What was typed is a draft meanwhile.

use super::{App, Effect, Outbox, Step};
use crate::panes::PaneId;
use crate::review::actions::{self, Stamp};
use crate::review::{Answer, NewReviewEvent, ReviewAct, ReviewId};

/// Where a text is kept while it is being written: what it is (`reason`, or a field), and of which check.
pub fn draft_key(review: &ReviewId, what: &str, of: &str) -> String {
    format!("{}/{what}/{of}", review.0)
}

/// The drafts that hold what a person typed into a step.
fn drafts(event: &NewReviewEvent) -> Vec<(String, String)> {
    let one = |what: &str, of: &str, text: &str| vec![(draft_key(&event.review, what, of), text.to_owned())];
    match &event.act {
        ReviewAct::FieldSet { field, value, .. } => one(field, "", value),
        ReviewAct::CheckDecided { check, answer: Answer::NotApplicable { reason }, .. }
        | ReviewAct::SecondAnswered { check, answer: Answer::NotApplicable { reason }, .. } => {
            one("reason", check, reason)
        }
        ReviewAct::CheckDecided { check, heard: Some(heard), .. } => one("heard", check, &heard.said),
        ReviewAct::Overridden { check, reason, .. } => one("override", check, reason),
        ReviewAct::Corrected { field, value, why, .. } => {
            [one("correct", field, value), one("why", field, why)].concat()
        }
        ReviewAct::Reopened { why } => one("reopen", "", why),
        ReviewAct::SectionWritten { section, text } => one("section", section.id(), text),
        _ => Vec::new(),
    }
}

impl App {
    /// Keeps what was typed into steps that will not be recorded as they are.
    pub(super) fn keep_texts(steps: &[Step], out: &mut Outbox<'_>) {
        for (key, text) in steps.iter().flat_map(|step| drafts(&step.event)) {
            out.ask(Effect::SaveDraft { key, text });
        }
    }

    /// Steps lost against another's: both are shown.
    pub(super) fn conflicted(&mut self, steps: Vec<Step>, out: &mut Outbox<'_>) {
        out.tell(format!("another reviewer was faster: {} of your steps not recorded; both are shown", steps.len()));
        Self::keep_texts(&steps, out);
        // What was let through goes with the step that carries it, and is found anew with it.
        let lost = steps.into_iter().map(|step| step.event);
        self.facts.lost.extend(lost.filter(|event| !matches!(event.act, ReviewAct::Allowed { .. })));
    }

    /// The person decides about the step that is shown: `again` takes it on what stands now.
    pub(super) fn settle_conflict(&mut self, again: bool, out: &mut Outbox<'_>) {
        let shown = (self.focus == PaneId::Readback).then(|| self.readback.conflict(&self.facts)).flatten();
        let Some(tried) = shown.cloned() else { return };
        if again {
            let Some(review) = self.facts.book.get(&tried.review) else { return };
            if review.version() <= tried.expected_version {
                out.tell("what stands now is still being read");
                return;
            }
            let (contract, guard) = (&self.facts.contract, &self.facts.guard);
            let by = Stamp { id: out.id(), actor: self.facts.setting.actor.clone(), now: self.facts.now };
            match actions::again(review, contract, guard, &tried.act, by) {
                Ok(event) => {
                    let facts = &self.facts;
                    let by = || Stamp { id: out.id(), actor: facts.setting.actor.clone(), now: facts.now };
                    let allowed = actions::let_through(&event, guard, by);
                    for event in [event].into_iter().chain(allowed) {
                        let operation = actions::operation_row(&event, Some(review));
                        out.ask(Effect::Record(Box::new(Step { event, operation })));
                    }
                    for (key, _) in drafts(&tried) {
                        out.ask(Effect::SaveDraft { key, text: String::new() });
                    }
                }
                Err(refused) => {
                    out.tell(refused.to_string());
                    return;
                }
            }
        } else if drafts(&tried).is_empty() {
            out.tell("left: what stands now stays");
        } else {
            out.tell("left: what stands now stays; what you wrote is kept as a draft");
        }
        self.facts.lost.retain(|event| event.id != tried.id);
    }
}
