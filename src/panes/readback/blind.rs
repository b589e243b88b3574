//! Who reads second must not have seen the first reading. What follows from its answers is kept from whoever could still
//! read second, and who looks all the same is remembered for when they join.

use super::{ReadbackPane, words};
use crate::app::{Effect, Facts, Outbox, draft_key};
use crate::review::{Reading, Review, ReviewId};

/// Where it is remembered, beside the drafts: a console that was started again still knows.
fn key(review: &ReviewId, facts: &Facts) -> String {
    draft_key(review, "looked", &facts.setting.actor)
}

/// Whether the person at this console has looked at the first reading.
pub(super) fn has_looked(review: &Review, facts: &Facts) -> bool {
    facts.drafts.contains_key(&key(&review.id, facts))
}

/// Whether the review waits for a second reader, and the person could be it without having looked.
pub(super) fn could_read(review: &Review, facts: &Facts) -> bool {
    let waits = review.submitted.is_some() || facts.contract.rules.second_reader;
    let may = review.may_read_second(&facts.setting.actor) && facts.setting.access.may_write();
    waits && review.second.is_none() && may && !has_looked(review, facts)
}

impl ReadbackPane {
    /// Remembers that the first reading is on the screen of somebody who might still want to read second.
    pub(super) fn remember_look(&self, facts: &Facts, out: &mut Outbox<'_>) {
        let Some(review) = self.review(facts).filter(|_| facts.setting.access.may_write()) else { return };
        let is_told = !review.answers.is_empty() || !review.overrides.is_empty() || !review.signatures.is_empty();
        let may_still = review.second.is_none() && review.may_read_second(&facts.setting.actor);
        let sees = words::reading(review, facts) == Reading::First;
        if is_told && may_still && sees && !has_looked(review, facts) {
            out.ask(Effect::SaveDraft { key: key(&review.id, facts), text: "looked".to_owned() });
        }
    }
}
