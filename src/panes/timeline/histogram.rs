//! Draws the histogram: a column for each stretch of time, its height how many rows, its colour and the mark under it
//! the worst of them. Where a feed was dead it is hatched, and what was not counted does not look like nothing.

use super::chart::{COLUMNS, Chart, Known};
use crate::app::Facts;
use crate::app::theme::Role;
use crate::panes::{Canvas, Glyphs};
use crate::timeline::{Counts, Weight};
use jiff::Timestamp;
use ratatui::layout::Rect;

/// The rows of a pane from which there is room for it, and from which its columns are two rows high.
const ROOM: u16 = 18;
const HIGH: u16 = 26;

/// How many rows it takes of a pane of this height.
pub(super) fn height(pane: u16) -> u16 {
    match pane {
        0..ROOM => 0,
        ROOM..HIGH => 3,
        _ => 4,
    }
}

/// Draws it over an area of that height; `selected` is the time of the selected row.
pub(super) fn draw(chart: &Chart, selected: Option<Timestamp>, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
    if area.height < 3 || area.width == 0 {
        return;
    }
    let last = chart.last(facts);
    let columns = i64::from(area.width).min(COLUMNS);
    let here = selected.map(|at| chart.bucket(at));
    // A narrow pane shows the part in which the selected row lies.
    let last = here.filter(|here| *here <= last - columns).map_or(last, |here| (here + columns / 2).min(last));
    let first = last - columns + 1;
    let most = (first..=last).map(|bucket| rows(chart.known(bucket))).max().unwrap_or_default();
    let bars = area.height - 2;
    for (x, bucket) in (area.x..).zip(first..=last) {
        let column = Column { known: chart.known(bucket), dead: chart.is_dead(bucket) };
        for row in 0..bars {
            let (glyph, role) = column.cell(most, bars, bars - 1 - row, canvas.glyphs);
            canvas.put(x, area.y + row, 1, glyph, role);
        }
        let (glyph, role) = column.mark(here == Some(bucket), canvas.glyphs);
        canvas.put(x, area.y + bars, 1, glyph, role);
    }
    axis(chart, (first, last), most, facts, canvas, Rect { y: area.bottom() - 1, height: 1, ..area });
}

/// The times at both ends, how wide a column is and how high the highest.
fn axis(chart: &Chart, (first, last): (i64, i64), most: u64, facts: &Facts, canvas: &mut Canvas<'_>, row: Rect) {
    let time = |at: Timestamp| facts.local(at).strftime("%Y-%m-%d %H:%M").to_string();
    let at_most = if chart.is_at_most() { ", the counted at most" } else { "" };
    let scale = format!("{} a column, most {most}{at_most}", width(chart.width_s()));
    let text = format!("{} to {}  {scale}", time(chart.begin(first)), time(chart.begin(last + 1)));
    canvas.put(row.x, row.y, row.width, &text, Role::Muted);
}

fn width(seconds: u32) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

fn rows(known: Known) -> u64 {
    match known {
        Known::Rows(counts) => counts.rows(),
        Known::No | Known::Before => 0,
    }
}

/// One column.
struct Column {
    known: Known,
    dead: bool,
}

impl Column {
    /// One cell of it; `row` counts from the bottom.
    fn cell(&self, most: u64, bars: u16, row: u16, glyphs: Glyphs) -> (&'static str, Role) {
        match self.known {
            Known::Rows(counts) if counts.rows() > 0 => {
                let steps = u64::from(bars) * 8;
                let filled = (counts.rows() * steps).div_ceil(most.max(1)).saturating_sub(u64::from(row) * 8).min(8);
                (glyphs.level(filled as u8), role(&counts))
            }
            _ if row > 0 => (" ", Role::Muted),
            Known::Rows(_) if self.dead => (glyphs.dead(), Role::Stale),
            Known::Rows(_) => (" ", Role::Muted),
            Known::Before => (glyphs.nothing(), Role::Unknown),
            Known::No => ("?", Role::Muted),
        }
    }

    /// The mark under it: the selected row's place, a failure, a dead feed, an alert. A screen without colours has nothing
    /// else to tell a failure by, and a feed that died later does not undo it.
    fn mark(&self, selected: bool, glyphs: Glyphs) -> (&'static str, Role) {
        use crate::evidence::Verdict;
        let worst = if let Known::Rows(counts) = &self.known { counts.worst() } else { None };
        match worst {
            _ if selected => (glyphs.here(), Role::Accent),
            Some(Weight::Failure) => (glyphs.verdict(Verdict::Fail), Role::Fail),
            _ if self.dead => (glyphs.dead(), Role::Stale),
            Some(Weight::Alert) => (glyphs.verdict(Verdict::Warn), Role::Warn),
            _ => (" ", Role::Muted),
        }
    }
}

fn role(counts: &Counts) -> Role {
    match counts.worst() {
        Some(Weight::Failure) => Role::Fail,
        Some(Weight::Alert) => Role::Warn,
        Some(Weight::Person) => Role::Accent,
        Some(Weight::Change) => Role::Changed,
        Some(Weight::Routine) | None => Role::Text,
    }
}
