//! A question before a step that can't be taken back.

use super::words;
use crate::app::theme::Role;
use crate::app::{Facts, Outbox};
use crate::panes::Canvas;
use crate::review::{CandidateId, Lane, ReviewId, actions};
use ratatui::layout::Rect;

/// What is asked; it carries the identity it was asked about, so the answer can't land elsewhere.
#[derive(Clone, Debug)]
pub(super) enum Question {
    /// Open a review of this candidate?
    Open(CandidateId),
    /// Sign this review, in this lane, at this version?
    Sign(ReviewId, Lane, u64),
}

impl Question {
    /// The answer is yes.
    pub(super) fn carry_out(self, facts: &Facts, out: &mut Outbox<'_>) {
        match self {
            Self::Open(candidate) => {
                let Ok(snapshot) = &facts.snapshot else { return };
                let by = words::by(facts, out);
                let made = actions::open(&candidate, &snapshot.digest, &facts.contract, &facts.setting.incident, by);
                words::ask(made, facts, out);
            }
            Self::Sign(review, _, version) => {
                let Some(review) = facts.book.get(&review) else { return };
                if review.version() != version {
                    out.tell("the review has changed since you were asked: look again, then sign");
                    return;
                }
                let disposition = words::disposition(review, facts);
                let made = actions::sign(review, &facts.contract, &disposition, words::by(facts, out));
                words::ask(made, facts, out);
            }
        }
    }

    /// Paints it over the pane.
    pub(super) fn draw(&self, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
        let actor = &facts.setting.actor;
        let text = match self {
            Self::Open(candidate) => {
                format!(
                    "Open a review of {} as {actor}? It is recorded in the incident {}.",
                    candidate.0, facts.setting.incident
                )
            }
            Self::Sign(_, lane, _) => format!(
                "Sign the lane {} as {actor}? It is recorded and can't be taken back, only followed. It opens no runtime gate.",
                lane.id()
            ),
        };
        let height = area.height.min(6);
        let place = Rect { y: area.y + (area.height - height) / 2, height, ..area };
        canvas.clear(place);
        let inside = canvas.frame(place, &[(" y yes, n no ", Role::Key)], Role::BorderFocus);
        canvas.wrapped(Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside }, &text, Role::Text);
    }
}
