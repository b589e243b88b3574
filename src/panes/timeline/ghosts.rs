//! What should stand in the list and does not: dim rows between the rows, at the time they were due. They are drawn
//! and nothing else: no cursor stands on them, and nobody can copy or mark them.

use crate::app::Facts;
use crate::app::theme::Role;
use crate::panes::Canvas;
use crate::timeline::expected::{Expected, What};
use crate::timeline::filter::Filter;
use jiff::Timestamp;
use ratatui::layout::Rect;
use std::ops::Range;

/// One line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// The row at this place.
    Row(usize),
    /// What is missing there.
    Ghost(&'a Expected),
}

/// What is missing among the rows of this window, newest first. `at` is a row's time.
pub(super) fn among<'a>(
    window: &Range<usize>,
    len: usize,
    at: &impl Fn(usize) -> Option<Timestamp>,
    filter: Option<&Filter>,
    facts: &'a Facts,
) -> Vec<&'a Expected> {
    let newest = window.start.checked_sub(1).and_then(at).unwrap_or(Timestamp::MAX);
    let oldest = if window.end < len { at(window.end.saturating_sub(1)) } else { None };
    let oldest = oldest.unwrap_or(Timestamp::MIN);
    let is_here = |ghost: &&Expected| oldest <= ghost.due && ghost.due < newest;
    let fits = |ghost: &&Expected| filter.is_none_or(|filter| filter.matches(&ghost.as_asked(), facts.now));
    facts.missing_rows().rev().filter(is_here).filter(fits).collect()
}

/// The lines to draw in `height`, in which the selected row is: the rows of the window and, above the first that is
/// not later, what is missing. Where that is too much, in steps of half a screen, as the list itself moves.
pub(super) fn lines<'a>(
    window: Range<usize>,
    height: usize,
    selected: usize,
    at: &impl Fn(usize) -> Option<Timestamp>,
    ghosts: &[&'a Expected],
) -> Vec<Line<'a>> {
    let mut lines = Vec::with_capacity(window.len() + ghosts.len());
    let mut ghosts = ghosts.iter().copied().peekable();
    for row in window {
        let time = at(row).unwrap_or(Timestamp::MIN);
        while let Some(ghost) = ghosts.next_if(|ghost| ghost.due >= time) {
            lines.push(Line::Ghost(ghost));
        }
        lines.push(Line::Row(row));
    }
    lines.extend(ghosts.map(Line::Ghost));
    let place = lines.iter().position(|line| *line == Line::Row(selected)).unwrap_or_default();
    let mut start = 0;
    while height > 0 && place >= start + height {
        start += (height / 2).max(1);
    }
    let start = start.min(lines.len().saturating_sub(height));
    lines.drain(..start);
    lines.truncate(height);
    lines
}

/// Draws one: when it was due, what, and that it is not there.
pub(super) fn draw(ghost: &Expected, facts: &Facts, canvas: &mut Canvas<'_>, row: Rect) {
    let put = |canvas: &mut Canvas<'_>, x: u16, text: &str| {
        canvas.put(x, row.y, row.right().saturating_sub(x), text, Role::Muted)
    };
    let pattern = if row.width >= 100 { "%Y-%m-%d %H:%M:%S" } else { "%m-%d %H:%M:%S" };
    let mut x = row.x + 2;
    x += put(canvas, x, &facts.local(ghost.due).strftime(pattern).to_string()) + 1;
    let glyph = canvas.glyphs.absent();
    x += put(canvas, x, glyph) + 1;
    let absent = match ghost.what {
        What::Row(_) => "not seen",
        What::Field(_) => "not given",
    };
    if row.width >= 70 {
        canvas.put(x, row.y, 22.min(row.right().saturating_sub(x)), ghost.name(), Role::Muted);
        put(canvas, x + 23, &format!("{absent}: expected {}", ghost.words()));
    } else {
        put(canvas, x, &format!("{absent}: {}", ghost.name()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ghost(due: i64) -> Expected {
        let at = |second| Timestamp::from_second(second).unwrap_or_default();
        Expected {
            rule: "r".to_owned(),
            what: What::Row("TELEGRAM_SENT".to_owned()),
            after: "a".to_owned(),
            after_type: "ALERT_RECEIVED".to_owned(),
            since: at(due - 60),
            key: None,
            due: at(due),
            came: None,
        }
    }

    #[test]
    fn what_is_missing_stands_where_it_was_due_and_the_selected_row_is_always_there() {
        // Rows at 90, 80, … 0.
        let at = |row: usize| Timestamp::from_second(90 - 10 * i64::try_from(row).ok()?).ok();
        let (late, tie, early) = (ghost(95), ghost(50), ghost(-5));
        let ghosts = [&late, &tie, &early];
        let all = lines(0..10, 20, 0, &at, &ghosts);
        assert_eq!(all.len(), 13);
        assert_eq!((all[0], all[1]), (Line::Ghost(&late), Line::Row(0)));
        assert_eq!((all[5], all[6]), (Line::Ghost(&tie), Line::Row(4)));
        assert_eq!(all[12], Line::Ghost(&early));
        for height in 1..14 {
            for selected in 0..10 {
                let some = lines(0..10, height, selected, &at, &ghosts);
                assert!(some.len() == height.min(13) && some.contains(&Line::Row(selected)), "{height} {selected}");
            }
        }
        assert_eq!(lines(0..0, 5, 0, &at, &ghosts).len(), 3);
    }
}
