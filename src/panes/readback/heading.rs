//! What stands above every view of a review.

use super::{here, words};
use crate::app::Facts;
use crate::app::theme::Role;
use crate::panes::Canvas;
use crate::review::{Candidate, CheckKind, Disposition, Reading, Review};
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// The candidate, its lane and what is least needed; returns the area below. Who reads second is told neither.
pub(super) fn draw(
    candidate: &Candidate,
    review: Option<&Review>,
    facts: &Facts,
    canvas: &mut Canvas<'_>,
    area: Rect,
) -> Rect {
    let width = area.width.saturating_sub(1);
    let here = review.map(|review| here::words(review, facts)).unwrap_or_default();
    // Who is here is news; what the candidate is called is known.
    let for_here = u16::try_from(here.width()).unwrap_or(u16::MAX).min(width * 2 / 3);
    let for_label = width.saturating_sub(if here.is_empty() { 0 } else { for_here + 2 });
    let taken = canvas.put(area.x + 1, area.y, for_label, &candidate.label, Role::Title);
    canvas.put(area.x + 1 + taken + 2, area.y, for_here, &here, Role::Accent);
    let Some(review) = review else {
        canvas.put(area.x + 1, area.y + 1, width, "The review is being opened", Role::Muted);
        return below(area, 2);
    };
    let waiting = facts.pending.of(&review.id).count();
    let note = if waiting > 0 { format!("  ({waiting} not recorded yet)") } else { String::new() };
    let (row, below_it) = (area.y + 1, area.y + 2);
    if let Some(disposition) = words::shown(review, facts) {
        let lane = (disposition.lane.id(), words::role_of(disposition.lane));
        canvas.spans(area.x + 1, row, width, &[lane, (signed(review), Role::Accent), (&note, Role::Warn)]);
        canvas.put(area.x + 1, below_it, width, &least(review, &disposition, facts), Role::Muted);
    } else {
        let looked = review.second.as_ref().is_some_and(|second| second.looked);
        let blind = if looked { ", not blind: you had looked before" } else { ", blind" };
        let spans = [("second reading", Role::Title), (blind, Role::Muted), (&note, Role::Warn)];
        canvas.spans(area.x + 1, row, width, &spans);
        canvas.put(area.x + 1, below_it, width, &progress(review, facts), Role::Muted);
    }
    below(area, 3)
}

fn signed(review: &Review) -> &'static str {
    match review.signature() {
        Some(_) if review.changed_since_signed() => "  changed since it was signed",
        Some(_) => "  signed",
        None if review.submitted.is_some() => "  handed in",
        None => "",
    }
}

fn least(review: &Review, disposition: &Disposition, facts: &Facts) -> String {
    let mut parts = Vec::new();
    let looked = review.second.as_ref().is_some_and(|second| second.looked);
    let not_blind = if looked { " (not blind: they had looked before)" } else { "" };
    if words::reading(review, facts) == Reading::Both {
        parts.push(match review.disputes().len() {
            0 => format!("both readings agree{not_blind}"),
            1 => format!("the readings differ on 1 check{not_blind}"),
            count => format!("the readings differ on {count} checks{not_blind}"),
        });
    } else if let Some(second) = &review.second {
        parts.push(format!("{} reads second{not_blind}", second.reader.actor));
    }
    if disposition.opened_under_another {
        parts.push("opened under another check set".to_owned());
    }
    if !disposition.least.is_empty() {
        parts.push(format!("{} to go", disposition.least.len()));
    }
    parts.push(facts.contract.meaning(disposition.lane).to_owned());
    parts.join("; ")
}

/// How far the second reading has come.
fn progress(review: &Review, facts: &Facts) -> String {
    let asked = facts.contract.checks.iter().filter(|check| check.kind != CheckKind::Auto);
    let (mut total, mut answered) = (0, 0);
    for check in asked {
        total += 1;
        answered += usize::from(words::own_answer(review, &check.id, facts).is_some());
    }
    format!("{answered} of {total} answered; the first reading is shown once you hand yours in (m)")
}

fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}
