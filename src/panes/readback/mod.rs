//! Readback: the candidates of the change-evidence snapshot, and the guided review of one of them.

mod candidates;
mod checks;
mod detail;
mod editor;
mod question;
pub(super) mod words;

use super::state::Badge;
use super::widgets::{List, split};
use super::{Canvas, Flow, Pane, PaneId, Typed};
use crate::app::theme::Role;
use crate::app::{Action, Context, Effect, Facts, Outbox};
use crate::review::{Candidate, CandidateId, Lane, Review, actions, references};
use editor::{Editor, Target};
use question::Question;
use ratatui::layout::Rect;

/// The Readback pane.
#[derive(Debug, Default)]
pub struct ReadbackPane {
    candidates: List,
    /// The candidate whose review is on the screen.
    open: Option<CandidateId>,
    checks: List,
    opened: bool,
    mode: Mode,
}

/// What keys mean now.
#[derive(Debug, Default)]
enum Mode {
    /// They choose and answer.
    #[default]
    Browsing,
    /// They write a text.
    Writing(Box<Editor>),
    /// They answer a question.
    Asking(Question),
}

impl ReadbackPane {
    fn candidate<'a>(&self, facts: &'a Facts) -> Option<&'a Candidate> {
        let snapshot = facts.snapshot.as_ref().ok()?;
        match &self.open {
            Some(id) => snapshot.candidate(id),
            None => snapshot.candidates.get(self.candidates.index()),
        }
    }

    fn review<'a>(&self, facts: &'a Facts) -> Option<&'a Review> {
        facts.book.latest(self.open.as_ref()?)
    }

    /// The check that is selected in the open review.
    fn check<'a>(&self, facts: &'a Facts) -> Option<&'a crate::review::Check> {
        checks::rows(facts).get(self.checks.index()).and_then(|row| row.check(facts))
    }

    fn act_on_candidates(&mut self, action: Action, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        let Ok(snapshot) = &facts.snapshot else { return Flow::Pass };
        let all = &snapshot.candidates;
        if self.candidates.act(action, all.len(), |at| all[at].id.0.clone()) {
            return Flow::Consumed;
        }
        let Some(candidate) = all.get(self.candidates.index()) else { return Flow::Pass };
        match action {
            Action::Open if facts.book.latest(&candidate.id).is_some() => self.open = Some(candidate.id.clone()),
            Action::Open if facts.setting.access.may_write() => {
                self.mode = Mode::Asking(Question::Open(candidate.id.clone()));
            }
            Action::Open => out.tell("no review of this candidate was opened yet, and this console is read-only"),
            Action::Refresh => out.ask(Effect::ReadStore),
            Action::Copy => {
                out.tell("copied the candidate's id");
                out.ask(Effect::Copy(candidate.id.0.clone()));
            }
            _ => return Flow::Pass,
        }
        Flow::Consumed
    }

    fn act_on_review(&mut self, action: Action, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        let rows = checks::rows(facts);
        if self.checks.act(action, rows.len(), |at| rows[at].name(facts)) {
            return Flow::Consumed;
        }
        match action {
            Action::Open => {
                self.opened = true;
                self.checks.rest();
            }
            Action::Back if self.opened => self.opened = false,
            Action::Back => self.open = None,
            Action::NextFinding => self.seek(facts, true),
            Action::PrevFinding => self.seek(facts, false),
            Action::Refresh => out.ask(Effect::ReadStore),
            Action::Edit => self.edit(facts, out),
            Action::Attach => self.attach(facts, out),
            Action::AnswerPass => self.answer(crate::review::Answer::Pass, facts, out),
            Action::AnswerFail => self.answer(crate::review::Answer::Fail, facts, out),
            Action::AnswerUnknown => self.answer(crate::review::Answer::Unknown, facts, out),
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

    fn answer(&mut self, answer: crate::review::Answer, facts: &Facts, out: &mut Outbox<'_>) {
        let (Some(review), Some(check)) = (self.review(facts), self.check(facts)) else {
            out.tell("this row is a field: e writes it");
            return;
        };
        let made = crate::review::actions::decide(
            review,
            &facts.contract,
            &facts.guard,
            &check.id,
            answer,
            words::by(facts, out),
        );
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
        let made = crate::review::actions::clear(review, &caught.field, words::by(facts, out));
        words::ask(made, facts, out);
    }

    fn act_on_text(&mut self, action: Action, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        let Mode::Writing(editor) = &mut self.mode else { return Flow::Pass };
        let done = match action {
            Action::Save => editor.save(facts, out),
            Action::Cancel => true,
            _ => return Flow::Pass,
        };
        if done {
            self.mode = Mode::Browsing;
        }
        Flow::Consumed
    }

    fn act_on_question(&mut self, action: Action, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        let Mode::Asking(question) = std::mem::take(&mut self.mode) else { return Flow::Pass };
        if action == Action::Confirm {
            if let Question::Open(candidate) = &question {
                self.open = Some(candidate.clone());
            }
            question.carry_out(facts, out);
        }
        Flow::Consumed
    }
}

impl Pane for ReadbackPane {
    fn id(&self) -> PaneId {
        PaneId::Readback
    }

    fn act(&mut self, action: Action, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        match (&self.mode, &self.open) {
            (Mode::Writing(_), _) => self.act_on_text(action, facts, out),
            (Mode::Asking(_), _) => self.act_on_question(action, facts, out),
            (Mode::Browsing, Some(_)) => self.act_on_review(action, facts, out),
            (Mode::Browsing, None) => self.act_on_candidates(action, facts, out),
        }
    }

    fn typed(&mut self, typed: &Typed<'_>, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        let Mode::Writing(editor) = &mut self.mode else { return Flow::Pass };
        editor.typed(typed, facts, out);
        Flow::Consumed
    }

    fn settle(&mut self, facts: &Facts) {
        if let Ok(snapshot) = &facts.snapshot {
            let all = &snapshot.candidates;
            self.candidates.settle(all.len(), |at| all[at].id.0.clone());
        }
        let rows = checks::rows(facts);
        self.checks.settle(rows.len(), |at| rows[at].name(facts));
    }

    fn is_moving(&self) -> bool {
        self.candidates.is_moving() || self.checks.is_moving()
    }

    fn rest(&mut self) {
        self.candidates.rest();
        self.checks.rest();
    }

    fn contexts(&self) -> &'static [Context] {
        match (&self.mode, &self.open) {
            (Mode::Writing(_), _) => &[Context::Editing],
            (Mode::Asking(_), _) => &[Context::Asking],
            (Mode::Browsing, Some(_)) => &[Context::Review, Context::List],
            (Mode::Browsing, None) => &[Context::List],
        }
    }

    fn offers(&self, facts: &Facts) -> Vec<Action> {
        match (&self.mode, &self.open) {
            (Mode::Writing(_), _) => vec![Action::Save, Action::Cancel],
            (Mode::Asking(_), _) => vec![Action::Confirm, Action::Decline],
            (Mode::Browsing, None) => vec![Action::Open, Action::Refresh],
            (Mode::Browsing, Some(_)) => {
                let mut offers =
                    vec![Action::Edit, Action::AnswerPass, Action::AnswerFail, Action::SignOff, Action::Attach];
                offers.extend([Action::AnswerNotApplicable, Action::AnswerUnknown, Action::NextFinding]);
                if self.review(facts).is_some_and(Review::is_quarantined) {
                    offers.insert(0, Action::ClearQuarantine);
                }
                offers.push(Action::Back);
                offers
            }
        }
    }

    fn state(&self, facts: &Facts) -> Badge {
        let Ok(snapshot) = &facts.snapshot else { return Badge::new("no snapshot", Role::Unknown) };
        let lanes: Vec<Lane> = snapshot
            .candidates
            .iter()
            .filter_map(|candidate| facts.book.latest(&candidate.id))
            .map(|review| words::disposition(review, facts).lane)
            .collect();
        if lanes.contains(&Lane::Quarantine) {
            return Badge::new("quarantine", Role::Fail);
        }
        let accepted = lanes.iter().filter(|lane| **lane == Lane::WaitingRuntimeGate).count();
        let total = snapshot.candidates.len();
        Badge::new(format!("{accepted}/{total} accepted"), if accepted == total { Role::Text } else { Role::Warn })
    }

    fn draw(&self, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
        match (&self.open, self.candidate(facts)) {
            (Some(_), Some(candidate)) => {
                let body = checks::heading(candidate, self.review(facts), facts, canvas, area);
                if let Some(review) = self.review(facts) {
                    let places = split(body, self.opened, checks::rows(facts).len());
                    checks::draw(review, &self.checks, facts, canvas, places.list);
                    detail::draw(review, &checks::rows(facts), self.checks.detail(), facts, canvas, places.detail);
                }
            }
            _ => candidates::draw(&self.candidates, facts, canvas, area),
        }
        match &self.mode {
            Mode::Browsing => {}
            Mode::Writing(editor) => editor.draw(canvas, area),
            Mode::Asking(question) => question.draw(facts, canvas, area),
        }
    }

    fn cursor(&self, _facts: &Facts, area: Rect) -> Option<(u16, u16)> {
        match &self.mode {
            Mode::Writing(editor) => editor.cursor(area),
            Mode::Browsing | Mode::Asking(_) => None,
        }
    }
}
