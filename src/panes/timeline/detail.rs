//! All of one row: its words and what became of them, its two times, what people wrote beside it, its context.

use super::row;
use super::tree::{self, Branch, Look};
use crate::app::theme::Role;
use crate::app::{Action, Facts};
use crate::panes::widgets::{Pen, age_label};
use crate::panes::{Canvas, Glyphs};
use crate::timeline::{Beside, Entry, Note, Times, Wording};
use jiff::Timestamp;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// How far a person has read, and of which row.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    row: String,
    skipped: usize,
    folded: bool,
}

impl Reading {
    /// How many lines of this row are above the place.
    fn skipped(&self, entry: &Entry) -> usize {
        if self.row == entry.id() { self.skipped } else { 0 }
    }

    /// Reads on or back by a line, folds or unfolds.
    pub(super) fn act(&mut self, action: Action, entry: &Entry, facts: &Facts) {
        self.skipped = self.skipped(entry);
        entry.id().clone_into(&mut self.row);
        match action {
            Action::ScrollDown => self.skipped += 1,
            Action::ScrollUp => self.skipped = self.skipped.saturating_sub(1),
            _ => self.folded = !self.folded,
        }
        // How many lines there are does not depend on the symbols.
        let last = self.lines(entry, facts, Glyphs::Unicode).len().saturating_sub(1);
        self.skipped = self.skipped.min(last);
    }

    fn lines(&self, entry: &Entry, facts: &Facts, glyphs: Glyphs) -> Vec<Line> {
        let mut lines = Vec::new();
        times(entry, facts, &mut lines);
        let beside = facts.beside(entry);
        fields(entry, &beside, facts, &mut lines);
        written(&beside, facts, &mut lines);
        ids(entry, &mut lines);
        let look = Look { guard: &facts.guard, glyphs, folded: self.folded };
        lines.extend(tree::branches(entry.context(), look).into_iter().map(Line::Branch));
        lines
    }

    /// Draws the detail.
    pub(super) fn draw(&self, entry: &Entry, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
        let lines = self.lines(entry, facts, canvas.glyphs);
        let skipped = self.skipped(entry).min(lines.len().saturating_sub(1));
        let mut pen = Pen::new(area, canvas);
        pen.rule(entry.type_name());
        let mut shown = 0;
        for line in &lines[skipped..] {
            if pen.rest().height == 0 {
                break;
            }
            line.draw(&mut pen);
            shown += 1;
        }
        if skipped > 0 || skipped + shown < lines.len() {
            let place = format!(" {}-{} of {} ", skipped + 1, skipped + shown, lines.len());
            canvas.put_right(Rect { width: area.width.saturating_sub(1), ..area }, area.y, &place, Role::Muted);
        }
    }
}

/// A line of the detail; it may take several rows.
enum Line {
    /// A name and its value.
    Pair(String, String, Role),
    /// Words that no longer stand.
    Struck(String, String),
    /// A line of the context.
    Branch(Branch),
}

impl Line {
    fn draw(&self, pen: &mut Pen<'_, '_>) {
        match self {
            Self::Pair(name, value, role) => pen.pair(name, value, *role),
            Self::Struck(name, value) => pen.struck(name, value, Modifier::CROSSED_OUT),
            Self::Branch(branch) => pen.branch(&branch.guides, &branch.name, &branch.value),
        }
    }
}

fn pair(name: &str, value: impl Into<String>, role: Role) -> Line {
    Line::Pair(name.to_owned(), value.into(), role)
}

