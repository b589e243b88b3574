//! What keys do in an open review.

use super::editor::Editor;
use super::menu::Menu;
use super::pick::Pick;
use super::purpose::{Purpose, Target};
use super::question::Question;
use super::view::View;
use super::{Mode, ReadbackPane, agenda, checks, lines, report, words};
use crate::app::{Action, Effect, Facts, Outbox};
use crate::panes::Flow;
use crate::review::actions::Refused;
use crate::review::agenda::Why;
use crate::review::{Answer, CandidateId, Check, NewReviewEvent, Review};

impl ReadbackPane {
    /// The review that is on the screen.
    pub(super) fn review<'a>(&self, facts: &'a Facts) -> Option<&'a Review> {
        facts.book.latest(self.open.as_ref()?)
    }

    /// The step of the review on the screen that lost against another's, the first of them.
    pub fn conflict<'a>(&self, facts: &'a Facts) -> Option<&'a NewReviewEvent> {
        let review = self.review(facts)?;
        facts.lost.iter().find(|event| event.review == review.id)
    }

    /// The row that is selected in the open review.
    pub(super) fn row(&self, facts: &Facts) -> Option<checks::Row> {
        checks::rows(facts).into_iter().nth(self.checks.index())
    }

    /// The check that is selected in the open review.
    pub(super) fn check<'a>(&self, facts: &'a Facts) -> Option<&'a Check> {
        self.row(facts)?.check(facts)
    }

    /// Shows the review of a candidate.
    pub(super) fn enter(&mut self, candidate: CandidateId) {
        self.open = Some(candidate);
        self.view = View::Checks;
    }

    /// A named action in the open review.
    pub(super) fn act_on_review(&mut self, action: Action, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        if self.move_in_view(action, facts) {
            return Flow::Consumed;
        }
        if self.view == View::Report && action == Action::Edit {
            self.write_line(facts);
            return Flow::Consumed;
        }
        if self.view.shows_no_check() && action.is_about_a_check() {
            out.tell("no check is on the screen: enter opens one, esc goes back");
            return Flow::Consumed;
        }
        match action {
            Action::Open if self.view == View::Agenda => self.open_topic(facts, out),
            Action::Open if self.view == View::Report => {
                if facts.setting.access.may_write() {
                    self.write_line(facts);
                }
            }
            Action::Open if matches!(self.view, View::Lane | View::FollowUps) => self.open_line(facts),
            Action::Open if self.view == View::Check => self.open_evidence(facts, out),
            Action::Open => self.show_check(),
            Action::Guide => self.guide(facts, out),
            Action::LaneView => self.toggle(View::Lane, facts),
            Action::AgendaView => self.toggle(View::Agenda, facts),
            Action::FollowUpsView => self.toggle(View::FollowUps, facts),
            Action::ReportView => self.toggle(View::Report, facts),
            Action::AttachAnew => self.ask_anew(facts, out),
            Action::Back if self.look.close() => {}
            Action::Back if self.view != View::Checks => self.view = View::Checks,
            Action::Back => self.open = None,
            Action::NextFinding => self.seek(facts, true),
            Action::PrevFinding => self.seek(facts, false),
            Action::Refresh => out.ask(Effect::ReadStore),
            Action::Edit => self.edit(facts, out),
            Action::Attach => self.attach(facts, out),
            Action::OpenEvidence => self.open_evidence(facts, out),
            Action::Detach => self.detach(facts, out),
            Action::AnswerPass => self.answer(Answer::Pass, facts, out),
            Action::AnswerFail => self.answer(Answer::Fail, facts, out),
            Action::AnswerUnknown => self.answer(Answer::Unknown, facts, out),
            Action::AnswerNotApplicable => self.ask_reason(facts, out),
            Action::SignOff => self.ask_to_sign(facts, out),
            Action::More => self.open_menu(facts, out),
            Action::ClearQuarantine => self.clear_quarantine(facts, out),
            Action::Copy => self.copy(facts, out),
            _ => return Flow::Pass,
        }
        Flow::Consumed
    }

    /// The selected check over the whole pane.
    pub(super) fn show_check(&mut self) {
        self.view = View::Check;
        self.checks.rest();
    }

    /// Copies what is a part on the screen: the digest of the evidence that is open, all of a line; else the review's id.
    fn copy(&self, facts: &Facts, out: &mut Outbox<'_>) {
        let items = self.items(facts);
        let open = self.look.shown().and_then(|id| items.iter().find(|item| item.offer.evidence.id == id));
        let line = self.line(facts).and_then(|line| line.whole);
        let (what, text) = match (open, line, self.review(facts)) {
            (Some(item), ..) if self.view == View::Check => ("evidence's SHA-256", item.offer.evidence.digest.clone()),
            (_, Some(whole), _) => ("whole of it", whole),
            (.., Some(review)) => ("review's id", review.id.0.clone()),
            _ => return,
        };
        out.tell(format!("copied the {what}"));
        out.ask(Effect::Copy(text));
    }

    /// To a view, or from it back to the checks.
    fn toggle(&mut self, view: View, facts: &Facts) {
        self.view = if self.view == view { View::Checks } else { view };
        let all = self.all_lines(facts);
        // The first line is a title.
        self.lines.select(1, all.len(), |at| lines::key(&all, at));
    }

    /// Keeps the topic or the line that is selected while others come and go.
    pub(super) fn settle_view(&mut self, facts: &Facts) {
        if self.view == View::Agenda {
            let topics = self.review(facts).map(|review| agenda::topics(review, facts)).unwrap_or_default();
            self.topics.settle(topics.len(), |at| agenda::key(&topics[at]));
        } else if self.view.has_lines() {
            let all = self.all_lines(facts);
            self.lines.settle(all.len(), |at| lines::key(&all, at));
        }
    }

    /// Goes to the check that the selected line is about.
    fn open_line(&mut self, facts: &Facts) {
        let rows = checks::rows(facts);
        let about = self.line(facts).and_then(|line| line.goes);
        if let Some(at) = about.and_then(|name| rows.iter().position(|row| row.name(facts) == name)) {
            self.checks.select(at, rows.len(), |at| rows[at].name(facts));
            self.view = View::Check;
        }
    }

    /// Writes what the selected line of the report is about.
    fn write_line(&mut self, facts: &Facts) {
        let purpose = self.line(facts).as_ref().and_then(report::purpose);
        let review = self.review(facts).map(|review| review.id.clone());
        if let Some((purpose, review)) = purpose.zip(review) {
            self.write(Target { review, purpose }, facts);
        }
    }

    /// To the check that the selected topic is about, to where one joins as the second reader, or to what is owed.
    fn open_topic(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let Some(review) = self.review(facts) else { return };
        let Some(topic) = agenda::topics(review, facts).into_iter().nth(self.topics.index()) else { return };
        let rows = checks::rows(facts);
        match rows.iter().position(|row| row.name(facts) == topic.subject) {
            Some(at) => {
                self.checks.select(at, rows.len(), |at| rows[at].name(facts));
                self.view = View::Check;
            }
            None if topic.why == Why::Waits => self.open_menu(facts, out),
            None => self.toggle(View::FollowUps, facts),
        }
    }

    /// To the next check, in either direction, that does not hold yet.
    fn seek(&mut self, facts: &Facts, forward: bool) {
        let rows = checks::rows(facts);
        let Some(review) = self.review(facts) else { return };
        let disposition = words::shown(review, facts);
        let open = |at: usize| rows[at].needs_a_look(review, disposition.as_ref(), facts);
        self.checks.seek(forward, rows.len(), |at| rows[at].name(facts), open);
    }

    /// Begins to write.
    pub(super) fn write(&mut self, target: Target, facts: &Facts) {
        let recorded = target.recorded(facts);
        self.mode = Mode::Writing(Box::new(Editor::new(target, &recorded, facts)));
    }

    fn edit(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let (Some(review), Some(row)) = (self.review(facts), self.row(facts)) else { return };
        if words::reads_second(review, facts) {
            out.tell(Refused::ReadsSecond.to_string());
            return;
        }
        let fields = row.fields(facts);
        let empty = fields.iter().find(|field| review.value(field).is_none());
        // Where the only one is written, it is written anew.
        let oldest = || fields.iter().min_by_key(|field| review.fields.get(*field).map_or(0, |state| state.version));
        if empty.is_none()
            && let Some(pick) = Pick::new(&row, review, facts)
        {
            self.mode = Mode::Picking(Box::new(pick));
            return;
        }
        let Some(field) = empty.or_else(oldest) else {
            out.tell("the console decides this check from its own records: nothing to write");
            return;
        };
        let target = Target { review: review.id.clone(), purpose: Purpose::Field(field.clone()) };
        self.write(target, facts);
    }

    fn ask_to_sign(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let Some(review) = self.review(facts) else { return };
        if words::reads_second(review, facts) {
            out.tell(Refused::ReadsSecond.to_string());
            return;
        }
        if facts.pending.of(&review.id).next().is_some() {
            out.tell("steps of this review are not recorded yet: sign when they are");
            return;
        }
        let lane = words::disposition(review, facts).lane;
        self.mode = Mode::Asking(Question::Sign(review.id.clone(), lane, review.version()));
    }

    /// The menu, of the open review or of the selected candidate's.
    pub(super) fn open_menu(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let selected = self.candidate(facts).and_then(|candidate| facts.book.latest(&candidate.id));
        match selected {
            Some(review) => {
                let row = self.open.as_ref().and_then(|_| self.row(facts));
                self.mode = Mode::Choosing(Box::new(Menu::new(review, row)));
            }
            None => out.tell("no review of this candidate was opened yet: enter opens one"),
        }
    }

    fn clear_quarantine(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let Some(review) = self.review(facts) else { return };
        let Some(caught) = review.caught.iter().find(|caught| !caught.cleared) else {
            out.tell("nothing is in quarantine");
            return;
        };
        self.mode = Mode::Asking(Question::Clear(review.id.clone(), caught.field.clone()));
    }
}
