//! Readback: the candidates of the change-evidence snapshot, and the guided review of one of them. What an open review
//! shows is a [`View`]; what keys mean is a [`Mode`].

mod agenda;
mod anew;
pub(super) mod ask;
mod blind;
mod candidates;
mod check;
mod checks;
mod conflict;
mod editor;
mod follow_ups;
mod guide;
mod heading;
mod here;
mod items;
mod lane;
mod lines;
mod look;
mod menu;
mod pick;
mod place;
mod purpose;
mod quarantine;
mod question;
mod report;
mod review;
mod until;
mod view;
mod words;

use super::state::Badge;
use super::widgets::List;
use super::{Canvas, Flow, Pane, PaneId, Typed};
use crate::app::theme::Role;
use crate::app::{Action, Context, Facts, Outbox};
use crate::review::{Candidate, CandidateId, Lane};
use crossterm::event::KeyCode;
use editor::Editor;
use look::Look;
use menu::{Chosen, Menu};
use pick::{Meant, Pick};
use question::Question;
use ratatui::layout::Rect;
use view::View;

/// The Readback pane.
#[derive(Debug, Default)]
pub struct ReadbackPane {
    candidates: List,
    /// The candidate whose review is on the screen.
    open: Option<CandidateId>,
    checks: List,
    /// What the agenda has.
    topics: List,
    view: View,
    /// The line that is selected in a view of lines.
    lines: List,
    /// The evidence of the selected check.
    evidence: List,
    look: Look,
    /// The place that was kept last.
    kept: String,
    /// Whether a step of the open review lost against another's.
    in_conflict: bool,
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
    /// They choose from the menu.
    Choosing(Box<Menu>),
    /// They say what is meant.
    Picking(Box<Pick>),
}

impl ReadbackPane {
    fn candidate<'a>(&self, facts: &'a Facts) -> Option<&'a Candidate> {
        let snapshot = facts.snapshot.as_ref().ok()?;
        match &self.open {
            Some(id) => snapshot.candidate(id),
            None => snapshot.candidates.get(self.candidates.index()),
        }
    }

    fn act_on_question(&mut self, action: Action, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        if let Mode::Asking(question) = &mut self.mode
            && !matches!(action, Action::Confirm | Action::Decline)
        {
            question.turn(action);
            return Flow::Consumed;
        }
        let Mode::Asking(question) = std::mem::take(&mut self.mode) else { return Flow::Pass };
        if action == Action::Confirm {
            if let Question::Anew(asked) = &question {
                self.attach_anew(asked, facts, out);
                return Flow::Consumed;
            }
            let candidate = match &question {
                Question::Open(opening) => Some(&opening.candidate),
                Question::Look(candidate) => Some(candidate),
                Question::Join(review) => {
                    let opening = facts.book.get(review).and_then(|review| review.opening.as_ref());
                    opening.map(|opening| &opening.candidate)
                }
                Question::Sign(..)
                | Question::Submit(_)
                | Question::SubmitSecond(_)
                | Question::Clear(..)
                | Question::Anew(_) => None,
            };
            if let Some(candidate) = candidate.filter(|candidate| self.open.as_ref() != Some(*candidate)) {
                self.enter(candidate.clone());
            }
            question.carry_out(facts, out);
        }
        Flow::Consumed
    }

    fn act_on_menu(&mut self, action: Action, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        let Mode::Choosing(menu) = &mut self.mode else { return Flow::Pass };
        if menu.act(action) {
            return Flow::Consumed;
        }
        match action {
            Action::Open => match menu.choose(facts) {
                Ok(Chosen::Ask(question)) => self.mode = Mode::Asking(question),
                Ok(Chosen::Write(target)) => self.write(target, facts),
                Err(why) => out.tell(why),
            },
            Action::Back | Action::More => self.mode = Mode::Browsing,
            _ => return Flow::Pass,
        }
        Flow::Consumed
    }

    fn act_on_pick(&mut self, action: Action, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        let Mode::Picking(pick) = &mut self.mode else { return Flow::Pass };
        if pick.act(action) {
            return Flow::Consumed;
        }
        match (action, pick.choose()) {
            (Action::Open, Meant::Write(target)) => self.write(target, facts),
            (Action::Open, Meant::Answer) => {
                self.mode = Mode::Browsing;
                out.tell("p holds, f does not, a does not apply, u can't tell");
            }
            (Action::Back | Action::Edit, _) => self.mode = Mode::Browsing,
            _ => return Flow::Pass,
        }
        Flow::Consumed
    }

    /// The check that is on the screen is looked at since now, if it is another than before.
    fn see(&mut self, facts: &Facts) {
        let at = self.review(facts).zip(self.row(facts)).map(|(review, row)| (review.id.clone(), row.name(facts)));
        let ids: Vec<String> = self.items(facts).into_iter().map(|item| item.offer.evidence.id).collect();
        if self.look.at(at, facts.now) {
            self.evidence.select(0, ids.len(), |at| ids[at].clone());
        }
        self.evidence.settle(ids.len(), |at| ids[at].clone());
        self.in_conflict = self.conflict(facts).is_some();
    }
}

