//! Since when a key is what it is: a strip over the snapshots, and its steps with both ends of when.

use crate::app::Facts;
use crate::app::theme::Role;
use crate::env::blame::{KeyBlame, Mark, NEAR, Step, away, nearest, words};
use crate::env::snapshot::Dated;
use crate::panes::Canvas;
use crate::panes::state::{of_mark, of_step};
use crate::panes::widgets::Pen;
use jiff::Timestamp;
use ratatui::layout::Rect;

/// Columns of what stands before a text.
const WORD: u16 = 10;

/// Draws the life of a key.
pub(super) fn draw(key: Option<&str>, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
    let mut pen = Pen::new(area, canvas);
    let Some(key) = key else { return };
    pen.rule(&format!("{key}  since when"));
    if let Some(why) = facts.past.why_unread() {
        pen.text(&format!("Nothing is known of the past: {why}"), Role::Unknown);
        return;
    }
    let Some(life) = facts.past.life(key) else {
        let looked = facts.past.snapshots.len();
        pen.text(
            &format!("No backup and no recorded change has it, and the file has not ({looked} looked at)"),
            Role::Unknown,
        );
        return;
    };
    legend(life, &mut pen);
    for step in life.steps.iter().rev() {
        tell(step, facts, &mut pen);
    }
    unread(facts, &mut pen);
}

/// The strip, oldest at the left, then each symbol that stands in it with its word.
fn legend(life: &KeyBlame, pen: &mut Pen<'_, '_>) {
    let area = pen.rest();
    if area.height == 0 {
        return;
    }
    strip(&life.strip, pen.canvas(), area);
    pen.take(1);
    let glyphs = pen.glyphs();
    let words: Vec<String> = Mark::ALL
        .into_iter()
        .filter(|mark| life.strip.contains(mark))
        .map(|mark| format!("{} {}", glyphs.mark(mark), mark.word()))
        .collect();
    let count = life.strip.len();
    pen.text(&format!("{}   ({count} snapshots, oldest first)", words.join("  ")), Role::Muted);
}

/// One symbol a snapshot; where there are more than columns, the newest.
pub(super) fn strip(marks: &[Mark], canvas: &mut Canvas<'_>, area: Rect) {
    let hidden = marks.len().saturating_sub(usize::from(area.width));
    for (x, mark) in (area.x..area.right()).zip(&marks[hidden..]) {
        let glyph = canvas.glyphs.mark(*mark);
        canvas.put(x, area.y, 1, glyph, of_mark(*mark));
    }
}

fn tell(step: &Step, facts: &Facts, pen: &mut Pen<'_, '_>) {
    let by = format!("{} ({}): {}{}", time(step.by, facts), step.dated.word(), step.label, held(step));
    let role = of_step(step.did);
    match step.after {
        // What was there from the start began at no time that is known.
        None => beside(step.did.word(), &format!("in the oldest snapshot, {by}"), role, pen),
        Some(_) if step.dated == Dated::Recorded => {
            beside(step.did.word(), &format!("at    {by}"), role, pen);
            near("around", step.by, facts, pen);
        }
        Some(after) => {
            let dated = step.after_dated.map_or("", Dated::word);
            beside(step.did.word(), &format!("after {} ({dated})", time(after, facts)), role, pen);
            near("near that", after, facts, pen);
            beside("", &format!("by    {by}"), role, pen);
            near("near that", step.by, facts, pen);
        }
    }
}

/// A word, and a wrapped text beside it.
fn beside(word: &str, text: &str, role: Role, pen: &mut Pen<'_, '_>) {
    let area = pen.rest();
    if area.height == 0 {
        return;
    }
    let left = WORD.min(area.width / 3);
    pen.canvas().put(area.x, area.y, left.saturating_sub(1), word, role);
    let rest = Rect { x: area.x + left, width: area.width - left, ..area };
    let rows = pen.canvas().wrapped(rest, text, role);
    pen.take(rows.max(1));
}

fn held(step: &Step) -> String {
    match &step.held {
        None => String::new(),
        Some(held) if held.len == 0 => ", empty".to_owned(),
        Some(held) => format!(", {}B {}", held.len, held.fingerprint.short()),
    }
}

/// What else happened within ten minutes of one end. Not the change itself, which is the step.
fn near(end: &str, at: Timestamp, facts: &Facts, pen: &mut Pen<'_, '_>) {
    match nearest(&facts.log.entries, at) {
        Some(entry) => {
            let text = format!("{} {} {}", away(entry.at().duration_since(at)), entry.type_name(), words(entry));
            beside(end, text.trim_end(), Role::Text, pen);
        }
        // That nothing is near is only said of times that were read.
        None if !is_read_back_to(at, facts) => {
            beside(end, "the timeline has not been read that far back", Role::Unknown, pen);
        }
        None => {}
    }
}

fn is_read_back_to(at: Timestamp, facts: &Facts) -> bool {
    let log = &facts.log;
    log.read && (log.complete || log.entries.last().is_some_and(|oldest| at.duration_since(oldest.at()) > NEAR))
}

/// What could not be read may hide a step.
fn unread(facts: &Facts, pen: &mut Pen<'_, '_>) {
    for snapshot in &facts.past.snapshots {
        if let Err(why) = &snapshot.keys {
            pen.pair(&format!("unread {}", snapshot.label), why, Role::Unknown);
        }
    }
    if facts.past.misfits > 0 {
        let text = format!("{} do not fit these files: of another machine or another file", facts.past.misfits);
        pen.pair("recorded changes", &text, Role::Muted);
    }
}

/// A time in the operator's zone.
pub(super) fn time(at: Timestamp, facts: &Facts) -> String {
    facts.local(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
