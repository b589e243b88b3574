//! A question before a step that can't be taken back.

use super::anew::Anew;
use super::{ask, blind, words};
use crate::app::theme::Role;
use crate::app::{Action, Facts, Outbox};
use crate::panes::Canvas;
use crate::panes::canvas::wrap;
use crate::review::{CandidateId, Lane, ReviewId, actions};
use jiff::Timestamp;
use ratatui::layout::Rect;

/// What is asked; it carries the identity it was asked about, so the answer can't land elsewhere.
#[derive(Clone, Debug)]
pub(super) enum Question {
    /// Open a review of this candidate, in this incident?
    Open(Opening),
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
    /// Say that what was caught in this field is out?
    Clear(ReviewId, String),
    /// Attach anew what has grown stale?
    Anew(Anew),
}

/// A review to be opened.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    /// Of which candidate.
    pub(super) candidate: CandidateId,
    /// The incidents that it may be recorded in: the configured one, then those of the log, the latest first; each with
    /// when the log last heard of it.
    incidents: Vec<(String, Option<Timestamp>)>,
    /// Which of them.
    at: usize,
}

/// The most incidents that are offered.
const MOST: usize = 50;
/// The most that are shown at once.
const LISTED: usize = 5;

impl Opening {
    /// Of a candidate, in what the console knows of.
    /// `None` where it knows of no incident: there is nothing to be recorded in.
    pub(super) fn new(candidate: CandidateId, facts: &Facts) -> Option<Self> {
        let mut incidents = vec![(facts.setting.incident.clone(), None)];
        for entry in &facts.log.entries {
            let Some(incident) = entry.incident() else { continue };
            match incidents.iter().position(|(known, _)| known == incident) {
                Some(at) => incidents[at].1 = incidents[at].1.or(Some(entry.at())),
                None if incidents.len() < MOST => incidents.push((incident.to_owned(), Some(entry.at()))),
                None => {}
            }
        }
        incidents.retain(|(incident, _)| !incident.trim().is_empty());
        (!incidents.is_empty()).then_some(Self { candidate, incidents, at: 0 })
    }

    fn incident(&self) -> &str {
        self.incidents.get(self.at).map_or("", |(incident, _)| incident.as_str())
    }

    /// Where it is recorded, in words.
    fn place(&self) -> String {
        let (incident, at, count) = (self.incident(), self.at + 1, self.incidents.len());
        match count {
            1 => format!("It is recorded in the incident {incident}."),
            _ => format!("It is recorded in the incident {incident} ({at} of {count}: j and k choose another)."),
        }
    }

    /// Those to choose from that are around the chosen one, each with whether it is that.
    fn around(&self, facts: &Facts) -> Vec<(String, bool)> {
        if self.incidents.len() < 2 {
            return Vec::new();
        }
        let first = (self.at + 1).saturating_sub(LISTED);
        let words = |(at, (incident, seen)): (usize, &(String, Option<Timestamp>))| {
            let seen = match seen {
                Some(seen) => format!("last in the log at {}", facts.local(*seen).strftime("%m-%d %H:%M")),
                None => "the log has no row of it".to_owned(),
            };
            (format!("{incident}  {seen}"), at == self.at)
        };
        self.incidents.iter().enumerate().skip(first).take(LISTED).map(words).collect()
    }
}

impl Question {
    /// Whether something in it is chosen before it is answered.
    pub(super) fn turns(&self) -> bool {
        matches!(self, Self::Open(opening) if opening.incidents.len() > 1)
    }

    /// Chooses.
    pub(super) fn turn(&mut self, action: Action) {
        if let Self::Open(opening) = self {
            let last = opening.incidents.len().saturating_sub(1);
            opening.at = match action {
                Action::Down => (opening.at + 1).min(last),
                Action::Up => opening.at.saturating_sub(1),
                Action::Top => 0,
                Action::Bottom => last,
                _ => opening.at,
            };
        }
    }

