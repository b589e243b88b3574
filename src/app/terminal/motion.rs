//! Where the cursor is, and the shortest safe way to move it.

use std::io::Write as _;

/// What is known of the cursor's place, counted from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// `None` after a glyph that is not exactly one column wide, and at the right edge, where a terminal
    /// waits with the wrap: terminals disagree about both.
    pub(super) x: Option<u16>,
    pub(super) y: Option<u16>,
}

impl Place {
    pub(super) fn at(x: u16, y: u16) -> Self {
        Self { x: Some(x), y: Some(y) }
    }

    /// Moves to a cell, relatively where that is shorter and the place is known.
    pub(super) fn go(&mut self, x: u16, y: u16, out: &mut Vec<u8>) {
        if *self == Self::at(x, y) {
            return;
        }
        let start = out.len();
        absolute(x, y, out);
        let budget = out.len() - start;
        let mut best = Vec::with_capacity(budget);
        for way in [self.by_lines(x, y), self.along_row(x, y), self.down_column(x, y)].into_iter().flatten() {
            if way.len() < budget && (best.is_empty() || way.len() < best.len()) {
                best = way;
            }
        }
        if !best.is_empty() {
            out.truncate(start);
            out.extend(best);
        }
        *self = Self::at(x, y);
    }

    /// To the start of this or a following row. Right at the edge too: CR ends the waiting wrap.
    fn by_lines(self, x: u16, y: u16) -> Option<Vec<u8>> {
        let down = usize::from(y.checked_sub(self.y?)?);
        (x == 0 && down <= 4).then(|| [b"\r".as_slice(), &b"\n".repeat(down)].concat())
    }

    fn along_row(self, x: u16, y: u16) -> Option<Vec<u8>> {
        if self.y != Some(y) {
            return None;
        }
        let column = step(x.saturating_add(1), b'G');
        let relative = self.x.map(|from| if x >= from { step(x - from, b'C') } else { step(from - x, b'D') });
        Some(relative.filter(|relative| relative.len() <= column.len()).unwrap_or(column))
    }

    fn down_column(self, x: u16, y: u16) -> Option<Vec<u8>> {
        let from = self.y?;
        (self.x == Some(x) && y != from).then(|| if y > from { step(y - from, b'B') } else { step(from - y, b'A') })
    }
}

/// `CSI n final`, without the `1` that is the default.
pub(super) fn step(n: u16, finish: u8) -> Vec<u8> {
    let mut out = b"\x1b[".to_vec();
    if n != 1 {
        let _ = write!(out, "{n}");
    }
    out.push(finish);
    out
}

fn absolute(x: u16, y: u16, out: &mut Vec<u8>) {
    let (row, column) = (y.saturating_add(1), x.saturating_add(1));
    let _ = match (row, column) {
        (1, 1) => write!(out, "\x1b[H"),
        (row, 1) => write!(out, "\x1b[{row}H"),
        (1, column) => write!(out, "\x1b[;{column}H"),
        (row, column) => write!(out, "\x1b[{row};{column}H"),
    };
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn way(mut from: Place, x: u16, y: u16) -> String {
        let mut out = Vec::new();
        from.go(x, y, &mut out);
        assert_eq!(from, Place::at(x, y));
        String::from_utf8(out).unwrap().replace('\x1b', "")
    }

    #[test]
    fn the_shortest_safe_way_is_taken() {
        let here = Place::at(10, 5);
        assert_eq!(way(here, 10, 5), "");
        assert_eq!(way(here, 11, 5), "[C");
        assert_eq!(way(here, 40, 5), "[30C");
        assert_eq!(way(here, 8, 5), "[2D");
        assert_eq!(way(here, 0, 5), "\r");
        assert_eq!(way(here, 0, 6), "\r\n");
        assert_eq!(way(here, 10, 6), "[B");
        assert_eq!(way(here, 3, 8), "[9;4H");
        assert_eq!(way(here, 0, 0), "[H");
    }

    #[test]
    fn an_unknown_column_forbids_relative_moves() {
        let row = Place { x: None, y: Some(5) };
        assert_eq!(way(row, 11, 5), "[12G");
        assert_eq!(way(row, 0, 6), "\r\n");
        assert_eq!(way(row, 11, 6), "[7;12H");
        assert_eq!(way(Place::default(), 0, 1), "[2H");
        assert_eq!(way(Place::default(), 4, 0), "[;5H");
    }
}
