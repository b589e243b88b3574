//! A list and its detail in one area: side by side where it is wide, one above the other where it is
//! high, one at a time where it is small.

use ratatui::layout::Rect;

/// Where list and detail go; an area of no height is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// The list.
    pub list: Rect,
    /// The detail.
    pub detail: Rect,
}

/// Columns from which the detail stands beside the list.
const WIDE: u16 = 130;
/// Rows from which the detail stands below the list.
const HIGH: u16 = 14;

/// Splits an area for a list of so many rows. `opened` says that the person wants the detail where only
/// one of the two fits.
pub fn split(area: Rect, opened: bool, rows: usize) -> Split {
    let none = Rect { height: 0, ..area };
    if area.width >= WIDE {
        let list = Rect { width: area.width * 3 / 5, ..area };
        let detail = Rect { x: list.right() + 1, width: area.width - list.width - 1, ..area };
        return Split { list, detail };
    }
    if opened {
        return Split { list: none, detail: area };
    }
    if area.height >= HIGH {
        // A short list leaves its room to the detail.
        let needed = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(1).max(4);
        let list = Rect { height: needed.min(area.height * 11 / 20), ..area };
        let detail = Rect { y: list.bottom(), height: area.height - list.height, ..area };
        return Split { list, detail };
    }
    Split { list: area, detail: none }
}
