//! One key in one row: its cells over the layers, and its worst finding.

use crate::app::theme::Role;
use crate::env::{Cell, Layer, Matrix, Row, Severity, Shown};
use crate::panes::Canvas;
use crate::panes::state::of_severity;
use ratatui::layout::Rect;

/// Columns below which a finding's text is left to the detail.
const LEAST_TEXT: u16 = 12;

/// Which layers have a column at this width, and how wide things are.
#[derive(Debug)]
pub(super) struct Columns {
    key: u16,
    /// The file's column; the template's is as wide.
    file: u16,
    /// Every other layer's: it says "=" where it agrees with the file.
    other: u16,
    layers: &'static [Layer],
}

impl Columns {
    /// For a width.
    pub(super) fn of(width: u16) -> Self {
        use Layer::{App, Compose, File, Running, Secret};
        let (key, file, other, layers): (u16, u16, u16, &'static [Layer]) = match width {
            0..56 => (16, 10, 5, &[File, Secret, Running]),
            56..78 => (20, 13, 7, &[File, Secret, Compose, Running]),
            78..118 => (22, 16, 10, &[File, Secret, Compose, App, Running]),
            118..160 => (26, 16, 11, &Layer::ALL),
            _ => (28, 22, 16, &Layer::ALL),
        };
        Self { key, file, other, layers }
    }

    fn width(&self, layer: Layer) -> u16 {
        if matches!(layer, Layer::File | Layer::Template) { self.file } else { self.other }
    }
}

/// The columns' headings; a layer that could not be read says so.
pub(super) fn heading(matrix: &Matrix, columns: &Columns, canvas: &mut Canvas<'_>, row: Rect) {
    let mut x = row.x + 3;
    canvas.put(x, row.y, columns.key, "key", Role::Muted);
    x += columns.key;
    for layer in columns.layers {
        let unread = matrix.not_known().any(|(which, _)| which == layer);
        let role = if unread { Role::Unknown } else { Role::Muted };
        let name = if columns.width(*layer) < 9 { short(*layer) } else { layer.word() };
        let word = if unread { format!("{name} ?") } else { name.to_owned() };
        canvas.put(x, row.y, (columns.width(*layer) - 1).min(row.right().saturating_sub(x)), &word, role);
        x += columns.width(*layer);
    }
}

/// A layer in at most six columns.
fn short(layer: Layer) -> &'static str {
    match layer {
        Layer::Template => "tmpl",
        Layer::Compose => "comp",
        Layer::Running => "run",
        Layer::File | Layer::Secret | Layer::App => layer.word(),
    }
}

/// Draws the row.
pub(super) fn draw(row: &Row, columns: &Columns, canvas: &mut Canvas<'_>, place: Rect, selected: bool) {
    let worst = row.worst();
    let glyph = match worst {
        Some(Severity::Error) => canvas.glyphs.verdict(crate::evidence::Verdict::Fail),
        Some(Severity::Warning) => canvas.glyphs.verdict(crate::evidence::Verdict::Warn),
        Some(Severity::Note) | None => " ",
    };
    let mark = if selected { canvas.glyphs.cursor() } else { " " };
    canvas.put(place.x, place.y, 1, mark, Role::Accent);
    canvas.put(place.x + 1, place.y, 1, glyph, worst.map_or(Role::Muted, of_severity));
    let mut x = place.x + 3;
    let role = if row.required { Role::Title } else { Role::Text };
    canvas.put(x, place.y, columns.key - 1, &row.key, role);
    x += columns.key;
    let named = x;
    for layer in columns.layers {
        let (text, role) = short_cell(row, *layer, canvas);
        canvas.put(x, place.y, (columns.width(*layer) - 1).min(place.right().saturating_sub(x)), &text, role);
        x += columns.width(*layer);
    }
    if let Some(finding) = row.findings.first().filter(|_| place.right() > x + LEAST_TEXT) {
        canvas.put(x, place.y, place.right().saturating_sub(x), &finding.text, of_severity(finding.severity));
    }
    if selected {
        canvas.select(place, named);
    }
}

/// A cell in words. A value that differs from the file's stands out; one that can't be shown is a length
/// and a fingerprint, so that equal and different are seen all the same.
pub(super) fn cell(row: &Row, layer: Layer, canvas: &Canvas<'_>) -> (String, Role) {
    match row.cell(layer) {
        Cell::Unread => ("?".to_owned(), Role::Unknown),
        Cell::Absent if layer == Layer::File && row.required => ("missing".to_owned(), Role::Fail),
        Cell::Absent => (canvas.glyphs.absent().to_owned(), Role::Muted),
        Cell::Empty(_) => ("empty".to_owned(), if layer == Layer::Template { Role::Muted } else { Role::Warn }),
        Cell::Value(shown) => (value(shown), value_role(row, layer, shown)),
    }
}

/// A cell beside the file's: "=" where it agrees with it, else a mark and what it has, so that two long
/// values that begin alike are still seen to differ.
fn short_cell(row: &Row, layer: Layer, canvas: &Canvas<'_>) -> (String, Role) {
    let (text, role) = cell(row, layer, canvas);
    match (row.cell(Layer::File), row.cell(layer)) {
        _ if matches!(layer, Layer::File | Layer::Template) => (text, role),
        (Cell::Value(file), Cell::Value(shown)) if file.fingerprint == shown.fingerprint => {
            ("=".to_owned(), Role::Muted)
        }
        (Cell::Value(_), Cell::Value(_)) => (format!("{}{text}", canvas.glyphs.differs()), role),
        _ => (text, role),
    }
}

/// A value as it may be shown.
pub(super) fn value(shown: &Shown) -> String {
    shown.text.clone().unwrap_or_else(|| format!("{}B {}", shown.len, shown.fingerprint.short()))
}

fn value_role(row: &Row, layer: Layer, shown: &Shown) -> Role {
    let differs = match row.cell(Layer::File) {
        Cell::Value(file) => file.fingerprint != shown.fingerprint,
        Cell::Unread => false,
        Cell::Absent | Cell::Empty(_) => true,
    };
    match (layer, differs) {
        (Layer::Template, _) => Role::Muted,
        (_, true) => Role::Changed,
        (_, false) if shown.text.is_none() => Role::Secret,
        (_, false) => Role::Text,
    }
}