fn when(at: Timestamp, facts: &Facts) -> String {
    facts.local(at).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// When it happened and when it was recorded, and what lies between them.
fn times(entry: &Entry, facts: &Facts, lines: &mut Vec<Line>) {
    let times = Times::of(entry);
    let name = if times.skew().is_some() { "occurred at" } else { "at" };
    lines.push(pair(name, when(times.occurred, facts), Role::Text));
    if matches!(entry, Entry::Own(_)) || times.skew().is_some() {
        let recorded = times.recorded.map(|at| when(at, facts));
        lines.push(pair("recorded at", recorded.as_deref().unwrap_or("not recorded yet"), Role::Muted));
    }
    let Some(skew) = times.skew() else { return };
    let seconds = skew.as_secs().unsigned_abs();
    if times.late().is_some() {
        let says = format!("{}: who read the log in between did not see it", age_label(skew.unsigned_abs()));
        lines.push(pair("late by", says, Role::Warn));
    } else if skew.is_negative() {
        lines.push(pair("skew", format!("recorded {seconds} s before it is said to have occurred"), Role::Warn));
    } else {
        lines.push(pair("skew", format!("recorded {seconds} s after it occurred"), Role::Muted));
    }
}

fn fields(entry: &Entry, beside: &Beside, facts: &Facts, lines: &mut Vec<Line>) {
    if let Entry::Own(event) = entry {
        lines.push(pair("about", &*event.subject, Role::Text));
    }
    for (name, value) in [("incident", entry.incident()), ("actor", entry.actor())] {
        lines.push(pair(name, value.filter(|value| !value.is_empty()).unwrap_or("not given"), Role::Text));
    }
    words(entry, beside, facts, lines);
    if let Some(success) = entry.success() {
        let (word, role) = if success { ("it was done", Role::Text) } else { ("it failed", Role::Fail) };
        lines.push(pair("result", word, role));
    }
    if let Entry::Operation(operation) = entry
        && let Some(error) = &operation.row.error_message
    {
        lines.push(pair("error", &**error, Role::Fail));
    }
}

/// The words that stand; what they were before, and who corrected them.
fn words(entry: &Entry, beside: &Beside, facts: &Facts, lines: &mut Vec<Line>) {
    if beside.corrections.is_empty() {
        let detail = if entry.detail().is_empty() { "not given" } else { entry.detail() };
        lines.push(pair("detail", detail, Role::Text));
        return;
    }
    let own = row::words(entry);
    match beside.words() {
        Some(words) => lines.push(pair("detail", &*words.text, Role::Text)),
        None => lines.push(pair("detail", if own.is_empty() { "not given" } else { own }, Role::Text)),
    }
    corrections(own, &beside.corrections, facts, lines);
}

/// Each correction under the words that it took the place of.
fn corrections(first: &str, corrections: &[Wording], facts: &Facts, lines: &mut Vec<Line>) {
    let mut was = first;
    for words in corrections {
        if was.is_empty() {
            lines.push(pair("  was", "nothing", Role::Muted));
        } else {
            lines.push(Line::Struck("  was".to_owned(), was.to_owned()));
        }
        let what = if words.text.is_empty() { "taken back" } else { "corrected" };
        lines.push(pair("", format!("{what} {}", by(words, facts)), role_of(words)));
        was = if words.text.is_empty() { first } else { &words.text };
    }
}

fn by(words: &Wording, facts: &Facts) -> String {
    let who = words.by.as_deref().unwrap_or("nobody named");
    said(who, words.at, words.recorded, words.row_changed, facts)
}

fn said(who: &str, at: Timestamp, recorded: bool, row_changed: bool, facts: &Facts) -> String {
    let state = if recorded { "" } else { ", not recorded yet" };
    let changed = if row_changed { "; the row is not what it was then" } else { "" };
    format!("by {who} at {}{state}{changed}", when(at, facts))
}

fn role_of(words: &Wording) -> Role {
    if words.row_changed || !words.recorded { Role::Warn } else { Role::Muted }
}

/// What people wrote beside it, and for which reviews it is evidence.
fn written(beside: &Beside, facts: &Facts, lines: &mut Vec<Line>) {
    for note in &beside.notes {
        one_note(note, facts, lines);
    }
    for mark in &beside.evidence {
        lines.push(pair("evidence", format!("for the review of {}", mark.candidate), Role::Accent));
        let role = if mark.recorded && !mark.row_changed { Role::Muted } else { Role::Warn };
        lines.push(pair("", said(&mark.by, mark.at, mark.recorded, mark.row_changed, facts), role));
    }
}

fn one_note(note: &Note, facts: &Facts, lines: &mut Vec<Line>) {
    if note.text().is_empty() {
        lines.push(pair("note", "taken back", Role::Muted));
    } else {
        lines.push(pair("note", note.text(), Role::Accent));
    }
    lines.push(pair("", by(&note.said, facts), role_of(&note.said)));
    let mut was = note.said.text.as_str();
    for words in &note.corrections {
        if !was.is_empty() {
            lines.push(Line::Struck("  was".to_owned(), was.to_owned()));
        }
        let what = if words.text.is_empty() { "taken back" } else { "corrected" };
        lines.push(pair("", format!("{what} {}", by(words, facts)), role_of(words)));
        was = &words.text;
    }
}

fn ids(entry: &Entry, lines: &mut Vec<Line>) {
    if let Entry::Operation(operation) = entry {
        let row = &operation.row;
        let ids =
            [("approval", &row.approval_id), ("audit log", &row.audit_log_id), ("auto repair", &row.auto_repair_id)];
        let given = ids.into_iter().filter_map(|(name, id)| Some(pair(name, id.as_deref()?, Role::Muted)));
        lines.extend(given);
    }
    lines.push(pair("id", entry.id(), Role::Muted));
}
