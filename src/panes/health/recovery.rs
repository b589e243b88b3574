//! What is known of the recovery as a whole: both clocks of the incident, and what is missing for green.

use crate::app::Facts;
use crate::app::theme::Role;
use crate::evidence::{Missing, Step};
use crate::panes::{Canvas, state};
use ratatui::layout::Rect;

/// Rows from which both have a place, and those from which more steps are shown.
const ROOMY: u16 = 9;
const HIGH: u16 = 16;
const HIGHER: u16 = 40;
/// Columns of what stands before a step.
const NAME: u16 = 10;

/// Draws it at the top; returns the area below.
pub(super) fn draw(facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) -> Rect {
    let most = match area.height {
        ..ROOMY => return area,
        ROOMY..HIGH => 1,
        HIGH..HIGHER => 3,
        _ => 6,
    };
    let mut row = Rect { height: 1, ..area };
    if let Some((text, role)) = clocks(facts) {
        canvas.put(row.x + 1, row.y, row.width.saturating_sub(1), &text, role);
        row.y += 1;
    }
    for (at, step) in facts.missing.iter().take(most).enumerate() {
        let others = facts.missing.len() - at - 1;
        let more = if at + 1 == most && others > 0 { format!(" (+{others}, w)") } else { String::new() };
        let width = row.width.saturating_sub(1);
        let name = if at == 0 { "to green" } else { "" };
        canvas.put(row.x + 1, row.y, NAME.min(width), name, Role::Key);
        let width = width.saturating_sub(NAME);
        let text = words(step);
        let used = canvas.put(row.x + 1 + NAME, row.y, width.saturating_sub(more.len() as u16), &text, Role::Text);
        canvas.put(row.x + 1 + NAME + used, row.y, width.saturating_sub(used), &more, Role::Muted);
        row.y += 1;
    }
    let used = row.y - area.y;
    if used == 0 {
        return area;
    }
    let rule = canvas.glyphs.rule().repeat(usize::from(area.width));
    canvas.put(area.x, row.y, area.width, &rule, Role::Border);
    Rect { y: row.y + 1, height: area.height.saturating_sub(used + 1), ..area }
}

/// Both clocks of the open or the last incident.
fn clocks(facts: &Facts) -> Option<(String, Role)> {
    let incident = facts.latest_incident()?;
    let role = state::of_incident(incident.state(facts.now), facts.recovery.state);
    Some((format!("{}: {}", incident.name(), incident.words(facts.now)), role))
}

/// A step with the key that takes it, where there is one.
pub(in crate::panes) fn words(step: &Missing) -> String {
    let key = match (step.step, &step.probe) {
        (Step::Run, Some(_)) => " (r)",
        (Step::Run, None) => " (R)",
        _ => "",
    };
    let frees = match step.frees.len() {
        0 => String::new(),
        1 => ", which blocks another".to_owned(),
        many => format!(", which blocks {many} others"),
    };
    format!("{}{frees}{key}", step.text)
}
