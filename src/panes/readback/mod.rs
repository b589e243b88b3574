//! Readback: the candidates of the change-evidence snapshot, and the guided review of one of them. What an open review
//! shows is a [`View`]; what keys mean is a [`Mode`].

mod agenda;
mod candidates;
mod check;
mod checks;
mod editor;
mod follow_ups;
mod heading;
mod here;
mod lane;
mod question;
mod review;
mod view;
pub(super) mod words;

use super::state::Badge;
use super::widgets::List;
use super::{Canvas, Flow, Pane, PaneId, Typed};
use crate::app::theme::Role;
use crate::app::{Action, Context, Facts, Outbox};
use crate::review::{Candidate, CandidateId, Lane, Review};
use editor::Editor;
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
    /// How far a view of lines is scrolled.
    scroll: usize,
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
        self.settle_agenda(facts);
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
                offers.extend([
                    Action::AnswerNotApplicable,
                    Action::AnswerUnknown,
                    Action::NextFinding,
                    Action::LaneView,
                    Action::AgendaView,
                    Action::FollowUpsView,
                ]);
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
            (Some(_), Some(_)) => self.draw_review(self.review(facts), facts, canvas, area),
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
