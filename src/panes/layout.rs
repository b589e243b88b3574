//! Where things go at a given size. Pure: a size and a choice give rectangles.

use super::PaneId;
use ratatui::layout::Rect;

/// The screen, divided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Stack, state, access; empty on a screen too low for it.
    pub header: Rect,
    /// The panes to draw, each in its place.
    pub panes: Vec<(PaneId, Rect)>,
    /// The state of the panes that are not drawn; empty where all are.
    pub strip: Rect,
    /// Key hints, and a notice that fits beside them.
    pub footer: Rect,
    /// Whether panes get a frame: only where several stand side by side.
    pub framed: bool,
}

/// From this size on all four panes are shown.
const FOUR: (u16, u16) = (120, 30);

/// Divides an area. `zoom` shows the focused pane alone where all four would fit; the panes leave `free` rows above the
/// footer.
pub fn layout(area: Rect, focus: PaneId, zoom: bool, free: u16) -> Layout {
    let four = area.width >= FOUR.0 && area.height >= FOUR.1 && !zoom;
    let header = top(area, if area.height >= 10 { 2 } else { u16::from(area.height >= 4) });
    let strip = Rect { y: header.bottom(), height: u16::from(!four && area.height >= 6), ..area };
    let footer_height = u16::from(area.height >= 3);
    let footer = Rect { y: area.bottom() - footer_height, height: footer_height, ..area };
    let between = footer.y.saturating_sub(strip.bottom());
    let body = Rect { y: strip.bottom(), height: between.saturating_sub(free), ..area };
    let panes = if four { quarters(body) } else { vec![(focus, body)] };
    Layout { header, panes, strip, footer, framed: four }
}

fn top(area: Rect, height: u16) -> Rect {
    Rect { height: height.min(area.height), ..area }
}

/// Health and Env above, Timeline and Readback below.
fn quarters(body: Rect) -> Vec<(PaneId, Rect)> {
    let (left, upper) = (body.width / 2, body.height / 2);
    let column = |right: bool| if right { (body.x + left, body.width - left) } else { (body.x, left) };
    let row = |lower: bool| if lower { (body.y + upper, body.height - upper) } else { (body.y, upper) };
    let place = |right, lower| {
        let ((x, width), (y, height)) = (column(right), row(lower));
        Rect { x, y, width, height }
    };
    vec![
        (PaneId::Health, place(false, false)),
        (PaneId::Env, place(true, false)),
        (PaneId::Timeline, place(false, true)),
        (PaneId::Readback, place(true, true)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_is_divided_inside_the_screen_without_overlap() {
        for width in [1, 2, 39, 40, 80, 119, 120, 200, 300] {
            for height in [1, 2, 3, 5, 6, 10, 12, 24, 29, 30, 60, 100] {
                for (zoom, free) in [(false, 0), (true, 0), (false, 1), (true, 3)] {
                    let area = Rect::new(0, 0, width, height);
                    let layout = layout(area, PaneId::Env, zoom, free);
                    let below = layout.panes.iter().map(|(_, rect)| rect.bottom()).max().unwrap_or_default();
                    let left = Rect { y: below, height: layout.footer.y.saturating_sub(below), ..area };
                    assert!(left.height <= free, "{layout:?}");
                    let mut rects: Vec<Rect> = layout.panes.iter().map(|(_, rect)| *rect).collect();
                    rects.extend([layout.header, layout.strip, left, layout.footer]);
                    let cells: u32 = rects.iter().map(|rect| u32::from(rect.width) * u32::from(rect.height)).sum();
                    assert_eq!(cells, u32::from(width) * u32::from(height), "{width}x{height}: {layout:?}");
                    assert!(rects.iter().all(|rect| area.union(*rect) == area));
                }
            }
        }
    }

    #[test]
    fn eighty_by_twenty_four_shows_one_pane_and_a_strip_and_wide_shows_four() {
        let small = layout(Rect::new(0, 0, 80, 24), PaneId::Timeline, false, 0);
        assert_eq!(small.panes.len(), 1);
        assert_eq!(small.strip.height, 1);
        let wide = layout(Rect::new(0, 0, 200, 60), PaneId::Timeline, false, 0);
        assert_eq!(wide.panes.len(), 4);
        assert_eq!(wide.strip.height, 0);
        assert_eq!(layout(Rect::new(0, 0, 200, 60), PaneId::Timeline, true, 0).panes.len(), 1);
    }
}
