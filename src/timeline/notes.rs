//! What people wrote about rows: notes and corrections, as a fold over the console's own events. Nothing is edited:
//! a correction is a later event, and an empty one takes back what it corrects.

use super::{Entry, OwnEvent, OwnKind};
use crate::guard;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The longest text, in characters: a sentence or two; evidence is pointed at, not pasted.
pub const MAX_NOTE: usize = 2_000;
/// The longest summary of one, in characters.
const MAX_SUMMARY: usize = 200;

/// What a note or a correction is about, as it stood when the person began to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The row beside which it stands.
    pub row: String,
    /// What exactly it is about: that row, or a note on it.
    pub of: String,
    /// [`super::row_digest`] of what it is about, where it has one.
    pub digest: Option<String>,
    /// The row's incident.
    pub incident: Option<String>,
}

impl Target {
    /// Where the text is kept while it is being written.
    pub fn key(&self, kind: OwnKind) -> String {
        format!("{}/{}", kind.name(), self.of)
    }

    /// The same of an event that was written.
    pub fn draft_key(event: &OwnEvent) -> String {
        format!("{}/{}", event.kind.name(), of(event))
    }

    /// A note on this row. `digest` knows the digests of rows by id.
    pub fn note(entry: &Entry, digest: impl Fn(&str) -> Option<String>) -> Self {
        let id = entry.id().to_owned();
        Self { row: id.clone(), digest: digest(&id), of: id, incident: entry.incident().map(str::to_owned) }
    }

    /// A correction of this row: of its words, or, where it is a note or a correction itself, of what that is about.
    pub fn correction(entry: &Entry, digest: impl Fn(&str) -> Option<String>) -> Self {
        let own = Self::note(entry, &digest);
        let Entry::Own(event) = entry else { return own };
        let of = match event.kind {
            OwnKind::Annotated => event.id.clone(),
            OwnKind::Corrected => of(event).to_owned(),
            _ => return own,
        };
        Self { row: event.subject.clone(), digest: digest(&of), of, ..own }
    }
}

/// The event that says so. `kind` is [`OwnKind::Annotated`] or [`OwnKind::Corrected`]; the guard has let the text
/// through.
pub fn written(kind: OwnKind, target: Target, text: &str, id: String, actor: &str, now: Timestamp) -> OwnEvent {
    let first = guard::line(text.lines().next().unwrap_or_default()).into_owned();
    let mut summary: String = first.chars().take(MAX_SUMMARY).collect();
    if text.is_empty() {
        "taken back".clone_into(&mut summary);
    } else if summary.len() < text.len() {
        summary.push('…');
    }
    OwnEvent {
        id,
        incident_id: target.incident,
        kind,
        subject: target.row,
        actor: Some(actor.to_owned()),
        summary,
        success: None,
        context: json!({"of": target.of, "digest": target.digest, "text": text}),
        occurred_at: now,
        recorded_at: None,
    }
}

/// What an event is about.
fn of(event: &OwnEvent) -> &str {
    event.context.get("of").and_then(Value::as_str).unwrap_or(&event.subject)
}

/// Some words, by whom and when. Foreign text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wording {
    /// The event's id.
    pub id: String,
    /// The words; empty where they were taken back.
    pub text: String,
    /// Who wrote them.
    pub by: Option<String>,
    /// When they were recorded; before that, when they were written.
    pub at: Timestamp,
    /// Whether the store has said so.
    pub recorded: bool,
    /// Whether the row they are about is no longer what it was then.
    pub row_changed: bool,
}

/// A note, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// As it was written.
    #[serde(flatten)]
    pub said: Wording,
    /// Its corrections, in the order of recording; the last one stands.
    pub corrections: Vec<Wording>,
}

impl Note {
    /// The words that stand; empty where they were taken back.
    pub fn text(&self) -> &str {
        self.corrections.last().map_or(&self.said.text, |last| &last.text)
    }
}

