//! What stands above every view of a review.

use super::{here, words};
use crate::app::Facts;
use crate::app::theme::Role;
use crate::panes::Canvas;
use crate::review::{Candidate, Review};
use ratatui::layout::Rect;

/// The candidate, its lane and what is least needed; returns the area below.
pub(super) fn draw(
    candidate: &Candidate,
    review: Option<&Review>,
    facts: &Facts,
    canvas: &mut Canvas<'_>,
    area: Rect,
) -> Rect {
    let width = area.width.saturating_sub(1);
    let here = review.map(|review| format!("  {}", here::words(review, facts))).unwrap_or_default();
    canvas.spans(area.x + 1, area.y, width, &[(&candidate.label, Role::Title), (here.trim_end(), Role::Accent)]);
    let Some(review) = review else {
        canvas.put(area.x + 1, area.y + 1, width, "The review is being opened", Role::Muted);
        return below(area, 2);
    };
    let disposition = words::disposition(review, facts);
    let lane = disposition.lane;
    let waiting = facts.pending.of(&review.id).count();
    let note = if waiting > 0 { format!("  ({waiting} not recorded yet)") } else { String::new() };
    let signed = match review.signature() {
        Some(_) if review.changed_since_signed() => "  changed since it was signed",
        Some(_) => "  signed",
        None => "",
    };
    canvas.spans(
        area.x + 1,
        area.y + 1,
        width,
        &[(lane.id(), words::role_of(lane)), (signed, Role::Accent), (&note, Role::Warn)],
    );
    let least = match disposition.least.first() {
        Some(_) => format!("{} to go; {}", disposition.least.len(), facts.contract.meaning(lane)),
        None => facts.contract.meaning(lane).to_owned(),
    };
    canvas.put(area.x + 1, area.y + 2, width, &least, Role::Muted);
    below(area, 3)
}

fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}
