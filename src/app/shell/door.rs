//! The door for foreign text: what the guard catches in a row of the log or in a snapshot is masked before
//! anyone sees or keeps it, whoever wrote it there.

use crate::guard::Watch;
use crate::review::Snapshot;
use crate::timeline::{Entry, Operation, OwnEvent, row_digest};
use serde_json::Value;
use std::time::Duration;
use tokio::sync::watch;

/// How long the first rows wait for the guard.
const PATIENCE: Duration = Duration::from_secs(2);

/// Masks what must not be seen.
#[derive(Clone, Debug)]
pub struct Door {
    guard: watch::Receiver<Watch>,
}

impl Door {
    /// A door whose guard is told of new values to look out for.
    pub fn new(guard: watch::Receiver<Watch>) -> Self {
        Self { guard }
    }

    /// Waits until the guard knows what the stack's files hold, but not for ever: a disk that hangs must
    /// not keep the timeline away, and shapes are known from the start.
    pub async fn ready(&mut self) {
        let _ = tokio::time::timeout(PATIENCE, self.guard.changed()).await;
    }

    /// Returns when the guard has been told of new values. Dropping the future loses nothing.
    pub async fn changed(&mut self) {
        if self.guard.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// The same rows, with everything that was caught in them masked.
    pub fn entries(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        let guard = self.guard.borrow().clone();
        for entry in &mut entries {
            match entry {
                Entry::Operation(operation) => mask_operation(&guard, operation),
                Entry::Own(event) => {
                    guard.mask(&mut event.summary);
                    mask_value(&guard, &mut event.context);
                }
            }
        }
        entries
    }

    /// The same rows, and the digest of each that held nothing to mask: a digest over a secret could be tried out.
    pub fn identified(&self, entries: Vec<Entry>) -> (Vec<Entry>, Vec<(String, Option<String>)>) {
        let before: Vec<Option<String>> = entries.iter().map(row_digest).collect();
        let masked = self.entries(entries);
        let digest = |(entry, before): (&Entry, Option<String>)| {
            (entry.id().to_owned(), before.filter(|digest| row_digest(entry).as_ref() == Some(digest)))
        };
        let digests = masked.iter().zip(before).map(digest).collect();
        (masked, digests)
    }

    /// Masks what is caught in annotations.
    pub fn annotations(&self, events: Vec<OwnEvent>) -> Vec<OwnEvent> {
        let masked = self.entries(events.into_iter().map(Entry::Own).collect()).into_iter();
        masked.filter_map(|entry| if let Entry::Own(event) = entry { Some(event) } else { None }).collect()
    }

    /// Masks what is caught in a row that is to be kept.
    pub fn operation(&self, operation: &mut Operation) {
        mask_operation(&self.guard.borrow(), operation);
    }

    /// Masks what is caught in the words of a snapshot; its ids stay as they are.
    pub fn snapshot(&self, snapshot: &mut Snapshot) {
        let guard = self.guard.borrow();
        for candidate in &mut snapshot.candidates {
            let words = [&mut candidate.label, &mut candidate.expected_host_scope, &mut candidate.service_scope];
            for text in words.into_iter().chain([&mut candidate.config_kind, &mut candidate.control_tier]) {
                guard.mask(text);
            }
        }
    }
}

fn mask_operation(guard: &Watch, operation: &mut Operation) {
    let row = &mut operation.row;
    for text in [&mut row.actor, &mut row.action_detail, &mut row.error_message].into_iter().flatten() {
        guard.mask(text);
    }
    mask_value(guard, &mut row.context);
}

/// Masks what is caught in the strings and numbers of a value; each is looked at together with its name,
/// for that may be what gives it away.
fn mask_value(guard: &Watch, value: &mut Value) {
    match value {
        Value::String(text) => {
            guard.mask(text);
        }
        Value::Array(list) => list.iter_mut().for_each(|item| mask_value(guard, item)),
        Value::Object(map) => {
            for (name, item) in map.iter_mut() {
                match named(guard, name, item) {
                    Some(length) => *item = Value::String(format!("[{length} characters masked]")),
                    None => mask_value(guard, item),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// How long a value is, in characters, whose name says that it is secret.
fn named(guard: &Watch, name: &str, value: &Value) -> Option<usize> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let caught = !guard.catch(&format!("{name}={text}")).is_empty();
    caught.then(|| text.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_masked_because_of_its_name() {
        let mut value = json!({"password": "invented-one-2", "pin_token": 98_765_432_u64, "deep": [{"note": "ok"}]});
        mask_value(&Watch::default(), &mut value);
        assert_eq!(
            value,
            json!({"password": "[14 characters masked]", "pin_token": "[8 characters masked]", "deep": [{"note": "ok"}]})
        );
    }
}
