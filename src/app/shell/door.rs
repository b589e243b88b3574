//! The door for foreign text: what the guard catches in a row of the log is masked before anyone sees
//! it, whoever wrote it there.

use crate::guard::scan;
use crate::timeline::Entry;
use serde_json::Value;

/// Masks what must not be seen.
#[derive(Clone, Debug, Default)]
pub struct Door {}

impl Door {
    /// The same rows, with everything that was caught in them masked.
    pub fn entries(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        for entry in &mut entries {
            match entry {
                Entry::Operation(operation) => {
                    let row = &mut operation.row;
                    for text in [&mut row.actor, &mut row.action_detail, &mut row.error_message].into_iter().flatten() {
                        self.text(text);
                    }
                    self.value(&mut row.context);
                }
                Entry::Own(event) => {
                    self.text(&mut event.summary);
                    self.value(&mut event.context);
                }
            }
        }
        entries
    }

    /// Masks what is caught in a text.
    pub fn text(&self, text: &mut String) {
        let hits = scan::scan(text);
        for hit in hits.iter().rev() {
            text.replace_range(hit.offset..hit.offset + hit.len, &format!("[{} masked]", hit.detector));
        }
    }

    /// Masks what is caught in the strings of a value; a string is looked at together with
    /// its name, for that may be what gives it away.
    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(list) => list.iter_mut().for_each(|item| self.value(item)),
            Value::Object(map) => {
                for (name, item) in map.iter_mut() {
                    match item {
                        Value::String(text) if !scan::scan(&format!("{name}={text}")).is_empty() => {
                            *text = format!("[{} characters masked]", text.chars().count());
                        }
                        item => self.value(item),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
