//! The door for foreign text: what the guard catches in a row of the log or in a snapshot is masked before
//! anyone sees or keeps it, whoever wrote it there.

use crate::guard::scan;
use crate::review::Snapshot;
use crate::timeline::{Entry, Operation};
use serde_json::Value;
use std::fmt::Write;

/// Masks what must not be seen.
#[derive(Clone, Debug, Default)]
pub struct Door {}

impl Door {
    /// The same rows, with everything that was caught in them masked.
    pub fn entries(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        for entry in &mut entries {
            match entry {
                Entry::Operation(operation) => self.operation(operation),
                Entry::Own(event) => {
                    self.text(&mut event.summary);
                    self.value(&mut event.context);
                }
            }
        }
        entries
    }

    /// Masks what is caught in a row.
    pub fn operation(&self, operation: &mut Operation) {
        let row = &mut operation.row;
        for text in [&mut row.actor, &mut row.action_detail, &mut row.error_message].into_iter().flatten() {
            self.text(text);
        }
        self.value(&mut row.context);
    }

    /// Masks what is caught in the words of a snapshot; its ids stay as they are.
    pub fn snapshot(&self, snapshot: &mut Snapshot) {
        for candidate in &mut snapshot.candidates {
            let words = [&mut candidate.label, &mut candidate.expected_host_scope, &mut candidate.service_scope];
            for text in words.into_iter().chain([&mut candidate.config_kind, &mut candidate.control_tier]) {
                self.text(text);
            }
        }
    }

    /// Masks what is caught in a text. One mask stands for all that overlaps.
    pub fn text(&self, text: &mut String) {
        let hits = scan::scan(text);
        if hits.is_empty() {
            return;
        }
        let mut masked = String::with_capacity(text.len());
        let mut done = 0;
        for hit in hits {
            if hit.offset >= done {
                masked.push_str(text.get(done..hit.offset).unwrap_or_default());
                let _ = write!(masked, "[{} masked]", hit.detector);
            }
            done = done.max(hit.end());
        }
        masked.push_str(text.get(done..).unwrap_or_default());
        *text = masked;
    }

    /// Masks what is caught in the strings and numbers of a value; each is looked at together with
    /// its name, for that may be what gives it away.
    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(list) => list.iter_mut().for_each(|item| self.value(item)),
            Value::Object(map) => {
                for (name, item) in map.iter_mut() {
                    match named(name, item) {
                        Some(length) => *item = Value::String(format!("[{length} characters masked]")),
                        None => self.value(item),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// How long a value is, in characters, whose name says that it is secret.
fn named(name: &str, value: &Value) -> Option<usize> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let caught = !scan::scan(&format!("{name}={text}")).is_empty();
    caught.then(|| text.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn masked(text: &str) -> String {
        let mut text = text.to_owned();
        Door::default().text(&mut text);
        text
    }

    #[test]
    fn a_secret_is_masked_where_it_stands() {
        assert_eq!(masked("so password=invented-one-2 it was"), "so password=[secret_assignment masked] it was");
        assert_eq!(masked("nothing to see"), "nothing to see");
    }

    #[test]
    fn a_paste_with_secrets_in_it_is_masked_as_one() {
        let long = "invented-".repeat(20);
        let dump = format!("before\n\nAPP_A=1\nDB_PASSWORD={long}\nAPP_B=2\nAPP_TOKEN={long}\n\nafter 資料");
        let text = masked(&dump);
        assert!(!text.contains("invented") && text.starts_with("before") && text.ends_with("after 資料"), "{text}");
    }

    #[test]
    fn a_value_is_masked_because_of_its_name() {
        let mut value = json!({"password": "invented-one-2", "pin_token": 98_765_432_u64, "deep": [{"note": "ok"}]});
        Door::default().value(&mut value);
        assert_eq!(
            value,
            json!({"password": "[14 characters masked]", "pin_token": "[8 characters masked]", "deep": [{"note": "ok"}]})
        );
    }
}
