//! What the next restart would do: kept or loaded, safe or not, key by key, and how the last ones went.

use super::blame::time;
use super::restarts::restarts;
use crate::app::Facts;
use crate::app::theme::Role;
use crate::env::diff::Change;
use crate::env::forecast::{Outcome, forecast};
use crate::panes::Canvas;
use crate::panes::canvas::wrap;
use crate::panes::state::of_safety;
use ratatui::layout::Rect;

/// Columns of what stands at the left.
const NAME: u16 = 24;

/// A line: what stands at the left, the words, and their look.
pub(super) type Line = (String, String, Role);

/// Everything that is to be said, from top to bottom.
pub(super) fn lines(facts: &Facts) -> Vec<Line> {
    let Some(matrix) = &facts.matrix else {
        return vec![(String::new(), "The layers have not been read yet".to_owned(), Role::Unknown)];
    };
    let forecast = forecast(matrix, &facts.hosts);
    let mut lines = Vec::new();
    let [restart, recreate] = forecast.commands();
    let keeps = "starts the same container again: its environment stays, the application reads its own file anew";
    outcome(restart, keeps, &mut lines);
    let loads = "makes the container anew: what is on disk now is loaded";
    outcome(recreate, loads, &mut lines);
    lines.push(("last restarts".to_owned(), String::new(), Role::Title));
    let known = restarts(facts);
    if known.is_empty() {
        let text = "none was seen: no container tells when it started, and the log that was read tells of none";
        lines.push((String::new(), text.to_owned(), Role::Muted));
    }
    lines.extend(known.into_iter().map(|restart| {
        (format!("  {}", time(restart.at, facts)), format!("{}: {}", restart.what, restart.took), Role::Text)
    }));
    lines
}

fn outcome((command, outcome): (&str, &Outcome), does: &str, lines: &mut Vec<Line>) {
    let (word, role) = (outcome.safety.word(), of_safety(&outcome.safety));
    lines.push((word.to_owned(), command.to_owned(), role));
    let counted = match outcome.kept {
        Some(kept) => format!("; {kept} keys keep their values, {} change", outcome.changes.len()),
        None => "; what runs could not be read, so what changes is not known".to_owned(),
    };
    lines.push((String::new(), format!("{does}{counted}"), Role::Muted));
    for reason in outcome.safety.reasons() {
        lines.push((format!("  {}", reason.key.as_deref().unwrap_or("because")), reason.text.clone(), role));
    }
    for note in &outcome.notes {
        lines.push((format!("  {}", note.key.as_deref().unwrap_or("note")), note.text.clone(), Role::Muted));
    }
    for change in &outcome.changes {
        let (words, role) = changes(change.change);
        lines.push((format!("  {}", change.key), words.to_owned(), role));
    }
}

/// What happens to a key, in words.
fn changes(change: Change) -> (&'static str, Role) {
    match change {
        Change::Same => ("keeps its value", Role::Muted),
        Change::Added => ("comes: the container has not got it now", Role::Added),
        Change::Removed => ("goes: the container has it now", Role::Removed),
        Change::Emptied => ("loses its value", Role::Warn),
        Change::Changed => ("gets another value", Role::Changed),
    }
}

/// Draws the lines from the one that is scrolled to.
pub(super) fn draw(lines: &[Line], scroll: usize, canvas: &mut Canvas<'_>, area: Rect) {
    let left = NAME.min(area.width / 3);
    let mut y = area.y;
    let mut shown = 0;
    let start = scroll.min(lines.len().saturating_sub(1));
    for (name, text, role) in &lines[start..] {
        let parts = wrap(&crate::guard::line(text), usize::from(area.width.saturating_sub(left + 1)));
        if y + parts.len() as u16 > area.bottom() {
            break;
        }
        canvas.put(area.x, y, left.saturating_sub(1), name, *role);
        for part in parts {
            canvas.put(area.x + left, y, area.width.saturating_sub(left), &part, *role);
            y += 1;
        }
        shown += 1;
    }
    let below = lines.len() - start - shown;
    if below > 0 {
        canvas.put_right(area, area.bottom().saturating_sub(1), &format!(" j: {below} more "), Role::Key);
    }
}
