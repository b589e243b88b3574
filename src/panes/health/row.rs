//! One probe in one row: glyph, word, name, what was seen, how old it is, from where.

use super::standing;
use crate::app::Facts;
use crate::app::theme::Role;
use crate::evidence::{Evidence, Unknown, Verdict, age};
use crate::panes::Canvas;
use crate::panes::widgets::age_label;
use ratatui::layout::Rect;

/// Columns of the probe's name, and those it has where there is little room.
const NAME: u16 = 16;
const SHORT_NAME: u16 = 9;
/// Columns from which the claim stands before what was seen.
const ROOMY: u16 = 100;
/// Columns from which what it said of late stands in the row, and how much of it.
const STRIP_FROM: u16 = 44;
const STRIP: usize = 6;
const LONG_STRIP: usize = 20;

/// Draws the row.
pub(super) fn draw(evidence: &Evidence, facts: &Facts, canvas: &mut Canvas<'_>, row: Rect, selected: bool) {
    let standing = standing::of(evidence, facts, canvas.glyphs);
    let mark = if selected { canvas.glyphs.cursor() } else { " " };
    let mut x = row.x;
    x += canvas.put(x, row.y, 1, mark, Role::Accent);
    x += canvas.put(x, row.y, 2, standing.glyph, standing.role) + 1;
    canvas.put(x, row.y, 8, standing.word, standing.role);
    x += 8;
    let name = if row.width < 56 { SHORT_NAME } else { NAME }.min(row.right().saturating_sub(x));
    canvas.put(x, row.y, name, &evidence.probe.0, Role::Title);
    x += name + 1;
    let named = x;
    let mut rest = Rect { x, width: row.right().saturating_sub(x), ..row };
    rest.width = rest.width.saturating_sub(age_column(evidence, facts, canvas, rest));
    rest.width = rest.width.saturating_sub(strip_column(evidence, facts, canvas, rest));
    let mut text = words(evidence, rest.width >= ROOMY);
    if let Some(note) = standing.note {
        text = format!("{note} - {text}");
    }
    canvas.put(rest.x, row.y, rest.width, &text, Role::Text);
    if selected {
        canvas.select(row, named);
    }
}

/// Age, freshness and vantage at the right; returns the columns they took.
fn age_column(evidence: &Evidence, facts: &Facts, canvas: &mut Canvas<'_>, rest: Rect) -> u16 {
    if rest.width < 12 {
        return 0;
    }
    if evidence.verdict == Verdict::Unknown(Unknown::NeverRun) {
        return canvas.put_right(rest, rest.y, " never", Role::Muted);
    }
    let label = age_label(age(evidence.as_of, facts.now));
    let fresh = canvas.glyphs.freshness(evidence.freshness(facts.now));
    let vantage = if rest.width > 90 { format!(" {}", evidence.source.vantage) } else { String::new() };
    canvas.put_right(rest, rest.y, &format!(" {label:>3} {fresh}{vantage}"), Role::Muted)
}

/// What it said of late, the newest at the right, where there is room; returns the columns it took.
fn strip_column(evidence: &Evidence, facts: &Facts, canvas: &mut Canvas<'_>, rest: Rect) -> u16 {
    let room = if rest.width >= ROOMY { LONG_STRIP } else { STRIP };
    // One verdict is what the row says already.
    let is_worth = |verdicts: usize| rest.width >= STRIP_FROM && verdicts > 1;
    let history = facts.history.get(&evidence.probe).filter(|said| is_worth(said.verdicts.len()));
    let Some(history) = history else { return 0 };
    let newest = history.verdicts.iter().skip(history.verdicts.len().saturating_sub(room));
    let strip: String = newest.map(|verdict| canvas.glyphs.verdict(*verdict)).collect();
    canvas.put_right(rest, rest.y, &format!(" {strip:>room$}"), Role::Muted)
}

/// What the row says: what was seen, with the claim before it where there is room. A claim never stands
/// alone: it would read as if it held.
fn words(evidence: &Evidence, roomy: bool) -> String {
    if roomy { format!("{} ({})", evidence.summary, evidence.claim) } else { evidence.summary.clone() }
}
