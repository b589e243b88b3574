//! Attaching anew what has grown stale while the review went on, all of it by one key.

use super::{ReadbackPane, ask, checks, items, words};
use crate::app::{Facts, Outbox};
use crate::evidence::Freshness;
use crate::panes::readback::items::Item;
use crate::review::actions::{self, Given};
use crate::review::{Answer, Check, Gap, HeardBack, Review, hear};

impl ReadbackPane {
    /// Attaches every piece of evidence that is stale, or no longer what it was, as it is now. What was heard from it by
    /// the person at this console is compared with it again: where it still says so, the answer goes along; where it
    /// does not, the check is open.
    pub(super) fn attach_anew(&self, facts: &Facts, out: &mut Outbox<'_>) {
        let Some(review) = self.review(facts) else { return };
        let (mut asked, mut done, mut left) = (0, 0, 0);
        for (check, item) in stale(review, facts) {
            let is_fresh = item.offer.freshness != Freshness::Stale;
            if !item.is_newer() || !is_fresh {
                left += 1;
                continue;
            }
            let (contract, guard, evidence) = (&facts.contract, &facts.guard, item.offer.evidence.clone());
            let made = actions::attach(review, contract, guard, &check.id, evidence, ask::by(facts, out));
            let Some(now) = ask::ask_after(asked, made, facts, out) else { continue };
            (asked, done) = (now, done + 1);
            let Some(heard) = heard_again(review, check, &item, facts) else { continue };
            let given = Given { answer: Answer::Pass, heard: Some(heard), diligence: Some(self.diligence(facts)) };
            let made = actions::decide(review, contract, guard, &check.id, given, ask::by(facts, out));
            asked = ask::ask_after(asked, made, facts, out).unwrap_or(asked);
        }
        out.tell(match (done, left) {
            (0, 0) => "nothing that is attached is stale".to_owned(),
            (done, 0) => format!("{done} attached anew; what they no longer say the same of is open"),
            (done, left) => format!("{done} attached anew, {left} not seen afresh by this console (r asks again)"),
        });
    }
}

/// What is attached to which check and has grown stale, or is no longer what it was.
fn stale<'a>(review: &Review, facts: &'a Facts) -> Vec<(&'a Check, Item)> {
    let disposition = words::disposition(review, facts);
    let mut found = Vec::new();
    for (check, state) in facts.contract.checks.iter().zip(&disposition.checks) {
        let ids: Vec<&String> = state
            .gaps
            .iter()
            .filter_map(|gap| match gap {
                Gap::StaleEvidence { id } | Gap::ChangedEvidence { id } => Some(id),
                _ => None,
            })
            .collect();
        let Some(row) = checks::row_of(&check.id, facts).filter(|_| !ids.is_empty()) else { continue };
        let items = items::of(&row, review, facts).into_iter().filter(|item| item.attached.is_some());
        found.extend(items.filter(|item| ids.contains(&&item.offer.evidence.id)).map(|item| (check, item)));
    }
    found
}

/// What the person at this console said of this evidence, where it still says the same.
fn heard_again(review: &Review, check: &Check, item: &Item, facts: &Facts) -> Option<HeardBack> {
    let datum = check.readback?;
    let decision = review.answers.get(&check.id).filter(|decision| decision.answer == Answer::Pass)?;
    let before = decision.heard.as_ref().filter(|heard| heard.evidence.id == item.offer.evidence.id)?;
    // What somebody else said is theirs to say again.
    if decision.by.actor != facts.setting.actor {
        return None;
    }
    let says = item.offer.says.iter().filter(|(of, _)| *of == datum);
    let against: Vec<_> = says.map(|(_, said)| (item.offer.evidence.clone(), said.clone())).collect();
    hear(datum, &before.said, &against, &facts.setting.zone).ok()
}
