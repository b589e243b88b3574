//! What an open review shows. Each view is a file that draws it and says what it does with a movement; another view
//! is a variant here, its file, and an action that goes to it.

use super::check::Beside;
use super::{ReadbackPane, agenda, check, checks, conflict, follow_ups, heading, lane, quarantine, words};
use crate::app::theme::Role;
use crate::app::{Action, Facts};
use crate::panes::Canvas;
use crate::panes::widgets::split;
use crate::review::Review;
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
}

impl View {
    /// Whether it shows no check, so that no key may answer one.
    pub(super) fn is_of_the_session(self) -> bool {
        matches!(self, Self::Agenda | Self::FollowUps)
    }
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
            View::Lane => lane::act(&mut self.scroll, action),
            View::Agenda => {
                let topics = self.review(facts).map(|review| agenda::topics(review, facts)).unwrap_or_default();
                self.topics.act(action, topics.len(), |at| agenda::key(&topics[at]))
            }
            View::FollowUps => {
                let last = self.review(facts).map_or(0, |review| follow_ups::len(review, facts)).saturating_sub(1);
                let moved = lane::act(&mut self.scroll, action);
                self.scroll = self.scroll.min(last);
                moved
            }
        }
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
                let places = split(body, false, rows.len());
                checks::draw(review, &self.checks, facts, canvas, places.list);
                check::draw(review, &rows, self.checks.detail(), listed, facts, canvas, places.detail);
            }
            View::Check => check::draw(review, &rows, self.checks.index(), guided, facts, canvas, body),
            View::Lane => lane::draw(review, self.scroll, facts, canvas, body),
            View::Agenda => agenda::draw(review, &self.topics, facts, canvas, body),
            View::FollowUps => follow_ups::draw(review, self.scroll, facts, canvas, body),
        }
        if rows.is_empty() {
            canvas.put(body.x + 1, body.y, body.width, "The check set has no checks", Role::Muted);
        }
    }

    /// What can be done in the open review, the most useful first.
    pub(super) fn review_offers(&self, facts: &Facts) -> Vec<Action> {
        use Action as A;
        let review = self.review(facts);
        let mut offers = match self.view {
            View::Checks => vec![A::Edit, A::AnswerPass, A::AnswerFail, A::SignOff, A::Guide, A::Attach],
            View::Check => vec![A::AnswerPass, A::AnswerFail, A::AnswerNotApplicable, A::AnswerUnknown, A::Attach],
            View::Lane => return vec![A::LaneView, A::SignOff, A::More, A::Back],
            View::Agenda => return vec![A::Open, A::AgendaView, A::FollowUpsView, A::LaneView, A::More, A::Back],
            View::FollowUps => return vec![A::FollowUpsView, A::AgendaView, A::LaneView, A::More, A::Back],
        };
        if review.is_some_and(Review::is_quarantined) {
            offers.insert(0, A::ClearQuarantine);
        }
        offers.extend([A::OpenEvidence, A::Edit, A::AnswerNotApplicable, A::AnswerUnknown, A::Guide, A::NextFinding]);
        offers.extend([A::More, A::LaneView, A::AgendaView, A::FollowUpsView, A::Detach, A::SignOff, A::Back]);
        if review.is_some_and(|review| words::reads_second(review, facts)) {
            offers.retain(|action| !matches!(action, A::Edit | A::SignOff));
        }
        let mut seen = std::collections::BTreeSet::new();
        offers.retain(|action| seen.insert(*action));
        offers
    }
}
