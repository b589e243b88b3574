//! What keys do in an open review.

use super::editor::{Editor, Target};
use super::question::Question;
use super::view::View;
use super::{Mode, ReadbackPane, agenda, checks, words};
use crate::app::{Action, Effect, Facts, Outbox};
use crate::panes::Flow;
use crate::review::{Answer, Check, Review, actions, references};

impl ReadbackPane {
    /// The review that is on the screen.
    pub(super) fn review<'a>(&self, facts: &'a Facts) -> Option<&'a Review> {
        facts.book.latest(self.open.as_ref()?)
    }

    /// The check that is selected in the open review.
    pub(super) fn check<'a>(&self, facts: &'a Facts) -> Option<&'a Check> {
        checks::rows(facts).get(self.checks.index()).and_then(|row| row.check(facts))
    }

    /// A named action in the open review.
    pub(super) fn act_on_review(&mut self, action: Action, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        if self.move_in_view(action, facts) {
            return Flow::Consumed;
        }
        match action {
            Action::Open if self.view == View::Agenda => self.open_topic(facts),
            Action::Open => {
                self.view = View::Check;
                self.checks.rest();
            }
            Action::LaneView => self.toggle(View::Lane),
            Action::AgendaView => self.toggle(View::Agenda),
            Action::FollowUpsView => self.toggle(View::FollowUps),
            Action::Back if self.view != View::Checks => self.view = View::Checks,
            Action::Back => self.open = None,
            Action::NextFinding => self.seek(facts, true),
            Action::PrevFinding => self.seek(facts, false),
            Action::Refresh => out.ask(Effect::ReadStore),
            Action::Edit => self.edit(facts, out),
            Action::Attach => self.attach(facts, out),
            Action::AnswerPass => self.answer(Answer::Pass, facts, out),
            Action::AnswerFail => self.answer(Answer::Fail, facts, out),
            Action::AnswerUnknown => self.answer(Answer::Unknown, facts, out),
            Action::AnswerNotApplicable => self.ask_reason(facts, out),
            Action::SignOff => self.ask_to_sign(facts, out),
            Action::ClearQuarantine => self.clear_quarantine(facts, out),
            Action::Copy => {
                if let Some(review) = self.review(facts) {
                    out.tell("copied the review's id");
                    out.ask(Effect::Copy(review.id.0.clone()));
                }
            }
            _ => return Flow::Pass,
        }
        Flow::Consumed
    }

    /// To a view, or from it back to the checks.
    fn toggle(&mut self, view: View) {
        self.scroll = 0;
        self.view = if self.view == view { View::Checks } else { view };
    }

    /// Keeps the topic that is selected while others come and go.
    pub(super) fn settle_agenda(&mut self, facts: &Facts) {
        if self.view == View::Agenda {
            let topics = self.review(facts).map(|review| agenda::topics(review, facts)).unwrap_or_default();
            self.topics.settle(topics.len(), |at| agenda::key(&topics[at]));
        }
    }

    /// To the check that the selected topic is about, or to what is owed.
    fn open_topic(&mut self, facts: &Facts) {
        let Some(review) = self.review(facts) else { return };
        let Some(topic) = agenda::topics(review, facts).into_iter().nth(self.topics.index()) else { return };
        let rows = checks::rows(facts);
        match rows.iter().position(|row| row.name(facts) == topic.subject) {
            Some(at) => {
                self.checks.select(at, rows.len(), |at| rows[at].name(facts));
                self.view = View::Check;
            }
            None => self.toggle(View::FollowUps),
        }
    }

    /// To the next check, in either direction, that does not hold yet.
    fn seek(&mut self, facts: &Facts, forward: bool) {
        let rows = checks::rows(facts);
        let Some(review) = self.review(facts) else { return };
        let disposition = words::disposition(review, facts);
        let open = |at: usize| rows[at].needs_a_look(review, &disposition, facts);
        self.checks.seek(forward, rows.len(), |at| rows[at].name(facts), open);
    }

    fn edit(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let Some(review) = self.review(facts) else { return };
        let rows = checks::rows(facts);
        let Some(row) = rows.get(self.checks.index()) else { return };
        let fields = row.fields(facts);
        let empty = fields.iter().find(|field| review.value(field).is_none());
        let Some(field) = empty.or_else(|| fields.first()) else {
            out.tell("the console decides this check from its own records: nothing to write");
            return;
        };
        let target = Target { review: review.id.clone(), field: field.clone(), answers: None };
        self.mode = Mode::Writing(Box::new(Editor::new(target, review.value(field).unwrap_or(""), facts)));
    }

    /// Writes the reference to the newest evidence into the first empty field of the check that it answers.
    fn attach(&self, facts: &Facts, out: &mut Outbox<'_>) {
        let Some(review) = self.review(facts) else { return };
        let rows = checks::rows(facts);
        let Some(row) = rows.get(self.checks.index()) else { return };
        let found = row.fields(facts).into_iter().filter(|field| review.value(field).is_none()).find_map(|field| {
            let newest = references(&field, &facts.log.entries, facts.now).into_iter().next()?;
            Some((field, newest.text))
        });
        match found {
            Some((field, text)) => {
                let made =
                    actions::set_field(review, &facts.contract, &facts.guard, &field, &text, words::by(facts, out));
                out.tell(format!("{field} refers to a recorded readback"));
                words::ask(made, facts, out);
            }
            None => out.tell("nothing recorded answers an empty field of this check"),
        }
    }

    fn ask_reason(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let (Some(review), Some(check)) = (self.review(facts), self.check(facts)) else { return };
        if !check.not_applicable {
            out.tell("this check always applies");
            return;
        }
        let target = Target { review: review.id.clone(), field: "reason".to_owned(), answers: Some(check.id.clone()) };
        self.mode = Mode::Writing(Box::new(Editor::new(target, "", facts)));
    }

    fn answer(&mut self, answer: Answer, facts: &Facts, out: &mut Outbox<'_>) {
        let (Some(review), Some(check)) = (self.review(facts), self.check(facts)) else {
            out.tell("this row is a field: e writes it");
            return;
        };
        let made = actions::decide(review, &facts.contract, &facts.guard, &check.id, answer, words::by(facts, out));
        words::ask(made, facts, out);
    }

    fn ask_to_sign(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let Some(review) = self.review(facts) else { return };
        if facts.pending.of(&review.id).next().is_some() {
            out.tell("steps of this review are not recorded yet: sign when they are");
            return;
        }
        let lane = words::disposition(review, facts).lane;
        self.mode = Mode::Asking(Question::Sign(review.id.clone(), lane, review.version()));
    }

    fn clear_quarantine(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let Some(review) = self.review(facts) else { return };
        let Some(caught) = review.caught.iter().find(|caught| !caught.cleared) else {
            out.tell("nothing is in quarantine");
            return;
        };
        let made = actions::clear(review, &caught.field, words::by(facts, out));
        words::ask(made, facts, out);
    }
}
