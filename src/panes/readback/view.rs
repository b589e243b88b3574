//! What an open review shows. Each view is a file that draws it and says what it does with a movement; another view
//! is a variant here, its file, and an action that goes to it.

use super::check::Beside;
use super::lines::{self, Line};
use super::{ReadbackPane, agenda, check, checks, conflict, follow_ups, heading, lane, quarantine, report, words};
use crate::app::theme::Role;
use crate::app::{Action, Facts};
use crate::panes::Canvas;
use crate::panes::widgets::{Split, split};
use crate::review::{Gap, Review};
use ratatui::layout::Rect;

/// Which part of a review is on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum View {
    /// Every check, and the selected one beside it where there is room.
    #[default]
    Checks,
    /// One check over the whole pane: the guided readback.
    Check,
    /// Why this lane, and what is least needed for ready.
    Lane,
    /// What to talk about in a session.
    Agenda,
    /// What is still owed.
    FollowUps,
    /// What the report tells besides the checks.
    Report,
}

impl View {
    /// Whether it shows no check, so that no key may answer one.
    pub(super) fn shows_no_check(self) -> bool {
        !matches!(self, Self::Checks | Self::Check)
    }

    /// Whether it is made of lines.
    pub(super) fn has_lines(self) -> bool {
        matches!(self, Self::Lane | Self::FollowUps | Self::Report)
    }
}

/// Where the parts of a review go.
struct Places {
    list: Rect,
    /// The agenda and who is here, below the list where that leaves room.
    agenda: Rect,
    detail: Rect,
    /// The selected evidence.
    below: Rect,
}

/// Columns from which the checks stand beside the one that is read.
const WIDE: u16 = 150;
/// Columns of a row of the list with its words.
const LISTED: u16 = 80;
/// Rows from which the selected evidence stands below it.
const HIGH: u16 = 36;
/// The fewest rows that the agenda is worth beside the checks.
const TALK: u16 = 6;

/// On a wide screen the checks at the left and the one that is read at the right; else the one alone where it is
/// `guided`, or below the list.
fn places(body: Rect, rows: usize, guided: bool) -> Places {
    let none = Rect { height: 0, ..body };
    if body.width < WIDE && guided {
        return Places { list: none, agenda: none, detail: body, below: none };
    }
    if body.width < WIDE {
        let Split { list, detail } = split(body, false, rows);
        return Places { list, agenda: none, detail, below: none };
    }
    let width = LISTED.min(body.width / 2).max(body.width * 2 / 5);
    let needed = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(1);
    let spare = Some(body.height.saturating_sub(needed)).filter(|spare| *spare >= TALK).unwrap_or(0);
    let list = Rect { width, height: body.height - spare, ..body };
    let agenda = Rect { y: list.bottom(), height: spare, ..list };
    let right = Rect { x: list.right() + 1, width: body.width - width - 1, ..body };
    let below = if guided && body.height >= HIGH { body.height / 2 } else { 0 };
    let detail = Rect { height: right.height - below, ..right };
    Places { list, agenda, detail, below: Rect { y: detail.bottom(), height: below, ..right } }
}

impl ReadbackPane {
    /// Moves within the view; returns whether the action was a movement.
    pub(super) fn move_in_view(&mut self, action: Action, facts: &Facts) -> bool {
        match self.view {
            View::Checks => {
                let rows = checks::rows(facts);
                self.checks.act(action, rows.len(), |at| rows[at].name(facts))
            }
            View::Check => {
                let ids: Vec<String> = self.items(facts).into_iter().map(|item| item.offer.evidence.id).collect();
                self.evidence.act(action, ids.len(), |at| ids[at].clone())
            }
            View::Agenda => {
                let topics = self.review(facts).map(|review| agenda::topics(review, facts)).unwrap_or_default();
                self.topics.act(action, topics.len(), |at| agenda::key(&topics[at]))
            }
            View::Lane | View::FollowUps | View::Report => {
                let all = self.all_lines(facts);
                self.lines.act(action, all.len(), |at| lines::key(&all, at))
            }
        }
    }

    /// The lines of a view that is made of them.
    pub(super) fn all_lines(&self, facts: &Facts) -> Vec<Line> {
        let Some(review) = self.review(facts) else { return Vec::new() };
        match self.view {
            View::Lane => lane::lines(review, facts),
            View::FollowUps => follow_ups::lines(review, facts),
            View::Report => report::lines(review),
            View::Checks | View::Check | View::Agenda => Vec::new(),
        }
    }

    /// The line that is selected.
    pub(super) fn line(&self, facts: &Facts) -> Option<Line> {
        self.all_lines(facts).into_iter().nth(self.lines.index())
    }

