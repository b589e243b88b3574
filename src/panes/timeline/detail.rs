//! All of one row, its context as a tree.

use crate::app::Facts;
use crate::app::theme::Role;
use crate::panes::Canvas;
use crate::panes::widgets::Pen;
use crate::timeline::Entry;
use ratatui::layout::Rect;
use serde_json::Value;

/// Draws the detail.
pub(super) fn draw(entry: &Entry, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
    let mut pen = Pen::new(area, canvas);
    pen.rule(entry.type_name());
    pen.pair("at", &facts.local(entry.at()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string(), Role::Text);
    if let Entry::Own(event) = entry {
        let recorded = event.recorded_at.map(|at| facts.local(at).strftime("%Y-%m-%d %H:%M:%S %:z").to_string());
        pen.pair("recorded at", recorded.as_deref().unwrap_or("not recorded yet"), Role::Muted);
        pen.pair("about", &event.subject, Role::Text);
    }
    for (name, value) in [("incident", entry.incident()), ("actor", entry.actor()), ("detail", Some(entry.detail()))] {
        pen.pair(name, value.filter(|value| !value.is_empty()).unwrap_or("not given"), Role::Text);
    }
    if let Some(success) = entry.success() {
        let (word, role) = if success { ("it was done", Role::Text) } else { ("it failed", Role::Fail) };
        pen.pair("result", word, role);
    }
    if let Entry::Operation(operation) = entry {
        if let Some(error) = &operation.row.error_message {
            pen.pair("error", error, Role::Fail);
        }
        let ids = [
            ("approval", &operation.row.approval_id),
            ("audit log", &operation.row.audit_log_id),
            ("auto repair", &operation.row.auto_repair_id),
        ];
        for (name, id) in ids {
            if let Some(id) = id {
                pen.pair(name, id, Role::Muted);
            }
        }
    }
    pen.pair("id", entry.id(), Role::Muted);
    tree(entry.context(), 0, &mut pen);
}

/// A value as a tree: an object's keys each on a row of their own, deeper ones indented.
fn tree(value: &Value, depth: usize, pen: &mut Pen<'_, '_>) {
    let indent = "  ".repeat(depth);
    let rows: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => return,
    };
    for (name, value) in rows {
        if pen.rest().height == 0 || depth > 8 {
            return;
        }
        let text = match value {
            Value::Object(_) | Value::Array(_) => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        pen.pair(&format!("{indent}{name}"), &text, Role::Text);
        tree(value, depth + 1, pen);
    }
}