/// The notes on a row, and the corrections of its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfRow {
    /// In the order of recording.
    pub notes: Vec<Note>,
    /// In the order of recording; the last one stands.
    pub corrections: Vec<Wording>,
}

/// Every note and correction that was seen. A set: the order in which they come and how often makes no difference.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notes {
    events: BTreeMap<String, OwnEvent>,
    by_row: BTreeMap<String, BTreeSet<String>>,
}

impl Notes {
    /// Takes an event; what is neither a note nor a correction is nothing to it. Of one id what is recorded stands
    /// before what is not, and what was read last: the guard may have learnt to mask something in it.
    pub fn apply(&mut self, event: &OwnEvent) {
        if !event.kind.is_annotation() {
            return;
        }
        if let Some(known) = self.events.get(&event.id) {
            if recorded(known) < recorded(event) {
                return;
            }
            let row = known.subject.clone();
            self.take(&event.id, &row);
        }
        self.by_row.entry(event.subject.clone()).or_default().insert(event.id.clone());
        self.events.insert(event.id.clone(), event.clone());
    }

    /// Forgets one that was not recorded and never will be.
    pub fn forget(&mut self, id: &str) {
        if let Some(event) = self.events.get(id).filter(|event| event.recorded_at.is_none()) {
            let row = event.subject.clone();
            self.take(id, &row);
        }
    }

    fn take(&mut self, id: &str, row: &str) {
        self.events.remove(id);
        if let Some(ids) = self.by_row.get_mut(row) {
            ids.remove(id);
            if ids.is_empty() {
                self.by_row.remove(row);
            }
        }
    }

    /// An event by its id.
    pub fn get(&self, id: &str) -> Option<&OwnEvent> {
        self.events.get(id)
    }

    /// What stands beside a row. `digest` is the row's as it stands now.
    pub fn of(&self, row: &str, digest: Option<&str>) -> OfRow {
        let Some(ids) = self.by_row.get(row) else { return OfRow::default() };
        let mut events: Vec<&OwnEvent> = ids.iter().filter_map(|id| self.events.get(id)).collect();
        events.sort_by_key(|event| (recorded(event), &event.id));
        let (said, corrections): (Vec<&OwnEvent>, Vec<&OwnEvent>) =
            events.into_iter().partition(|event| event.kind == OwnKind::Annotated);
        let note = |event| Note { said: wording(event, row, digest), corrections: Vec::new() };
        let mut found = OfRow { notes: said.into_iter().map(note).collect(), corrections: Vec::new() };
        for event in corrections {
            let words = wording(event, row, digest);
            match found.notes.iter_mut().find(|note| note.said.id == of(event)) {
                Some(note) => note.corrections.push(words),
                None if of(event) == row => found.corrections.push(words),
                // A correction of nothing that is known is at least something that somebody wrote.
                None => found.notes.push(note(event)),
            }
        }
        found
    }

    /// The words that stand in the place of an event's own, where it is a note that was corrected.
    pub fn standing(&self, event: &OwnEvent) -> Option<Wording> {
        if event.kind != OwnKind::Annotated {
            return None;
        }
        let notes = self.of(&event.subject, None).notes;
        notes.into_iter().find(|note| note.said.id == event.id)?.corrections.pop()
    }
}

/// When it was recorded; what is not comes last.
fn recorded(event: &OwnEvent) -> Timestamp {
    event.recorded_at.unwrap_or(Timestamp::MAX)
}

fn wording(event: &OwnEvent, row: &str, digest: Option<&str>) -> Wording {
    let text = event.context.get("text").and_then(Value::as_str);
    let then = event.context.get("digest").and_then(Value::as_str).filter(|_| of(event) == row);
    Wording {
        id: event.id.clone(),
        text: text.unwrap_or(&event.summary).to_owned(),
        by: event.actor.clone(),
        at: event.recorded_at.unwrap_or(event.occurred_at),
        recorded: event.recorded_at.is_some(),
        row_changed: then.zip(digest).is_some_and(|(then, now)| then != now),
    }
}

#[cfg(test)]
#[path = "notes_tests.rs"]
mod tests;
