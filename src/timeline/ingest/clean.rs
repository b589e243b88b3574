//! Foreign words, made fit to be recorded: nothing in them acts, nothing in them is a secret, and they end.

use crate::guard::{self, Watch};
use serde::Serialize;
use serde_json::{Map, Value};

/// The most characters of all the values of a row together: a context of more than 64 Ki would not be read back, and
/// what is escaped counts twice.
const ALL: usize = 30_000;
/// The most characters of a name.
const NAME: usize = 100;
/// The most places that are listed as withheld.
const LISTED: usize = 16;

/// Where something was withheld, what caught it and how long it was; never what it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Withheld {
    at: String,
    detector: &'static str,
    offset: usize,
    length: usize,
}

/// Cleans the words of one row, and remembers what was withheld.
#[derive(Debug)]
pub struct Clean<'a> {
    watch: &'a Watch,
    withheld: Vec<Withheld>,
    count: usize,
    left: usize,
}

impl<'a> Clean<'a> {
    /// For one row.
    pub fn new(watch: &'a Watch) -> Self {
        Self { watch, withheld: Vec::new(), count: 0, left: ALL }
    }

    /// One line of at most so many characters, few enough that they don't count. `at` is the place it is told under.
    pub fn line(&mut self, at: &str, text: &str, most: usize) -> String {
        self.keep(at, None, guard::line(text).into_owned(), most)
    }

    /// The same of what has a name: a value may be a secret because of what it is called.
    pub fn named(&mut self, at: &str, name: &str, text: &str, most: usize) -> String {
        let kept = self.keep(at, Some(name), guard::multiline(text), most.min(self.left));
        self.left -= kept.chars().count().min(self.left);
        kept
    }

    /// A name: a key of an object.
    pub fn name(&mut self, at: &str, name: &str) -> String {
        self.line(&format!("{at} (a name)"), name, NAME)
    }

    /// Everything in a value, however deep. `name` is what it is called, `most` bounds each text.
    pub fn value(&mut self, at: &str, name: &str, value: &Value, most: usize) -> Value {
        match value {
            Value::String(text) => self.named(at, name, text, most).into(),
            Value::Number(number) => {
                let (text, caught) = (number.to_string(), self.count);
                let kept = self.named(at, name, &text, most);
                if self.count > caught { kept.into() } else { value.clone() }
            }
            Value::Array(items) => items.iter().map(|item| self.value(at, name, item, most)).collect(),
            Value::Object(fields) => self.object(at, fields, most).into(),
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }

    /// Everything in an object.
    pub fn object(&mut self, at: &str, fields: &Map<String, Value>, most: usize) -> Map<String, Value> {
        let mut kept = Map::new();
        for (name, value) in fields {
            let name = self.name(at, name);
            let place = format!("{at}.{name}");
            let value = self.value(&place, &name, value, most);
            kept.insert(name, value);
        }
        kept
    }

    /// Says in the context what was withheld, where anything was.
    pub fn say(self, context: &mut Map<String, Value>) -> usize {
        if self.count > 0 {
            context.insert("withheld".to_owned(), serde_json::to_value(&self.withheld).unwrap_or_default());
            context.insert("withheld_count".to_owned(), self.count.into());
        }
        self.count
    }

    /// Sanitised first: what is invisible must not hide a secret from the guard. Cut last: half a secret is one, too.
    fn keep(&mut self, at: &str, name: Option<&str>, mut text: String, most: usize) -> String {
        let hits = self.watch.catch(&text);
        for hit in &hits {
            self.list(at, hit.detector, hit.offset, hit.len);
        }
        if !hits.is_empty() {
            self.watch.mask(&mut text);
        } else if let Some(detector) = name.and_then(|name| self.by_name(name, &text)) {
            self.list(at, detector, 0, text.len());
            text = format!("[{detector} masked]");
        }
        cut(&text, most)
    }

    /// What catches a value under its name.
    fn by_name(&self, name: &str, text: &str) -> Option<&'static str> {
        let value_at = name.len() + 1;
        let hits = self.watch.catch(&format!("{name}={text}"));
        hits.into_iter().find(|hit| hit.end() > value_at).map(|hit| hit.detector)
    }

    fn list(&mut self, at: &str, detector: &'static str, offset: usize, length: usize) {
        self.count += 1;
        if self.withheld.len() < LISTED {
            self.withheld.push(Withheld { at: cut(at, 200), detector, offset, length });
        }
    }
}

/// The text, or its beginning and a mark that it goes on.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain((most > 0).then_some('…')).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn invented() -> String {
        ["password=", "not-", "a-real-", "one-71c2"].concat()
    }

    #[test]
    fn a_secret_is_withheld_wherever_it_stands_and_the_place_is_said() {
        let watch = Watch::default();
        let mut clean = Clean::new(&watch);
        let hidden = invented().replace("password", "pass\u{200b}word");
        let told = json!({ "a": [hidden, 1], "db_password": "not-a-real-one-71c2", "plain": "db-1" });
        let kept = clean.object("context", told.as_object().unwrap_or(&Map::new()), 1_000);
        let mut context = Map::new();
        assert_eq!(clean.say(&mut context), 2);
        let text = format!("{kept:?}{context:?}");
        assert!(!text.contains("71c2"), "{text}");
        assert_eq!(kept["plain"], "db-1");
        assert_eq!(context["withheld"][1]["at"], "context.db_password");
    }

    #[test]
    fn words_are_sanitised_and_end_and_what_is_cut_says_so() {
        let watch = Watch::default();
        let mut clean = Clean::new(&watch);
        assert_eq!(clean.line("x", "a\u{1b}]52;c;AAAA\u{7}\nb", 100), "a␛]52;c;AAAA␇␊b");
        assert_eq!(clean.line("x", "資料庫資料庫", 4), "資料庫…");
        assert_eq!(clean.line("x", "四個字元", 4), "四個字元");
        let long = "word ".repeat(20_000);
        let first = clean.named("x", "note", &long, 30_000);
        let second = clean.named("x", "note", &long, 30_000);
        assert!(first.chars().count() + second.chars().count() <= ALL);
        assert_eq!(clean.say(&mut Map::new()), 0);
    }
}
