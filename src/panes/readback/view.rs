//! What an open review shows. Each view is a file that draws it and says what it does with a movement; another view
//! is a variant here, its file, and an action that goes to it.

use super::{ReadbackPane, agenda, check, checks, follow_ups, heading, lane};
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

impl ReadbackPane {
    /// Moves within the view; returns whether the action was a movement.
    pub(super) fn move_in_view(&mut self, action: Action, facts: &Facts) -> bool {
        match self.view {
            View::Checks => {
                let rows = checks::rows(facts);
                self.checks.act(action, rows.len(), |at| rows[at].name(facts))
            }
            View::Check => false,
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
        let rows = checks::rows(facts);
        match self.view {
            View::Checks => {
                let places = split(body, false, rows.len());
                checks::draw(review, &self.checks, facts, canvas, places.list);
                check::draw(review, &rows, self.checks.detail(), facts, canvas, places.detail);
            }
            View::Check => check::draw(review, &rows, self.checks.index(), facts, canvas, body),
            View::Lane => lane::draw(review, self.scroll, facts, canvas, body),
            View::Agenda => agenda::draw(review, &self.topics, facts, canvas, body),
            View::FollowUps => follow_ups::draw(review, self.scroll, facts, canvas, body),
        }
        if rows.is_empty() {
            canvas.put(body.x + 1, body.y, body.width, "The check set has no checks", Role::Muted);
        }
    }
}
