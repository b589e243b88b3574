//! The door for foreign text: what the guard catches in a row of the log is masked before anyone sees
//! it, whoever wrote it there.

use crate::guard::Watch;
use crate::timeline::Entry;
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
                Entry::Operation(operation) => {
                    let row = &mut operation.row;
                    for text in [&mut row.actor, &mut row.action_detail, &mut row.error_message].into_iter().flatten() {
                        mask(&guard, text);
                    }
                    mask_value(&guard, &mut row.context);
                }
                Entry::Own(event) => {
                    mask(&guard, &mut event.summary);
                    mask_value(&guard, &mut event.context);
                }
            }
        }
        entries
    }
}

fn mask(guard: &Watch, text: &mut String) {
    if let Some(masked) = guard.mask(text) {
        *text = masked;
    }
}

/// Masks the strings of a value; a string is looked at together with its name, for that may be what
/// gives it away.
fn mask_value(guard: &Watch, value: &mut Value) {
    match value {
        Value::String(text) => mask(guard, text),
        Value::Array(list) => list.iter_mut().for_each(|item| mask_value(guard, item)),
        Value::Object(map) => {
            for (name, item) in map.iter_mut() {
                match item {
                    Value::String(text) if !guard.catch(&format!("{name}={text}")).is_empty() => {
                        *text = format!("[{} characters masked]", text.chars().count());
                    }
                    item => mask_value(guard, item),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
