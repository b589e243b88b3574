//! One frame as the fewest bytes: what differs between two buffers, as terminal sequences.
//!
//! The encoder keeps no state: every frame starts from a plain pen and ends with one. It relies only on
//! what terminals agree about: relative moves start after glyphs of exactly one column, blanks are erased
//! only with the terminal's own background (not all fill erased cells with another), nothing is repeated
//! or scrolled by the terminal.

use super::glyph::Glyph;
use super::motion::{Place, step};
use super::sgr::Pen;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;

/// Begins and ends a synchronized update (DEC mode 2026): the terminal shows the frame in one piece.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// Up to this many bytes a frame goes without the bracket: it arrives in one packet, there is nothing to
/// tear, and the bracket would be longer than a clock tick.
const SMALL: usize = 48;

/// Appends what turns the screen of `prev` into that of `next`; nothing when they look the same.
///
/// The buffers are whole screens. Where their areas differ (at the start, after a resize) the screen is
/// cleared and drawn anew, so `Buffer::empty(Rect::ZERO)` stands for "unknown". A cursor of `None` is hidden.
pub fn encode(
    prev: &Buffer,
    next: &Buffer,
    cursor: Option<Position>,
    prev_cursor: Option<Position>,
    out: &mut Vec<u8>,
) {
    let start = out.len();
    out.extend_from_slice(BEGIN);
    let body = out.len();
    let mut painter = Painter { out, pen: Pen::PLAIN, place: Place::default() };
    if prev.area == next.area {
        painter.place = prev_cursor.map_or_else(Place::default, |at| Place::at(at.x, at.y));
        painter.frame(prev, next);
    } else {
        painter.out.extend_from_slice(b"\x1b[m\x1b[2J");
        painter.frame(&Buffer::empty(next.area), next);
    }
    painter.pen.change(Pen::PLAIN, painter.out);
    let drawn = painter.out.len() > body;
    painter.cursor(cursor, prev_cursor, drawn);
    match out.len() - body {
        0 => out.truncate(start),
        1..=SMALL => drop(out.drain(start..body)),
        _ => out.extend_from_slice(END),
    }
}

/// The frame so far, and what the terminal's state is after it.
struct Painter<'a> {
    out: &'a mut Vec<u8>,
    pen: Pen,
    place: Place,
}

