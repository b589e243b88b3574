//! What is in quarantine: where it stood and what kind it is, never what it was.

use super::words;
use crate::app::Facts;
use crate::app::theme::Role;
use crate::panes::Canvas;
use crate::review::{Caught, LetThrough, Review};
use ratatui::layout::Rect;

/// The most that are told above the checks.
const MOST: usize = 3;

/// One line of it.
pub(super) fn line(caught: &Caught, facts: &Facts) -> String {
    let Caught { field, detector, offset, len, .. } = caught;
    format!("{field}: {detector}, {len} bytes from byte {offset}, {}", words::touch(&caught.by, facts))
}

/// One line of what was let through.
pub(super) fn allowed(one: &LetThrough, facts: &Facts) -> String {
    let LetThrough { field, detector, offset, len, reason, by } = one;
    format!("{field}: {detector}, {len} bytes from byte {offset}: {reason}; {}", words::touch(by, facts))
}

/// Draws what has not been removed; returns the area below.
pub(super) fn draw(review: &Review, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) -> Rect {
    let caught: Vec<&Caught> = review.caught.iter().filter(|caught| !caught.cleared).collect();
    if caught.is_empty() || area.height < 4 {
        return area;
    }
    let mut y = area.y;
    let width = area.width.saturating_sub(1);
    canvas.put(area.x + 1, y, width, "In quarantine, and nothing of it is kept; X says that it is out", Role::Fail);
    for one in caught.iter().take(MOST) {
        y += 1;
        canvas.put(area.x + 3, y, width.saturating_sub(2), &line(one, facts), Role::Text);
    }
    if caught.len() > MOST {
        y += 1;
        canvas.put(area.x + 3, y, width, &format!("and {} more; L tells of all", caught.len() - MOST), Role::Muted);
    }
    let taken = (y + 1 - area.y).min(area.height);
    Rect { y: area.y + taken, height: area.height - taken, ..area }
}