impl Pane for ReadbackPane {
    fn id(&self) -> PaneId {
        PaneId::Readback
    }

    fn act(&mut self, action: Action, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        self.remember_look(facts, out);
        let flow = match (&self.mode, &self.open) {
            (Mode::Writing(_), _) => self.act_on_text(action, facts, out),
            (Mode::Asking(_), _) => self.act_on_question(action, facts, out),
            (Mode::Choosing(_), _) => self.act_on_menu(action, facts, out),
            (Mode::Picking(_), _) => self.act_on_pick(action, facts, out),
            (Mode::Browsing, Some(_)) => self.act_on_review(action, facts, out),
            (Mode::Browsing, None) => self.act_on_candidates(action, facts, out),
        };
        self.remember_look(facts, out);
        self.keep_place(facts, out);
        flow
    }

    fn typed(&mut self, typed: &Typed<'_>, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        let Mode::Writing(editor) = &mut self.mode else { return Flow::Pass };
        let keeps = matches!(typed, Typed::Key(key) if key.code == KeyCode::Enter);
        if keeps && editor.target().purpose.is_short() {
            return self.act(Action::Save, facts, out);
        }
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
        self.settle_view(facts);
        self.see(facts);
    }

    fn is_moving(&self) -> bool {
        self.candidates.is_moving() || self.checks.is_moving() || self.evidence.is_moving()
    }

    fn rest(&mut self) {
        self.candidates.rest();
        self.checks.rest();
        self.evidence.rest();
    }

    fn contexts(&self) -> &'static [Context] {
        match (&self.mode, &self.open) {
            (Mode::Writing(_), _) => &[Context::Editing],
            (Mode::Asking(question), _) if question.turns() => &[Context::Asking, Context::List],
            (Mode::Asking(_), _) => &[Context::Asking],
            (Mode::Choosing(_) | Mode::Picking(_), _) => &[Context::List],
            (Mode::Browsing, Some(_)) if self.in_conflict => &[Context::Conflict, Context::List],
            (Mode::Browsing, _) => &[Context::Review, Context::List],
        }
    }

    fn offers(&self, facts: &Facts) -> Vec<Action> {
        match (&self.mode, &self.open) {
            (Mode::Writing(_), _) => vec![Action::Save, Action::Cancel],
            (Mode::Asking(_), _) => vec![Action::Confirm, Action::Decline],
            (Mode::Choosing(_) | Mode::Picking(_), _) => vec![Action::Open, Action::Back],
            (Mode::Browsing, None) => vec![Action::Open, Action::More, Action::Refresh],
            (Mode::Browsing, Some(_)) if self.in_conflict => vec![Action::TakeAgain, Action::LeaveIt],
            (Mode::Browsing, Some(_)) => self.review_offers(facts),
        }
    }

    fn state(&self, facts: &Facts) -> Badge {
        let Ok(snapshot) = &facts.snapshot else { return Badge::new("no snapshot", Role::Unknown) };
        let lanes: Vec<Lane> = snapshot
            .candidates
            .iter()
            .filter(|candidate| facts.book.latest(&candidate.id).is_some())
            .filter_map(|candidate| candidates::lane_of(candidate, facts).ok())
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
            (Some(_), Some(_)) => self.draw_review(self.review(facts), facts, canvas, area),
            _ => candidates::draw(&self.candidates, facts, canvas, area),
        }
        match &self.mode {
            Mode::Browsing => {}
            Mode::Writing(editor) => editor.draw(canvas, area),
            Mode::Asking(question) => question.draw(facts, canvas, area),
            Mode::Choosing(menu) => menu.draw(facts, canvas, area),
            Mode::Picking(pick) => pick.draw(facts, canvas, area),
        }
    }

    fn cursor(&self, _facts: &Facts, area: Rect) -> Option<(u16, u16)> {
        match &self.mode {
            Mode::Writing(editor) => editor.cursor(area),
            Mode::Browsing | Mode::Asking(_) | Mode::Choosing(_) | Mode::Picking(_) => None,
        }
    }
}
