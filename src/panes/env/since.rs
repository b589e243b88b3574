//! Every key by its last change, the latest first: when did the S3 keys go?

use super::blame::strip;
use crate::app::Facts;
use crate::app::theme::Role;
use crate::env::blame::{Did, KeyBlame};
use crate::panes::Canvas;
use crate::panes::state::of_step;
use crate::panes::widgets::List;
use jiff::Timestamp;
use ratatui::layout::Rect;

/// Columns of a key, of what it did, and of a time.
const KEY: u16 = 26;
/// The key where there is little room.
const SHORT_KEY: u16 = 13;
/// Columns from which a key has all of its room.
const MEDIUM: u16 = 60;
const DID: u16 = 10;
const TIME: u16 = 17;
/// Columns from which both ends of when have room.
const ROOMY: u16 = 90;

/// The keys in the order of the list.
pub(super) fn keys(facts: &Facts) -> &[KeyBlame] {
    &facts.past.latest
}

/// Draws the list.
pub(super) fn draw(list: &List, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
    let keys = keys(facts);
    if keys.is_empty() {
        let why = facts.past.why_unread().unwrap_or("no backup and no file has a key");
        canvas.wrapped(area, &format!("Nothing is known of the past: {why}"), Role::Unknown);
        return;
    }
    let mut body = area;
    if body.height > 3 {
        heading(canvas, Rect { height: 1, ..body });
        body = Rect { y: body.y + 1, height: body.height - 1, ..body };
    }
    for (y, at) in (body.y..).zip(list.window(keys.len(), usize::from(body.height))) {
        row(&keys[at], facts, canvas, Rect { y, height: 1, ..body }, at == list.index());
    }
}

/// A time in the operator's zone, to the minute.
fn time(at: Timestamp, facts: &Facts) -> String {
    facts.local(at).strftime("%Y-%m-%d %H:%M").to_string()
}

fn key_width(row: Rect) -> u16 {
    if row.width < MEDIUM { SHORT_KEY } else { KEY }
}

fn heading(canvas: &mut Canvas<'_>, row: Rect) {
    let mut x = row.x + 2;
    let ends = if row.width >= ROOMY { &["key", "did", "after", "by"][..] } else { &["key", "did", "by"] };
    for (word, width) in ends.iter().zip([key_width(row), DID, TIME, TIME]) {
        canvas.put(x, row.y, width.min(row.right().saturating_sub(x)), word, Role::Muted);
        x += width;
    }
    canvas.put(x, row.y, row.right().saturating_sub(x), "snapshots, oldest first", Role::Muted);
}

fn row(life: &KeyBlame, facts: &Facts, canvas: &mut Canvas<'_>, row: Rect, selected: bool) {
    let Some(step) = life.last() else { return };
    let mark = if selected { canvas.glyphs.cursor() } else { " " };
    canvas.put(row.x, row.y, 1, mark, Role::Accent);
    let mut x = row.x + 2;
    let mut column = |x: &mut u16, width: u16, text: &str, role| {
        canvas.put(*x, row.y, (width - 1).min(row.right().saturating_sub(*x)), text, role);
        *x += width;
    };
    column(&mut x, key_width(row), &life.key, Role::Title);
    let named = x;
    column(&mut x, DID, step.did.word(), of_step(step.did));
    if row.width >= ROOMY {
        let after = step.after.map(|after| time(after, facts)).unwrap_or_default();
        column(&mut x, TIME, &after, Role::Muted);
    }
    // How long ago what is oldest began is not known.
    let by = if step.did == Did::WasThere { String::new() } else { time(step.by, facts) };
    column(&mut x, TIME, &by, Role::Text);
    strip(&life.strip, canvas, Rect { x: x.min(row.right()), width: row.right().saturating_sub(x), ..row });
    if selected {
        canvas.select(row, named);
    }
}
