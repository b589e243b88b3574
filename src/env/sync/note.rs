//! What a sync leaves beside its backup before it replaces the file: who, why, and what the file becomes. Where the
//! sync is killed before it has recorded itself, or the store does not answer, the next look tells it from here.

use super::Planned;
use crate::env::snapshot::{Keys, shown_name};
use crate::guard::{Fingerprint, Fingerprinter, line};
use crate::timeline::{OwnEvent, OwnKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A sync, as it tells of itself. No value is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The id of its event: told twice it is one.
    pub id: String,
    /// When it was made.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What for.
    pub why: String,
    /// The file, as `[env]` names it.
    pub file: String,
    /// The backup of what was there before.
    pub backup: String,
    /// When that was written.
    pub was_written_at: Option<Timestamp>,
    /// What changes.
    pub changes: Vec<Planned>,
    /// The keyed fingerprint of the whole file that it writes.
    pub result: Fingerprint,
}

impl Note {
    /// The event that tells the sync.
    pub fn event(&self) -> OwnEvent {
        let keys: Vec<&str> = self.changes.iter().map(|planned| planned.key.as_str()).collect();
        OwnEvent {
            id: self.id.clone(),
            incident_id: None,
            kind: OwnKind::ConfigChanged,
            subject: line(&self.file).into_owned(),
            actor: Some(format!("console:{}", line(&self.by))),
            summary: line(&format!("synced from the secrets: {}", keys.join(", "))).into_owned(),
            success: Some(true),
            context: json!({
                "by": "sync", "why": line(&self.why), "backup": line(&self.backup), "changes": self.changes,
            }),
            occurred_at: self.at,
            recorded_at: None,
        }
    }

    /// What the file held before, from what it holds.
    pub fn taken_back(&self, now: &Keys, fingerprinter: &Fingerprinter) -> Keys {
        let mut keys = now.clone();
        for planned in &self.changes {
            let name = shown_name(&planned.key, false, fingerprinter);
            match &planned.before {
                Some(held) => keys.insert(name, held.clone()),
                None => keys.remove(&name),
            };
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::env::dotenv;
    use crate::env::format::FileFormat;
    use crate::env::layers::SecretValue;
    use crate::env::snapshot::keys_of;
    use crate::env::sync::{plan, render};
    use crate::env::watch::{Attribution, Memory, Seen, State, told};
    use crate::guard::Secret;

    fn fingerprinter() -> Fingerprinter {
        Fingerprinter::new(&Secret::new("key of a test"))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn keys(text: &[u8]) -> Keys {
        keys_of(FileFormat::Dotenv, text, &fingerprinter()).unwrap()
    }

    /// A sync of this file, and what it writes.
    fn synced(text: &str) -> (Note, Secret) {
        let file = dotenv::parse(text.as_bytes()).unwrap();
        let secret = SecretValue {
            key: "P".to_owned(),
            value: Secret::new("invented-new"),
            source: "shop/db p".to_owned(),
            version: None,
            changed_at: None,
        };
        let plan = plan(&file, &file.values(&|_| None).unwrap(), &[secret], &fingerprinter()).unwrap();
        let new = render(&file, &plan, &[]).unwrap();
        let note = Note {
            id: "0190-1".to_owned(),
            at: at(900),
            by: "mira".to_owned(),
            why: "rotation".to_owned(),
            file: "./.env".to_owned(),
            backup: ".env.backup.1".to_owned(),
            was_written_at: Some(at(500)),
            changes: plan.changes.clone(),
            result: fingerprinter().of(new.expose()),
        };
        (note, new)
    }

    fn look(before: &str, note: &Note, new: &Secret) -> Vec<(String, Timestamp)> {
        let memory = Memory { keys: Some(keys(before.as_bytes())), without: None };
        let (state, by) = (State::Keys(keys(new.expose())), Attribution::default());
        let seen = Seen { file: ".env", state: &state, written: at(901), by: &by };
        let told = told(&memory, &seen, Some(note), &fingerprinter());
        told.into_iter().map(|event| (event.summary, event.occurred_at)).collect()
    }

    #[test]
    fn a_sync_that_did_not_come_to_record_itself_is_told_as_what_it_was() {
        let (note, new) = synced("A=1\nP=old\n");
        let said = |what: &str, second| (what.to_owned(), at(second));
        assert_eq!(look("A=1\nP=old\n", &note, &new), [said("synced from the secrets: P", 900)]);
        // What somebody had edited before it, and nobody has told, is theirs.
        let both = look("A=0\nP=older\n", &note, &new);
        assert_eq!(both[0], said("changed by hand: changed A P (who: not known)", 500));
        assert_eq!(both[1], said("synced from the secrets: P", 900));
    }

    #[test]
    fn a_note_reads_back_and_says_no_value() {
        let (note, _) = synced("P=invented-old\n");
        let text = serde_json::to_string(&note).unwrap();
        assert!(!text.contains("invented"), "{text}");
        assert_eq!(serde_json::from_str::<Note>(&text).unwrap(), note);
        assert_eq!((note.event().id, note.event().actor.as_deref()), (note.id, Some("console:mira")));
    }
}