    /// Paints the open review, from its heading down.
    pub(super) fn draw_review(&self, review: Option<&Review>, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
        let Some(candidate) = self.candidate(facts) else { return };
        let body = heading::draw(candidate, review, facts, canvas, area);
        let Some(review) = review else { return };
        if let Some(tried) = self.conflict(facts) {
            return conflict::draw(tried, review, facts, canvas, body);
        }
        // The lane's own screen tells of all that was caught.
        let body = if self.view == View::Lane { body } else { quarantine::draw(review, facts, canvas, body) };
        let rows = checks::rows(facts);
        let listed = Beside { selected: None, look: &self.look };
        let guided = Beside { selected: Some(&self.evidence), look: &self.look };
        match self.view {
            View::Checks => {
                let places = places(body, rows.len(), false);
                checks::draw(review, &self.checks, facts, canvas, places.list);
                agenda::beside(review, facts, canvas, places.agenda);
                check::draw(review, &rows, self.checks.detail(), listed, facts, canvas, places.detail);
            }
            View::Check => {
                let places = places(body, rows.len(), true);
                checks::draw(review, &self.checks, facts, canvas, places.list);
                agenda::beside(review, facts, canvas, places.agenda);
                check::draw(review, &rows, self.checks.index(), guided, facts, canvas, places.detail);
                if let Some(item) = self.items(facts).get(self.evidence.index()).filter(|_| places.below.height > 0) {
                    check::below(item, facts, canvas, places.below);
                }
            }
            View::Agenda => agenda::draw(review, &self.topics, facts, canvas, body),
            View::Lane | View::FollowUps | View::Report => {
                lines::draw(&self.all_lines(facts), &self.lines, canvas, body);
            }
        }
        if rows.is_empty() {
            canvas.put(body.x + 1, body.y, body.width, "The check set has no checks", Role::Muted);
        }
    }

    /// The key that does the first of what the check on the screen lacks, where that is not its answer.
    fn next_key(&self, facts: &Facts) -> Option<Action> {
        let (review, row) = (self.review(facts)?, self.row(facts)?);
        let disposition = words::shown(review, facts)?;
        let Some(state) = row.state(&disposition, facts) else { return Some(Action::Edit) };
        let attached = review.attached.get(&state.check).is_some_and(|all| !all.is_empty());
        match state.gaps.first()? {
            Gap::Missing { .. } | Gap::Unattested { .. } | Gap::OtherIncident { .. } => Some(Action::Edit),
            Gap::StaleEvidence { .. } | Gap::ChangedEvidence { .. } => Some(Action::AttachAnew),
            // It is heard back against what is attached.
            Gap::Unheard | Gap::Unanswered if row.check(facts)?.readback.is_some() && !attached => Some(Action::Attach),
            _ => None,
        }
    }

    /// What can be done in the open review, the most useful first.
    pub(super) fn review_offers(&self, facts: &Facts) -> Vec<Action> {
        use Action as A;
        let review = self.review(facts);
        let mut offers = match self.view {
            View::Checks => vec![A::Edit, A::AnswerPass, A::AnswerFail, A::SignOff, A::Guide, A::Attach],
            View::Check => vec![A::AnswerPass, A::AnswerFail, A::AnswerNotApplicable, A::AnswerUnknown, A::Attach],
            View::Lane => return vec![A::Open, A::LaneView, A::AttachAnew, A::SignOff, A::More, A::Back],
            View::Agenda => return vec![A::Open, A::AgendaView, A::FollowUpsView, A::LaneView, A::More, A::Back],
            View::FollowUps => return vec![A::FollowUpsView, A::AgendaView, A::LaneView, A::More, A::Back],
            View::Report => return vec![A::Edit, A::ReportView, A::FollowUpsView, A::LaneView, A::More, A::Back],
        };
        if self.view == View::Check {
            offers.splice(..0, self.next_key(facts));
        }
        if review.is_some_and(Review::is_quarantined) {
            offers.insert(0, A::ClearQuarantine);
        }
        offers.extend([A::OpenEvidence, A::Edit, A::AnswerNotApplicable, A::AnswerUnknown, A::Guide, A::NextFinding]);
        offers.extend([
            A::More,
            A::LaneView,
            A::AttachAnew,
            A::ReportView,
            A::AgendaView,
            A::FollowUpsView,
            A::Detach,
            A::SignOff,
            A::Back,
        ]);
        if review.is_some_and(|review| words::reads_second(review, facts)) {
            offers.retain(|action| !matches!(action, A::Edit | A::SignOff));
        }
        let mut seen = std::collections::BTreeSet::new();
        offers.retain(|action| seen.insert(*action));
        offers
    }
}
