//! All that is known of one key: every layer with its place, the winner, the findings and their fixes.

use super::row;
use crate::app::theme::Role;
use crate::env::{Cell, Finding, Layer, Matrix, Row};
use crate::panes::Canvas;
use crate::panes::state::of_severity;
use crate::panes::widgets::Pen;
use ratatui::layout::Rect;

/// Draws the detail of the selected key, then what is the matter with whole files.
pub(super) fn draw(matrix: &Matrix, selected: Option<&Row>, canvas: &mut Canvas<'_>, area: Rect) {
    let mut pen = Pen::new(area, canvas);
    if let Some(selected) = selected {
        key(selected, &mut pen);
    }
    for (layer, why) in &matrix.unread {
        pen.pair(&format!("{} not read", layer.word()), why, Role::Unknown);
    }
    for (layer, why) in &matrix.unconfigured {
        pen.pair(&format!("no {} layer", layer.word()), why, Role::Muted);
    }
    for finding in &matrix.findings {
        tell(finding, &mut pen);
    }
}

fn key(row: &Row, pen: &mut Pen<'_, '_>) {
    let section = if row.section.is_empty() { "not in the template" } else { &row.section };
    let need = if row.required { "REQUIRED" } else { "optional" };
    pen.rule(&format!("{}  {need}, {section}", row.key));
    for finding in &row.findings {
        tell(finding, pen);
    }
    if let Some((layer, place)) = &row.winner {
        pen.pair("wins", &format!("{} ({place})", layer.word()), Role::Accent);
    }
    for layer in Layer::ALL {
        let (text, role) = row::cell(row, layer, pen.canvas());
        let place = match row.cell(layer) {
            Cell::Value(shown) => format!("  {}", shown.place),
            Cell::Empty(place) => format!("  {place}"),
            Cell::Unread | Cell::Absent => String::new(),
        };
        pen.pair(layer.word(), &format!("{text}{place}"), role);
    }
}

fn tell(finding: &Finding, pen: &mut Pen<'_, '_>) {
    let place = finding.place.as_ref().map(ToString::to_string).filter(|place| !finding.text.contains(place));
    let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
    pen.pair(&finding.id, &format!("{}{place}", finding.text), of_severity(finding.severity));
    pen.pair("", &finding.fix, Role::Muted);
}
