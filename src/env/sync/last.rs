//! What the last sync of each key replaced, and what it wrote. A file that has again what was replaced was put back:
//! whoever copied an old backup over it may not know that, and its time says that it is new.

use super::Note;
use crate::env::snapshot::Held;
use crate::timeline::{Entry, OwnKind};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::HashMap;

/// The last sync of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastSync {
    /// When it was made.
    pub at: Timestamp,
    /// What it replaced; `None` where the file had not got the key.
    pub before: Option<Held>,
    /// What it wrote.
    pub after: Held,
}

/// The last sync of each key, as far as is known.
#[derive(Clone, Debug, Default)]
pub struct LastSyncs(HashMap<String, LastSync>);

/// A key as a sync records it.
#[derive(Deserialize)]
struct Change {
    key: String,
    before: Option<Held>,
    after: Held,
}

impl LastSyncs {
    /// What stands in the rows of the log of syncs of this file.
    pub fn recorded<'a>(entries: impl IntoIterator<Item = &'a Entry>, file: &str) -> Self {
        let mut known = Self::default();
        for entry in entries {
            let Entry::Own(event) = entry else { continue };
            let is_sync = event.context.get("by").and_then(|by| by.as_str()) == Some("sync");
            if event.kind != OwnKind::ConfigChanged || !is_sync || last_part(&event.subject) != last_part(file) {
                continue;
            }
            let changes = event.context.get("changes").cloned().unwrap_or_default();
            for change in serde_json::from_value::<Vec<Change>>(changes).unwrap_or_default() {
                let Change { key, before, after } = change;
                known.heed(key, LastSync { at: event.occurred_at, before, after });
            }
        }
        known
    }

    /// What a sync left beside its backup tells.
    pub fn note(&mut self, note: Note) {
        for planned in note.changes {
            self.heed(planned.key, LastSync { at: note.at, before: planned.before, after: planned.after });
        }
    }

    /// What others know besides.
    pub fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|(key, sync)| self.heed(key.clone(), sync.clone()));
    }

    /// The last sync of a key.
    pub fn get(&self, key: &str) -> Option<&LastSync> {
        self.0.get(key)
    }

    fn heed(&mut self, key: String, sync: LastSync) {
        let known = self.0.entry(key).or_insert_with(|| sync.clone());
        if known.at < sync.at {
            *known = sync;
        }
    }
}

/// A path's last part: a sync may name the path, and another the name.
fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
