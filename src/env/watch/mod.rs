//! A change of the file that no sync made: what changed, when, and who it may have been. Pure.

mod attribution;
mod state;

#[cfg(test)]
mod tests;

pub use attribution::{Attribution, Certainty, Lead, Process, Session, who};
pub use state::{Memory, State, Without};

use super::diff::Change;
use super::snapshot::{KeyChange, Keys, changes};
use super::sync::Note;
use crate::guard::{Fingerprinter, digest_of, line};
use crate::timeline::{OwnEvent, OwnKind};
use jiff::Timestamp;
use serde_json::{Value, json};

/// How many keys a summary names.
const NAMED: usize = 6;

/// What was found, when that was made, and of whom something speaks.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    /// The file's name.
    pub file: &'a str,
    /// What it is.
    pub state: &'a State,
    /// When it became so; of a file that is gone, at the latest.
    pub written: Timestamp,
    /// What was seen around that time.
    pub by: &'a Attribution,
}

/// What is to be told of a look: nothing where all is as it was. `note` is what a sync left that made the file what it
/// is and did not come to record it: it is told as that sync, and only what is besides as somebody's edit.
pub fn told(before: &Memory, seen: &Seen<'_>, note: Option<&Note>, fingerprinter: &Fingerprinter) -> Vec<OwnEvent> {
    let now = match seen.state {
        State::Without(why) if before.without.as_ref() == Some(why) => return Vec::new(),
        State::Without(why) => return vec![lost(seen, why)],
        State::Keys(now) => now,
    };
    let held = before.held();
    if before.without.is_none() && held.as_ref() == Some(now) {
        return Vec::new();
    }
    let Some(note) = note else { return change(seen, before, held.as_ref(), now).into_iter().collect() };
    let found = note.taken_back(now, fingerprinter);
    // Who was there when the sync found the file as it was is not known any more.
    let nobody = Attribution { owner: seen.by.owner.clone(), ..Attribution::default() };
    let earlier = Seen { written: note.was_written_at.unwrap_or(note.at), by: &nobody, ..seen.clone() };
    let edit = held.filter(|held| *held != found).and_then(|held| change(&earlier, before, Some(&held), &found));
    edit.into_iter().chain([note.event()]).collect()
}

/// The event that tells a change of keys; `None` where nothing changed. Its id is that of the change itself, so that
/// several consoles that see one record one.
pub fn event(file: &str, before: &Keys, after: &Keys, written: Timestamp, by: &Attribution) -> Option<OwnEvent> {
    let state = State::Keys(after.clone());
    change(&Seen { file, state: &state, written, by }, &Memory::default(), Some(before), after)
}

/// Other keys than before, or keys again. `held` is none where nobody ever read the file.
fn change(seen: &Seen<'_>, before: &Memory, held: Option<&Keys>, now: &Keys) -> Option<OwnEvent> {
    let changed = held.map(|held| changes(held, now)).unwrap_or_default();
    let what = match (&before.without, changed.is_empty()) {
        (None, true) => return None,
        (None, false) => format!("changed by hand: {}", summary(&changed)),
        (Some(Without::Removed), true) => "put back as it was".to_owned(),
        (Some(Without::Removed), false) => format!("put back: {}", summary(&changed)),
        (Some(_), true) if held.is_none() => "readable".to_owned(),
        (Some(_), true) => "readable again, as it was".to_owned(),
        (Some(_), false) => format!("readable again: {}", summary(&changed)),
    };
    let state = if before.without.is_some() { "back" } else { "changed" };
    Some(own(seen, &what, state, &json!(changed), None))
}

/// A file whose keys can't be seen any more.
fn lost(seen: &Seen<'_>, why: &Without) -> OwnEvent {
    let at = if let Without::Refused { line } = why { Some(*line) } else { None };
    own(seen, &why.says(), why.name(), &json!([]), at)
}

fn own(seen: &Seen<'_>, what: &str, state: &str, changed: &Value, at: Option<usize>) -> OwnEvent {
    let Seen { file, written, by, .. } = seen;
    let leads = by.leads(*written);
    let (who, certainty) = attribution::who(&leads);
    OwnEvent {
        id: id_of(&json!([file, state, at, changed, written])),
        incident_id: None,
        kind: OwnKind::ConfigChanged,
        subject: line(file).into_owned(),
        actor: who.as_ref().map(|who| line(who).chars().take(100).collect()),
        summary: format!("{} (who: {})", line(what), certainty.word()),
        success: None,
        context: json!({
            "by": "hand", "state": state, "line": at, "changes": changed, "written_at": written,
            "attribution": by, "leads": leads, "who": who, "certainty": certainty,
        }),
        occurred_at: *written,
        recorded_at: None,
    }
}

/// The keys by how they changed, the worst first.
fn summary(changed: &[KeyChange]) -> String {
    let mut said = Vec::new();
    for (how, word) in [
        (Change::Removed, "lost"),
        (Change::Emptied, "emptied"),
        (Change::Changed, "changed"),
        (Change::Added, "added"),
    ] {
        let keys: Vec<&str> = changed.iter().filter(|key| key.how == how).map(|key| key.key.as_str()).collect();
        match keys.len() {
            0 => {}
            few if few <= NAMED => said.push(format!("{word} {}", keys.join(" "))),
            many => said.push(format!("{word} {} and {} more", keys[..NAMED].join(" "), many - NAMED)),
        }
    }
    said.join("; ")
}

/// A name for what happened in the shape of a UUID, the same wherever it is seen.
fn id_of(of: &Value) -> String {
    let digest = digest_of(of);
    let part = |from: usize, to: usize| digest.get(from..to).unwrap_or("0");
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}
