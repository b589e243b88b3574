//! A row of the timeline as text, in each format. Pure. The words of a row are foreign: none of them can act in a
//! terminal, in a spreadsheet or in a document.

use crate::cli::RowFormat;
use crate::guard::line;
use crate::timeline::Entry;
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
    recorded_at: Option<Timestamp>,
    context: &'a Value,
}

impl<'a> Row<'a> {
    fn of(entry: &'a Entry) -> Self {
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
            recorded_at: None,
            context: entry.context(),
        };
        match entry {
            Entry::Own(event) => {
                (row.from, row.recorded_at) = ("readback", event.recorded_at);
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
const COLUMNS: [&str; 10] =
    ["at", "type", "incident", "actor", "success", "detail", "error", "subject", "id", "context"];

/// What stands before the first row.
pub fn header(format: RowFormat) -> String {
    match format {
        RowFormat::Human | RowFormat::Json => String::new(),
        RowFormat::Csv => format!("{}\r\n", COLUMNS.join(",")),
        RowFormat::Md => "| at | type | incident | actor | result | what |\n|---|---|---|---|---|---|\n".to_owned(),
    }
}

/// The row, with its line break.
pub fn row(entry: &Entry, format: RowFormat, zone: &TimeZone) -> String {
    let row = Row::of(entry);
    match format {
        RowFormat::Human => human(&row, zone),
        RowFormat::Json => json(&row),
        RowFormat::Csv => csv(&row),
        RowFormat::Md => markdown(&row, zone),
    }
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
    let _ = write!(out, "  {}", line(row.words()));
    if let Some(error) = row.error {
        let _ = write!(out, " ({})", line(error));
    }
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
    let what = match row.error {
        Some(error) => format!("{} ({error})", row.words()),
        None => row.words().to_owned(),
    };
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