    /// The answer is yes.
    pub(super) fn carry_out(self, facts: &Facts, out: &mut Outbox<'_>) {
        let made = match &self {
            // These are the pane's.
            Self::Look(_) | Self::Anew(_) => return,
            Self::Open(opening) => {
                let Ok(snapshot) = &facts.snapshot else { return };
                let by = ask::by(facts, out);
                actions::open(&opening.candidate, &snapshot.digest, &facts.contract, opening.incident(), by)
            }
            Self::Clear(review, field) => {
                let Some(review) = facts.book.get(review) else { return };
                actions::clear(review, field, ask::by(facts, out))
            }
            Self::Sign(review, asked, version) => {
                let Some(review) = facts.book.get(review) else { return };
                if review.version() != *version {
                    out.tell("the review has changed since you were asked: look again, then sign");
                    return;
                }
                let disposition = words::disposition(review, facts);
                // A probe that has looked since may have moved it: what is signed is what was asked.
                if disposition.lane != *asked {
                    let now = disposition.lane.id();
                    out.tell(format!("not signed: the lane is {now} now; S asks again"));
                    return;
                }
                actions::sign(review, &facts.contract, &disposition, ask::by(facts, out))
            }
            Self::Join(review) | Self::Submit(review) | Self::SubmitSecond(review) => {
                let Some(review) = facts.book.get(review) else { return };
                let by = ask::by(facts, out);
                match self {
                    Self::Join(_) => actions::join(review, blind::has_looked(review, facts), by),
                    Self::Submit(_) => actions::submit(review, by),
                    _ => actions::submit_second(review, &facts.contract, by),
                }
            }
        };
        ask::ask(made, facts, out);
    }

    fn text(&self, facts: &Facts) -> String {
        let actor = &facts.setting.actor;
        match self {
            Self::Open(opening) => {
                format!("Open a review of {} as {actor}? {}", opening.candidate.0, opening.place())
            }
            Self::Anew(asked) => asked.text(actor),
            Self::Clear(_, field) => format!(
                "Say as {actor} that what was caught in {field} is out, of the text and of wherever it came from? The \
                 record of it stays, and what was attested before has to be attested anew."
            ),
            Self::Look(_) => "This review was handed in and waits for a second reader. Look at it now, with its \
                answers? To read it second, without seeing them, answer no and join with m."
                .to_owned(),
            Self::Sign(_, lane, _) => format!(
                "Sign the lane {} as {actor}? It is recorded and can't be taken back, only followed. It opens no \
                 runtime gate.",
                lane.id()
            ),
            Self::Join(review) => {
                let looked = facts.book.get(review).is_some_and(|review| blind::has_looked(review, facts));
                let note = if looked { " You have looked at it with its answers: that is recorded, too." } else { "" };
                format!(
                    "Read this review second as {actor}? You answer every check by yourself. The first reading is \
                     hidden from you until you hand yours in, and you can't take part in it any more.{note}"
                )
            }
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
        let text = self.text(facts);
        let listed = if let Self::Open(opening) = self { opening.around(facts) } else { Vec::new() };
        let rows = wrap(&text, usize::from(area.width.saturating_sub(4))).len() + listed.len() + 2;
        let height = area.height.min(u16::try_from(rows).unwrap_or(u16::MAX).max(6));
        let place = Rect { y: area.y + (area.height - height) / 2, height, ..area };
        canvas.clear(place);
        let inside = canvas.frame(place, &[(" y yes, n no ", Role::Key)], Role::BorderFocus);
        let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
        let taken = canvas.wrapped(inside, &text, Role::Text);
        for (y, (words, is_chosen)) in (inside.y + taken..inside.bottom()).zip(listed) {
            let (mark, role) = if is_chosen { (canvas.glyphs.cursor(), Role::Accent) } else { (" ", Role::Muted) };
            canvas.put(inside.x, y, 1, mark, Role::Accent);
            canvas.put(inside.x + 2, y, inside.width.saturating_sub(2), &words, role);
        }
    }
}
