//! The guided readback: check by check, each with its evidence and its answer, then on to the next that is open.

use super::editor::{Next, answer_as};
use super::items::{self, Item};
use super::purpose::{Purpose, Target};
use super::view::View;
use super::{Mode, ReadbackPane, ask, checks, words};
use crate::app::{Action, Facts, Outbox};
use crate::panes::Flow;
use crate::review::actions::{self, Refused};
use crate::review::{Answer, Diligence, Lane, Review};

impl ReadbackPane {
    /// The evidence of the selected row.
    pub(super) fn items(&self, facts: &Facts) -> Vec<Item> {
        match (self.review(facts), self.row(facts)) {
            (Some(review), Some(row)) => items::of(&row, review, facts),
            _ => Vec::new(),
        }
    }

    /// How the check on the screen was looked at until now.
    pub(super) fn diligence(&self, facts: &Facts) -> Diligence {
        self.look.diligence(self.items(facts).len(), facts.now)
    }

    /// Starts at the check that blocks first: of those that wait, one that asks for the worst lane.
    pub(super) fn guide(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let Some(review) = self.review(facts) else { return };
        if self.view == View::Check {
            return self.go_on(facts, out);
        }
        let waiting = waiting(review, facts);
        self.show_check();
        match waiting.first() {
            Some((_, at)) => self.go_to(*at, facts),
            None => out.tell("no check waits for an answer: L says why this lane, m hands it in"),
        }
    }

    /// On to the next check that waits for an answer, the one that blocks most first, around the end; stays where there
    /// is none.
    fn go_on(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let (Some(review), Some(row)) = (self.review(facts), self.row(facts)) else { return };
        let here = (row.asks(words::shown(review, facts).as_ref(), facts), self.checks.index());
        let waiting: Vec<_> = waiting(review, facts).into_iter().filter(|one| one.1 != here.1).collect();
        match waiting.iter().find(|one| **one > here).or(waiting.first()) {
            Some((_, at)) => self.go_to(*at, facts),
            None => out.tell("no other check waits for an answer: L says why this lane, m hands it in"),
        }
    }

    fn go_to(&mut self, at: usize, facts: &Facts) {
        let rows = checks::rows(facts);
        self.checks.select(at, rows.len(), |at| rows[at].name(facts));
    }

    /// Answers the selected check. That a decisive one holds takes its datum, read back against what is attached.
    pub(super) fn answer(&mut self, answer: Answer, facts: &Facts, out: &mut Outbox<'_>) {
        let (Some(review), Some(row), Some(check)) = (self.review(facts), self.row(facts), self.check(facts)) else {
            out.tell("this row is a field: e writes it");
            return;
        };
        let datum = check.readback.filter(|_| answer == Answer::Pass && !words::reads_second(review, facts));
        if let Some(datum) = datum {
            if let Err(why) = items::hearable(&row, datum, review, facts) {
                out.tell(why.to_string());
                return;
            }
            let purpose = Purpose::Heard(check.id.clone(), datum);
            self.write(Target { review: review.id.clone(), purpose }, facts);
            return;
        }
        if answer_as(review, &check.id, answer, self.diligence(facts), facts, out) {
            self.answered(facts, out);
        }
    }

    /// A check was answered: the guided readback goes on.
    pub(super) fn answered(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        if self.view == View::Check {
            self.go_on(facts, out);
        }
    }

    /// Asks why the selected check does not apply.
    pub(super) fn ask_reason(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let (Some(review), Some(check)) = (self.review(facts), self.check(facts)) else { return };
        if !check.not_applicable {
            out.tell("this check always applies");
            return;
        }
        let purpose = Purpose::Reason(check.id.clone());
        self.write(Target { review: review.id.clone(), purpose }, facts);
    }

    /// A named action while a text is being written.
    pub(super) fn act_on_text(&mut self, action: Action, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        let diligence = self.diligence(facts);
        let Mode::Writing(editor) = &mut self.mode else { return Flow::Pass };
        match action {
            Action::Save => match editor.save(diligence, facts, out) {
                Next::Stay => {}
                Next::Write(target) => self.write(target, facts),
                Next::Done { answers } => {
                    self.mode = Mode::Browsing;
                    if answers {
                        self.answered(facts, out);
                    }
                }
            },
            Action::Cancel => self.mode = Mode::Browsing,
            _ => return Flow::Pass,
        }
        Flow::Consumed
    }

