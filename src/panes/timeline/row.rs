//! One row of the timeline in one row of the screen: when, what, how it went, who, the words.

use super::note;
use crate::app::Facts;
use crate::app::theme::Role;
use crate::panes::Canvas;
use crate::panes::widgets::age_label;
use crate::timeline::{Entry, EventType, OwnKind, Times};
use ratatui::layout::Rect;

/// Draws the row.
pub(super) fn draw(entry: &Entry, facts: &Facts, canvas: &mut Canvas<'_>, row: Rect, selected: bool) {
    let mark = if selected { canvas.glyphs.cursor() } else { " " };
    canvas.put(row.x, row.y, 1, mark, Role::Accent);
    let time = facts.local(entry.at());
    let pattern = if row.width >= 100 { "%Y-%m-%d %H:%M:%S" } else { "%m-%d %H:%M:%S" };
    let mut x = row.x + 2;
    x += canvas.put(x, row.y, row.right().saturating_sub(x), &time.strftime(pattern).to_string(), Role::Muted) + 1;
    let (glyph, role) = result(entry, canvas);
    x += canvas.put(x, row.y, row.right().saturating_sub(x), glyph, role) + 1;
    let wide = row.width >= 70;
    let type_width = if wide { 22 } else { 11 };
    let word = if wide { entry.type_name() } else { short(entry) };
    canvas.put(x, row.y, type_width.min(row.right().saturating_sub(x)), word, role_of(entry));
    x += type_width + 1;
    let named = x;
    if wide {
        let actor = entry.actor().unwrap_or("");
        canvas.put(x, row.y, 17.min(row.right().saturating_sub(x)), actor, Role::Accent);
        x += 18;
    }
    let beside = facts.beside(entry);
    note::glyph(&beside, canvas, row);
    if let Some(late) = Times::of(entry).late() {
        let says = format!("late {} ", age_label(late.unsigned_abs()));
        x += canvas.put(x, row.y, row.right().saturating_sub(x), &says, Role::Warn);
    }
    let words = beside.words().map_or_else(|| words(entry), |corrected| &corrected.text);
    canvas.put(x, row.y, row.right().saturating_sub(x), words, Role::Text);
    if selected {
        canvas.select(row, named);
    }
}

/// What the row says: the detail, else what the context names.
pub(super) fn words(entry: &Entry) -> &str {
    let detail = entry.detail();
    if !detail.is_empty() {
        return detail;
    }
    let named = ["alert_name", "button", "playbook"].iter().find_map(|key| entry.context().get(key)?.as_str());
    named.unwrap_or("")
}

fn result(entry: &Entry, canvas: &Canvas<'_>) -> (&'static str, Role) {
    use crate::evidence::Verdict;
    match entry.success() {
        Some(true) => (canvas.glyphs.verdict(Verdict::Pass), Role::Text),
        Some(false) => (canvas.glyphs.verdict(Verdict::Fail), Role::Fail),
        None => (" ", Role::Muted),
    }
}

/// How a type looks. RESOLVED is not green: resolved is claimed, not proved.
fn role_of(entry: &Entry) -> Role {
    match entry {
        Entry::Own(event) if event.kind == OwnKind::ReviewEvent || event.kind.is_annotation() => Role::Accent,
        Entry::Own(_) => Role::Changed,
        Entry::Operation(operation) => match operation.row.event_type {
            EventType::AlertReceived | EventType::Escalated => Role::Warn,
            EventType::UserAction => Role::Accent,
            EventType::Resolved => Role::Title,
            _ => Role::Text,
        },
    }
}

/// The type in at most eleven columns.
fn short(entry: &Entry) -> &'static str {
    match entry {
        Entry::Own(event) => match event.kind {
            OwnKind::ProbeChanged | OwnKind::ProbeSampled => "probe",
            OwnKind::RecoveryVerified => "verified",
            OwnKind::RestartSeen => "restarted",
            OwnKind::RestartRead => "read back",
            OwnKind::ConfigChanged => "config",
            OwnKind::ReviewEvent => "review",
            OwnKind::Annotated => "note",
            OwnKind::Corrected => "correction",
            OwnKind::Note => "console",
        },
        Entry::Operation(operation) => match operation.row.event_type {
            EventType::AlertReceived => "alert",
            EventType::TelegramSent => "told",
            EventType::UserAction => "action",
            EventType::AutoRepairTriggered => "auto-repair",
            EventType::ExecutionStarted => "started",
            EventType::ExecutionCompleted => "completed",
            EventType::TelegramResultSent => "told result",
            EventType::Resolved => "resolved",
            EventType::Silenced => "silenced",
            EventType::Escalated => "escalated",
            EventType::Other => "other",
        },
    }
}