impl Painter<'_> {
    fn frame(&mut self, prev: &Buffer, next: &Buffer) {
        let width = usize::from(next.area.width).max(1);
        for (y, (prev, next)) in prev.content.chunks(width).zip(next.content.chunks(width)).enumerate() {
            if prev != next {
                self.row(y as u16, &changes(prev, next));
            }
        }
    }

    fn row(&mut self, y: u16, spots: &[Spot<'_>]) {
        let mut index = 0;
        while let Some(spot) = spots.get(index) {
            if !spot.changed {
                index += 1;
            } else if let Some(erased) = self.erase(y, spots.get(index..).unwrap_or_default()) {
                index += erased;
            } else {
                self.bridge(y, spots.get(..index).unwrap_or_default());
                self.put(y, spot);
                index += 1;
            }
        }
    }

    /// Erases the blanks that start here if that is shorter than writing them; says how many spots it took.
    fn erase(&mut self, y: u16, spots: &[Spot<'_>]) -> Option<usize> {
        let blanks = spots.iter().take_while(|spot| spot.is_erasable()).count();
        let changed = spots.iter().take(blanks).rposition(|spot| spot.changed)? + 1;
        let (sequence, taken) =
            if blanks == spots.len() { (b"\x1b[K".to_vec(), blanks) } else { (step(changed as u16, b'X'), changed) };
        // Erasing does not move the cursor, so what follows on the row costs a move.
        let cost = sequence.len() + if taken == spots.len() { 0 } else { step(changed as u16, b'C').len() };
        if changed <= cost {
            return None;
        }
        self.place.go(spots.first()?.x, y, self.out);
        if !self.pen.same_on_blank(Pen::PLAIN) {
            self.pen.change(Pen::PLAIN, self.out);
        }
        self.out.extend(sequence);
        Some(taken)
    }

    /// Writes again the few unchanged glyphs before the next changed one, where that is shorter than a move.
    fn bridge(&mut self, y: u16, before: &[Spot<'_>]) {
        let (Some(x), Some(row)) = (self.place.x, self.place.y) else { return };
        let gap = before.get(before.partition_point(|spot| spot.x < x)..).unwrap_or_default();
        let simple = |spot: &Spot<'_>| spot.glyph.width == 1 && self.shows(spot);
        let aligned = gap.first().is_some_and(|spot| spot.x == x);
        let length: usize = gap.iter().map(|spot| spot.glyph.text.len()).sum();
        if row == y && aligned && gap.iter().all(simple) && length <= step(gap.len() as u16, b'C').len() {
            self.out.extend(gap.iter().flat_map(|spot| spot.glyph.text.bytes()));
            self.place.x = Some(x + gap.len() as u16);
        }
    }

    /// Whether the pen as it is paints this glyph as it should look.
    fn shows(&self, spot: &Spot<'_>) -> bool {
        self.pen == spot.pen || (spot.glyph.is_blank() && self.pen.same_on_blank(spot.pen))
    }

    fn put(&mut self, y: u16, spot: &Spot<'_>) {
        self.place.go(spot.x, y, self.out);
        if !self.shows(spot) {
            self.pen.change(spot.pen, self.out);
        }
        if spot.glyph.may_be_narrower {
            self.out.extend(std::iter::repeat_n(b' ', usize::from(spot.glyph.width)));
            self.place.x = None;
            self.place.go(spot.x, y, self.out);
        }
        self.out.extend_from_slice(spot.glyph.text.as_bytes());
        self.place.x = (spot.glyph.width == 1 && !spot.at_edge).then(|| spot.x + 1);
    }

    fn cursor(&mut self, cursor: Option<Position>, prev: Option<Position>, drawn: bool) {
        match cursor {
            Some(at) => {
                if drawn || prev != cursor {
                    self.place.go(at.x, at.y, self.out);
                }
                if prev.is_none() {
                    self.out.extend_from_slice(b"\x1b[?25h");
                }
            }
            None if prev.is_some() => self.out.extend_from_slice(b"\x1b[?25l"),
            None => {}
        }
    }
}

/// One glyph of a row.
struct Spot<'a> {
    x: u16,
    glyph: Glyph<'a>,
    pen: Pen,
    /// It must be written.
    changed: bool,
    /// It ends at the right edge of the screen.
    at_edge: bool,
}

impl<'a> Spot<'a> {
    fn of(row: &'a [Cell], x: usize) -> Option<Self> {
        let cell = row.get(x)?;
        let room = (row.len() - x) as u16;
        let glyph = Glyph::of(cell.symbol(), room);
        Some(Self { x: x as u16, glyph, pen: Pen::of(cell), changed: true, at_edge: glyph.width == room })
    }

    fn is_erasable(&self) -> bool {
        self.glyph.is_blank() && self.pen.same_on_blank(Pen::PLAIN)
    }

    fn looks_like(&self, other: &Self) -> bool {
        let same_pen = self.pen == other.pen || (self.glyph.is_blank() && self.pen.same_on_blank(other.pen));
        self.x == other.x && self.glyph == other.glyph && same_pen
    }
}

/// The glyphs of a row, each marked by whether it must be written.
///
/// One stays only if the same glyph already starts in the same column. So everything that touches a wide
/// glyph that goes away is written anew, in order, and it never matters how a terminal treats half of one.
fn changes<'a>(prev: &'a [Cell], next: &'a [Cell]) -> Vec<Spot<'a>> {
    let mut before = spots(prev).peekable();
    spots(next)
        .map(|mut spot| {
            while before.next_if(|old| old.x < spot.x).is_some() {}
            spot.changed = !before.peek().is_some_and(|old| old.looks_like(&spot));
            spot
        })
        .collect()
}

fn spots(row: &[Cell]) -> impl Iterator<Item = Spot<'_>> {
    std::iter::successors(Spot::of(row, 0), |spot| Spot::of(row, usize::from(spot.x + spot.glyph.width)))
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
