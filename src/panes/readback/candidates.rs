//! The candidates of the snapshot, each with the lane its review is in.

use super::question::{Opening, Question};
use super::{Mode, ReadbackPane, blind, words};
use crate::app::theme::Role;
use crate::app::{Action, Effect, Facts, Outbox};
use crate::panes::widgets::{List, Pen, split};
use crate::panes::{Canvas, Flow};
use crate::review::{Candidate, CandidateId, Lane};
use ratatui::layout::Rect;

impl ReadbackPane {
    /// Opens a review. Who could read it second is told first that looking shows the answers.
    fn open_review(&mut self, candidate: &CandidateId, facts: &Facts) {
        if facts.book.latest(candidate).is_some_and(|review| blind::could_read(review, facts)) {
            self.mode = Mode::Asking(Question::Look(candidate.clone()));
        } else {
            self.enter(candidate.clone());
        }
    }

    /// A named action while the candidates are on the screen.
    pub(super) fn act_on_candidates(&mut self, action: Action, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        let Ok(snapshot) = &facts.snapshot else { return Flow::Pass };
        let all = &snapshot.candidates;
        if self.candidates.act(action, all.len(), |at| all[at].id.0.clone()) {
            return Flow::Consumed;
        }
        let Some(candidate) = all.get(self.candidates.index()) else { return Flow::Pass };
        match action {
            Action::Open if facts.book.latest(&candidate.id).is_some() => self.open_review(&candidate.id, facts),
            Action::More => self.open_menu(facts, out),
            Action::Open if facts.setting.access.may_write() => match Opening::new(candidate.id.clone(), facts) {
                Some(opening) => self.mode = Mode::Asking(Question::Open(opening)),
                None => out.tell("of which incident? the log names none: set [review] incident in readback.toml"),
            },
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
}

/// Draws the list and what is known of the selected one.
pub(super) fn draw(list: &List, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
    let snapshot = match &facts.snapshot {
        Ok(snapshot) => snapshot,
        Err(why) => {
            let text = format!("There is nothing to review: {why}");
            canvas.wrapped(area, &text, Role::Muted);
            return;
        }
    };
    let places = split(area, false, snapshot.candidates.len());
    for (y, at) in (places.list.y..).zip(list.window(snapshot.candidates.len(), usize::from(places.list.height))) {
        let row = Rect { y, height: 1, ..places.list };
        candidate(&snapshot.candidates[at], facts, canvas, row, at == list.index());
    }
    if let Some(selected) = snapshot.candidates.get(list.detail()) {
        let mut pen = Pen::new(places.detail, canvas);
        pen.rule(&selected.label);
        match lane_of(selected, facts) {
            Ok(lane) => {
                pen.pair("lane", lane.id(), words::role_of(lane));
                pen.pair("", facts.contract.meaning(lane), Role::Muted);
            }
            Err(Hidden::Reads) => {
                pen.pair("lane", "you read it second: the lane is shown once you hand yours in", Role::Muted);
            }
            Err(Hidden::Waits) => {
                pen.pair("lane", "it waits for a second reader: m reads it so, enter looks", Role::Muted);
            }
        }
        pen.pair("surface", &selected.surface_id, Role::Text);
        pen.pair("host scope", &selected.expected_host_scope, Role::Text);
        pen.pair("service scope", &selected.service_scope, Role::Text);
        pen.pair("kind, tier", &format!("{}, {}", selected.config_kind, selected.control_tier), Role::Text);
        pen.pair("can write", if selected.write_capable_surface { "yes" } else { "no" }, Role::Text);
        pen.pair(
            "live evidence",
            if selected.requires_live_evidence { "required" } else { "not required" },
            Role::Text,
        );
        pen.pair("id", &selected.id.0, Role::Muted);
    }
}

fn candidate(candidate: &Candidate, facts: &Facts, canvas: &mut Canvas<'_>, row: Rect, selected: bool) {
    let mark = if selected { canvas.glyphs.cursor() } else { " " };
    canvas.put(row.x, row.y, 1, mark, Role::Accent);
    let opened = facts.book.latest(&candidate.id).is_some();
    let label_width = row.width.saturating_sub(2) / 2;
    canvas.put(row.x + 2, row.y, label_width.saturating_sub(1), &candidate.label, Role::Text);
    let (words, role) = match lane_of(candidate, facts) {
        _ if !opened => ("not opened", Role::Muted),
        Ok(lane) => (lane.id(), words::role_of(lane)),
        Err(Hidden::Reads) => ("second reading", Role::Text),
        Err(Hidden::Waits) => ("waits for a second reader", Role::Text),
    };
    canvas.put(row.x + 2 + label_width, row.y, row.width.saturating_sub(label_width + 2), words, role);
    if selected {
        canvas.select(row, row.x + 2 + label_width);
    }
}

/// Why a lane, which follows from the answers, is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hidden {
    /// The person reads it second, and blind.
    Reads,
    /// It waits for a second reader, which the person could be.
    Waits,
}

/// The lane of its review; not for who reads it second and blind, or still could.
pub(super) fn lane_of(candidate: &Candidate, facts: &Facts) -> Result<Lane, Hidden> {
    match facts.book.latest(&candidate.id) {
        Some(review) if blind::could_read(review, facts) => Err(Hidden::Waits),
        Some(review) => words::shown(review, facts).map(|disposition| disposition.lane).ok_or(Hidden::Reads),
        None => Ok(Lane::WaitingReadback),
    }
}
