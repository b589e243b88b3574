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
    /// Look at a review that waits for a second reader?
    Look(CandidateId),
    /// Sign this review, in this lane, at this version?
    Sign(ReviewId, Lane, u64),
    /// Read this review second?
    Join(ReviewId),
    /// Hand the first reading in?
    Submit(ReviewId),
    /// Hand the second reading in?
    SubmitSecond(ReviewId),
}

impl Question {
    /// The answer is yes.
    pub(super) fn carry_out(self, facts: &Facts, out: &mut Outbox<'_>) {
        let made = match &self {
            Self::Look(_) => return,
            Self::Open(candidate) => {
                let Ok(snapshot) = &facts.snapshot else { return };
                let by = words::by(facts, out);
                actions::open(candidate, &snapshot.digest, &facts.contract, &facts.setting.incident, by)
            }
            Self::Sign(review, _, version) => {
                let Some(review) = facts.book.get(review) else { return };
                if review.version() != *version {
                    out.tell("the review has changed since you were asked: look again, then sign");
                    return;
                }
                let disposition = words::disposition(review, facts);
                actions::sign(review, &facts.contract, &disposition, words::by(facts, out))
            }
            Self::Join(review) | Self::Submit(review) | Self::SubmitSecond(review) => {
                let Some(review) = facts.book.get(review) else { return };
                let by = words::by(facts, out);
                match self {
                    Self::Join(_) => actions::join(review, by),
                    Self::Submit(_) => actions::submit(review, by),
                    _ => actions::submit_second(review, &facts.contract, by),
                }
            }
        };
        words::ask(made, facts, out);
    }

    fn text(&self, facts: &Facts) -> String {
        let actor = &facts.setting.actor;
        match self {
            Self::Open(candidate) => format!(
                "Open a review of {} as {actor}? It is recorded in the incident {}.",
                candidate.0, facts.setting.incident
            ),
            Self::Look(_) => "This review was handed in and waits for a second reader. Look at it now, with its \
                answers? To read it second, without seeing them, answer no and join with m."
                .to_owned(),
            Self::Sign(_, lane, _) => format!(
                "Sign the lane {} as {actor}? It is recorded and can't be taken back, only followed. It opens no \
                 runtime gate.",
                lane.id()
            ),
            Self::Join(_) => format!(
                "Read this review second as {actor}? You answer every check by yourself. The first reading is hidden \
                 from you until you hand yours in, and you can't take part in it any more."
            ),
            Self::Submit(_) => {
                format!("Hand the first reading in as {actor}? It can be reopened, and says so then.")
            }
            Self::SubmitSecond(_) => {
                format!(
                    "Hand the second reading in as {actor}? From then on both readings are seen, and where they differ."
                )
            }
        }
    }

    /// Paints it over the pane.
    pub(super) fn draw(&self, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
        let height = area.height.min(6);
        let place = Rect { y: area.y + (area.height - height) / 2, height, ..area };
        canvas.clear(place);
        let inside = canvas.frame(place, &[(" y yes, n no ", Role::Key)], Role::BorderFocus);
        let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
        canvas.wrapped(inside, &self.text(facts), Role::Text);
    }
}
