//! What lies over the panes until a key closes it.

mod help;
mod why;

use super::Canvas;
use super::canvas::wrap;
use crate::app::theme::Role;
use crate::app::{Action, Facts};
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// What is asked of an overlay: which, and how far it is scrolled.
#[derive(Clone, Debug)]
pub struct Overlay {
    kind: Kind,
    scroll: usize,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Help,
    Why,
}

/// A line of an overlay: a column of its own at the left, then text.
type Line = (String, String, Role);

impl Overlay {
    /// The keys.
    pub fn help() -> Self {
        Self { kind: Kind::Help, scroll: 0 }
    }

    /// Every reason why the state is not green.
    pub fn why() -> Self {
        Self { kind: Kind::Why, scroll: 0 }
    }

    /// Scrolls; returns whether it took the action.
    pub fn act(&mut self, action: Action) -> bool {
        self.scroll = match action {
            Action::Down => self.scroll.saturating_add(1),
            Action::Up => self.scroll.saturating_sub(1),
            Action::PageDown => self.scroll.saturating_add(10),
            Action::PageUp => self.scroll.saturating_sub(10),
            Action::Top => 0,
            _ => return false,
        };
        true
    }

    /// Paints it over the middle of the screen.
    pub fn draw(&self, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
        let (title, lines) = match self.kind {
            Kind::Help => (" Keys ", help::lines(facts)),
            Kind::Why => (" Why not green ", why::lines(facts)),
        };
        let width = area.width.min(100.max(area.width / 2));
        let left = lines.iter().map(|(name, ..)| name.width()).max().unwrap_or(0).min(usize::from(width / 2)) as u16;
        let lines = wrapped(lines, usize::from(width.saturating_sub(left + 6)));
        let place = centred(area, width, lines.len());
        canvas.clear(place);
        let inside = canvas.frame(place, &[(title, Role::Title), ("esc closes ", Role::Muted)], Role::BorderFocus);
        let start = self.scroll.min(lines.len().saturating_sub(usize::from(inside.height)));
        for (y, (name, text, role)) in (inside.y..inside.bottom()).zip(&lines[start..]) {
            canvas.put(inside.x + 1, y, left, name, Role::Key);
            canvas.put(inside.x + left + 3, y, inside.width.saturating_sub(left + 4), text, *role);
        }
        let below = lines.len().saturating_sub(start + usize::from(inside.height));
        if below > 0 {
            canvas.put_right(
                Rect { width: place.width.saturating_sub(2), ..place },
                place.bottom().saturating_sub(1),
                &format!(" j: {below} more "),
                Role::Key,
            );
        }
    }
}

/// Long texts over several lines, under each other.
fn wrapped(lines: Vec<Line>, width: usize) -> Vec<Line> {
    let mut out = Vec::new();
    for (name, text, role) in lines {
        let mut name = Some(name);
        for part in wrap(&text, width) {
            out.push((name.take().unwrap_or_default(), part, role));
        }
    }
    out
}

/// As wide as was decided, as high as needed, in the middle.
fn centred(area: Rect, width: u16, lines: usize) -> Rect {
    let height = area.height.min(u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}
