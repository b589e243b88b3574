//! Lines to be read and moved through: a name with words beside it, or a rule with a title.

use crate::app::theme::Role;
use crate::panes::Canvas;
use crate::panes::widgets::{List, Pen};
use ratatui::layout::Rect;

/// A line.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// What stands at the left; a rule has no name.
    name: String,
    /// The words, or the title.
    text: String,
    role: Role,
    /// The check or the field that it is about, where enter goes there.
    pub(super) goes: Option<String>,
    /// What is copied, where the words are a part of it.
    pub(super) whole: Option<String>,
}

impl Line {
    /// A rule with a title.
    pub(super) fn rule(title: impl Into<String>) -> Self {
        Self::new("", title, Role::Title)
    }

    /// A name and words.
    pub(super) fn new(name: impl Into<String>, text: impl Into<String>, role: Role) -> Self {
        Self { name: name.into(), text: text.into(), role, goes: None, whole: None }
    }

    /// The same, and enter goes to this check or field.
    pub(super) fn to(self, subject: &str) -> Self {
        Self { goes: Some(subject.to_owned()), ..self }
    }

    /// The same, and this is what is copied.
    pub(super) fn whole(self, text: &str) -> Self {
        Self { whole: Some(text.to_owned()), ..self }
    }

    /// How many rows it takes.
    fn rows(&self, width: u16) -> u16 {
        if self.name.is_empty() { 1 } else { Pen::rows_of(width, &self.text) }
    }
}

/// A name that stays while lines above come and go.
pub(super) fn key(lines: &[Line], at: usize) -> String {
    lines
        .get(at)
        .map(|line| format!("{}/{}", line.name, line.goes.as_deref().unwrap_or(&line.text)))
        .unwrap_or_default()
}

/// Draws the lines around the selected one.
pub(super) fn draw(lines: &[Line], list: &List, canvas: &mut Canvas<'_>, area: Rect) {
    let inside = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    let heights: Vec<usize> = lines.iter().map(|line| usize::from(line.rows(inside.width))).collect();
    let first = first(&heights, list.index(), usize::from(area.height));
    let mut pen = Pen::new(inside, canvas);
    for (at, line) in lines.iter().enumerate().skip(first) {
        let row = Rect { height: pen.rest().height.min(1), x: area.x, y: pen.rest().y, width: area.width };
        if line.name.is_empty() {
            pen.rule(&line.text);
        } else {
            pen.pair(&line.name, &line.text, line.role);
        }
        if at == list.index() && row.height > 0 {
            let canvas = pen.canvas();
            canvas.put(row.x, row.y, 1, canvas.glyphs.cursor(), Role::Accent);
            canvas.select(row, row.right());
        }
    }
}

/// The first line to show, so that the selected one is in view and the end leaves no room empty. It moves in steps of
/// half a screen.
fn first(heights: &[usize], selected: usize, room: usize) -> usize {
    let top = |at: usize| heights.iter().take(at).sum::<usize>();
    let (bottom, total) = (top(selected + 1), top(heights.len()));
    let half = (room / 2).max(1);
    let mut from = 0;
    while bottom > from + room && from < total {
        from += half;
    }
    let from = from.min(total.saturating_sub(room));
    let first = (0..heights.len()).find(|at| top(*at) >= from).unwrap_or(0);
    first.min(selected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selected_line_is_in_view_and_the_last_screen_is_full() {
        for room in 3..12 {
            for tall in 1..3 {
                let heights: Vec<usize> = (0..20).map(|at| if at % 3 == 0 { tall } else { 1 }).collect();
                for selected in 0..20 {
                    let first = first(&heights, selected, room);
                    assert!(first <= selected);
                    let shown: usize = heights[first..=selected].iter().sum();
                    assert!(shown <= room, "{selected} is below the end of {room}");
                    let left: usize = heights[first..].iter().sum();
                    assert!(left + tall > room || first == 0, "{room}: only {left} rows are left");
                }
            }
        }
        assert_eq!(first(&[], 0, 5), 0);
    }
}
