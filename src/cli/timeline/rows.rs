//! A row of the timeline as text, in each format. Pure. The words of a row are foreign: none of them can act in a
//! terminal, in a spreadsheet or in a document.

use crate::cli::RowFormat;
use crate::guard::line;
use crate::timeline::{Beside, Entry, Mark, Times};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// A row, flat; the same names in every format.
#[derive(Serialize)]
struct Row<'a> {
    at: Timestamp,
    #[serde(rename = "type")]
    kind: &'a str,
    /// `log` or `readback`.
    from: &'static str,
    id: &'a str,
    incident: Option<&'a str>,
    actor: Option<&'a str>,
    success: Option<bool>,
    subject: Option<&'a str>,
    detail: &'a str,
    error: Option<&'a str>,
    approval: Option<&'a str>,
    audit_log: Option<&'a str>,
    auto_repair: Option<&'a str>,
    occurred_at: Timestamp,
    recorded_at: Option<Timestamp>,
    /// How many seconds after it occurred it was recorded, where that is late.
    late_seconds: Option<i64>,
    context: &'a Value,
    #[serde(flatten)]
    beside: &'a Beside,
}

impl<'a> Row<'a> {
    fn of(entry: &'a Entry, beside: &'a Beside) -> Self {
        let times = Times::of(entry);
        let mut row = Self {
            at: entry.at(),
            kind: entry.type_name(),
            from: "log",
            id: entry.id(),
            incident: entry.incident(),
            actor: entry.actor(),
            success: entry.success(),
            subject: None,
            detail: entry.detail(),
            error: None,
            approval: None,
            audit_log: None,
            auto_repair: None,
            occurred_at: times.occurred,
            recorded_at: times.recorded,
            late_seconds: times.late().map(|late| late.as_secs()),
            context: entry.context(),
            beside,
        };
        match entry {
            Entry::Own(event) => {
                row.from = "readback";
                row.subject = Some(&event.subject);
            }
            Entry::Operation(operation) => {
                let operation = &operation.row;
                row.error = operation.error_message.as_deref();
                row.approval = operation.approval_id.as_deref();
                row.audit_log = operation.audit_log_id.as_deref();
                row.auto_repair = operation.auto_repair_id.as_deref();
            }
        }
        row
    }

    fn result(&self) -> &'static str {
        match self.success {
            Some(true) => "ok",
            Some(false) => "failed",
            None => "",
        }
    }

    /// What it says: the detail, else what the alert is called.
    fn words(&self) -> &str {
        let alert = || self.context.get("alert_name").and_then(Value::as_str).unwrap_or_default();
        if self.detail.is_empty() { alert() } else { self.detail }
    }
}

/// The columns of a table of rows.
const COLUMNS: [&str; 17] = [
    "at",
    "type",
    "incident",
    "actor",
    "success",
    "detail",
    "error",
    "subject",
    "id",
    "context",
    "late_seconds",
    "corrected",
    "notes",
    "evidence",
    "approval",
    "audit_log",
    "auto_repair",
];

/// What stands before the first row.
pub fn header(format: RowFormat) -> String {
    match format {
        RowFormat::Human | RowFormat::Json => String::new(),
        RowFormat::Csv => format!("{}\r\n", COLUMNS.join(",")),
        RowFormat::Md => "| at | type | incident | actor | result | what |\n|---|---|---|---|---|---|\n".to_owned(),
    }
}

/// The row, with its line break.
pub fn row(entry: &Entry, beside: &Beside, format: RowFormat, zone: &TimeZone) -> String {
    let row = Row::of(entry, beside);
    match format {
        RowFormat::Human => human(&row, zone),
        RowFormat::Json => json(&row),
        RowFormat::Csv => csv(&row),
        RowFormat::Md => markdown(&row, zone),
    }
}