    /// The evidence that a key is about: the selected one of the check's own screen; in the list, the first of which
    /// something is left to do.
    fn chosen(&self, facts: &Facts) -> Option<Item> {
        let items = self.items(facts);
        let at = match self.view {
            View::Check => self.evidence.index(),
            View::Checks | View::Lane | View::Agenda | View::FollowUps | View::Report => {
                let is_left = |item: &Item| item.attached.is_none() || self.empty_field(item, facts).is_some();
                items.iter().position(is_left).unwrap_or(0)
            }
        };
        items.into_iter().nth(at)
    }

    /// An empty field of the check that this evidence answers, and what to write into it.
    fn empty_field(&self, item: &Item, facts: &Facts) -> Option<(String, String)> {
        let review = self.review(facts)?;
        let empty = self.row(facts)?.fields(facts).into_iter().filter(|field| review.value(field).is_none());
        empty.into_iter().find_map(|field| {
            let text = item.offer.text(&field)?.to_owned();
            Some((field, text))
        })
    }

    /// Attaches the chosen evidence by reference, and writes the reference into the first empty field that it answers.
    pub(super) fn attach(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let (Some(review), Some(check)) = (self.review(facts), self.check(facts)) else { return };
        let Some(item) = self.chosen(facts) else {
            out.tell("the console knows of nothing that answers this check");
            return;
        };
        let (contract, guard) = (&facts.contract, &facts.guard);
        let evidence = item.offer.evidence.clone();
        let id = evidence.id.clone();
        let field = self.empty_field(&item, facts).filter(|_| !words::reads_second(review, facts));
        let made = actions::attach(review, contract, guard, &check.id, evidence, ask::by(facts, out));
        let before = match made {
            // It is attached; its reference may still be wanted in a field.
            Err(Refused::AlreadyAttached) if field.is_some() => 0,
            made => {
                let Some(asked) = ask::ask_after(0, made, facts, out) else { return };
                out.tell(format!("attached {id}"));
                asked
            }
        };
        if let Some((field, text)) = field {
            let made = actions::set_field(review, contract, guard, &field, &text, ask::by(facts, out));
            let made = made.map(|event| actions::looked_at(event, Some(self.diligence(facts))));
            if ask::ask_after(before, made, facts, out).is_some() {
                out.tell(format!("attached {id}; {field} refers to it"));
            }
        }
    }

    /// Takes the chosen evidence off the check.
    pub(super) fn detach(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let (Some(review), Some(check)) = (self.review(facts), self.check(facts)) else { return };
        let chosen = match self.view {
            View::Check => self.chosen(facts),
            View::Checks | View::Lane | View::Agenda | View::FollowUps | View::Report => {
                self.items(facts).into_iter().rfind(|item| item.attached.is_some())
            }
        };
        let Some(item) = chosen else {
            out.tell("no evidence is attached to this check");
            return;
        };
        let id = &item.offer.evidence.id;
        if ask::ask(actions::detach(review, &check.id, id, ask::by(facts, out)), facts, out) {
            out.tell(format!("took {id} off; what refers to it in a field stays"));
        }
    }

    /// Opens the chosen evidence, or closes it; from the list, on the check's own screen.
    pub(super) fn open_evidence(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let Some(item) = self.chosen(facts) else {
            out.tell("the console knows of nothing that answers this check");
            return;
        };
        let id = item.offer.evidence.id;
        if self.view != View::Check {
            self.show_check();
            let ids: Vec<String> = self.items(facts).into_iter().map(|item| item.offer.evidence.id).collect();
            let at = ids.iter().position(|known| *known == id).unwrap_or(0);
            self.evidence.select(at, ids.len(), |at| ids[at].clone());
        }
        self.look.open(&id);
    }
}

/// The rows that wait for an answer, with the lane that each asks for, the worst first. Who reads second and blind is told
/// nothing of lanes: then it is the order of the check set.
fn waiting(review: &Review, facts: &Facts) -> Vec<(Lane, usize)> {
    let disposition = words::shown(review, facts);
    let rows = checks::rows(facts).into_iter().enumerate();
    let waiting = rows.filter(|(_, row)| row.awaits(review, disposition.as_ref(), facts));
    let mut waiting: Vec<_> = waiting.map(|(at, row)| (row.asks(disposition.as_ref(), facts), at)).collect();
    waiting.sort_unstable();
    waiting
}
