//! Attaching anew what has grown stale while the review went on: what it would be is asked first, then one key does it.

use super::question::Question;
use super::view::View;
use super::{Mode, ReadbackPane, ask, checks, items, words};
use crate::app::{Facts, Outbox};
use crate::evidence::Freshness;
use crate::panes::readback::items::Item;
use crate::review::actions::{self, Given};
use crate::review::{Answer, Check, Gap, HeardBack, Review, ReviewId, hear};

/// What is asked about: the answer attaches this and nothing that has grown stale since.
#[derive(Clone, Debug)]
pub(super) struct Anew {
    review: ReviewId,
    /// The evidence by its id, with the check that it is attached to.
    evidence: Vec<(String, String)>,
    /// How much else is stale, and was not seen again by this console.
    left: usize,
}

/// The most that are named in the question.
const NAMED: usize = 2;

impl Anew {
    /// The question.
    pub(super) fn text(&self, actor: &str) -> String {
        let mut named: Vec<String> =
            self.evidence.iter().take(NAMED).map(|(id, check)| format!("{id} for {check}")).collect();
        if self.evidence.len() > NAMED {
            named.push(format!("{} more", self.evidence.len() - NAMED));
        }
        let left = match self.left {
            0 => String::new(),
            left => format!(" {left} more can't be: this console has not seen them afresh (R asks the probes)."),
        };
        format!(
            "Attach anew as {actor}, as it is seen now: {}? What you said of it is compared again; where it no longer \
             says so, the check is open.{left}",
            named.join(", ")
        )
    }

    fn names(&self, check: &Check, item: &Item) -> bool {
        self.evidence.iter().any(|(id, of)| *id == item.offer.evidence.id && *of == check.id)
    }
}

impl ReadbackPane {
    /// Asks whether to attach anew what is stale, or no longer what it was: of the check that has the screen, else of all.
    pub(super) fn ask_anew(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let Some(review) = self.review(facts) else { return };
        let all = stale(review, facts);
        let only = self.check(facts).filter(|_| self.view == View::Check);
        let of = all.iter().filter(|(check, _)| only.is_none_or(|only| only.id == check.id));
        let (now, left): (Vec<_>, Vec<_>) = of.partition(|(_, item)| is_seen_afresh(item));
        match (now.len(), left.len(), all.len()) {
            (0, 0, 0) => out.tell("nothing that is attached is stale"),
            (0, 0, elsewhere) => out.tell(format!("nothing here is stale; {elsewhere} of other checks: esc, then I")),
            (0, left, _) => out.tell(format!("{left} not seen afresh by this console: R asks the probes again")),
            _ => {
                let evidence = now.iter().map(|(check, item)| (item.offer.evidence.id.clone(), check.id.clone()));
                let asked = Anew { review: review.id.clone(), evidence: evidence.collect(), left: left.len() };
                self.mode = Mode::Asking(Question::Anew(asked));
            }
        }
    }

    /// Attaches what was asked about as it is now. What was heard from it by the person at this console is compared with
    /// it again: where it still says so, the answer goes along; where it does not, the check is open.
    pub(super) fn attach_anew(&self, asked: &Anew, facts: &Facts, out: &mut Outbox<'_>) {
        let Some(review) = facts.book.get(&asked.review) else { return };
        let (mut steps, mut done) = (0, 0);
        let is_meant = |(check, item): &(&Check, Item)| asked.names(check, item) && is_seen_afresh(item);
        for (check, item) in stale(review, facts).into_iter().filter(is_meant) {
            let (contract, guard, evidence) = (&facts.contract, &facts.guard, item.offer.evidence.clone());
            let made = actions::attach(review, contract, guard, &check.id, evidence, ask::by(facts, out));
            let Some(now) = ask::ask_after(steps, made, facts, out) else { continue };
            (steps, done) = (now, done + 1);
            let Some(heard) = heard_again(review, check, &item, facts) else { continue };
            let given = Given { answer: Answer::Pass, heard: Some(heard), diligence: Some(self.diligence(facts)) };
            let made = actions::decide(review, contract, guard, &check.id, given, ask::by(facts, out));
            steps = ask::ask_after(steps, made, facts, out).unwrap_or(steps);
        }
        out.tell(match done {
            0 => "nothing of it is stale any more".to_owned(),
            done => format!("{done} attached anew; what says otherwise now is open"),
        });
    }
}

/// Whether this console knows it as another, and fresh.
fn is_seen_afresh(item: &Item) -> bool {
    item.is_newer() && item.offer.freshness != Freshness::Stale
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