/// Everything that it says, and what stands beside it, in one line.
fn said(row: &Row<'_>, zone: &TimeZone) -> String {
    let mut out = String::new();
    if let Some(late) = row.late_seconds {
        let _ = write!(out, "[late by {late} s] ");
    }
    match row.beside.words() {
        Some(words) => {
            let by = words.by.as_deref().unwrap_or("nobody named");
            let _ =
                write!(out, "{} [was: {}; corrected by {by} at {}]", words.text, row.words(), local(words.at, zone));
        }
        None => out.push_str(row.words()),
    }
    if let Some(error) = row.error {
        let _ = write!(out, " ({error})");
    }
    for note in notes(row.beside, |at| local(at, zone)) {
        let _ = write!(out, " [note: {note}]");
    }
    if !row.beside.evidence.is_empty() {
        let _ = write!(out, " [evidence for {}]", evidence(row.beside));
    }
    out
}

/// The notes that stand, each with who wrote it.
fn notes(beside: &Beside, stamp: impl Fn(Timestamp) -> String) -> Vec<String> {
    let standing = beside.notes.iter().filter(|note| !note.text().is_empty());
    let words = standing.map(|note| {
        let by = note.said.by.as_deref().unwrap_or("nobody named");
        let corrected = if note.corrections.is_empty() { "" } else { ", corrected" };
        format!("{} ({by} at {}{corrected})", note.text(), stamp(note.said.at))
    });
    words.collect()
}

/// What the row is evidence for.
fn evidence(beside: &Beside) -> String {
    let mark = |mark: &Mark| {
        let changed = if mark.row_changed { ", the row has changed since" } else { "" };
        format!("{} (by {}{changed})", mark.candidate, mark.by)
    };
    beside.evidence.iter().map(mark).collect::<Vec<_>>().join("; ")
}

/// A time in the operator's zone.
pub(in crate::cli) fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

fn human(row: &Row<'_>, zone: &TimeZone) -> String {
    let mut out = local(row.at, zone);
    let columns =
        [(row.kind, 21), (row.result(), 6), (row.incident.unwrap_or("-"), 15), (row.actor.unwrap_or("-"), 16)];
    for (text, width) in columns {
        let text = line(text);
        let _ = write!(out, "  {text}{}", " ".repeat(width.max(text.width()) - text.width()));
    }
    let _ = write!(out, "  {}", line(&said(row, zone)));
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn json(row: &Row<'_>) -> String {
    safe_json(&serde_json::to_string(row).unwrap_or_default())
}

/// JSON of one line, with its line break, in which nothing can act in a terminal.
pub(in crate::cli) fn safe_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        // What could act in a terminal is written as JSON can write it: the value stays what it is.
        if *line(c.encode_utf8(&mut [0; 4])) == *c.encode_utf8(&mut [0; 4]) {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out.push('\n');
    out
}

/// RFC 4180.
fn csv(row: &Row<'_>) -> String {
    let context = row.context.to_string();
    let at = row.at.to_string();
    let success = row.success.map_or("", |success| if success { "true" } else { "false" });
    let late = row.late_seconds.map(|late| late.to_string()).unwrap_or_default();
    let corrected = row.beside.words().map_or("", |words| &words.text);
    let fields = [
        &at,
        row.kind,
        row.incident.unwrap_or_default(),
        row.actor.unwrap_or_default(),
        success,
        row.detail,
        row.error.unwrap_or_default(),
        row.subject.unwrap_or_default(),
        row.id,
        &context,
        &late,
        corrected,
        &notes(row.beside, |at| at.to_string()).join("; "),
        &evidence(row.beside),
        row.approval.unwrap_or_default(),
        row.audit_log.unwrap_or_default(),
        row.auto_repair.unwrap_or_default(),
    ];
    format!("{}\r\n", fields.map(cell).join(","))
}

/// A cell of CSV. A spreadsheet runs what begins as a formula does, also behind spaces; a quote before it makes it a text.
pub(in crate::cli) fn cell(text: &str) -> String {
    let text = line(text);
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '␉', '␍']);
    let text = if is_formula { format!("'{text}") } else { text.into_owned() };
    if text.contains(['"', ',']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

fn markdown(row: &Row<'_>, zone: &TimeZone) -> String {
    let what = said(row, zone);
    let cells = [
        &local(row.at, zone),
        row.kind,
        row.incident.unwrap_or_default(),
        row.actor.unwrap_or_default(),
        row.result(),
        &what,
    ];
    format!("| {} |\n", cells.map(escaped).join(" | "))
}

/// A text that Markdown and the HTML in it take for text.
pub(in crate::cli) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '$' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
