//! What is wrong with a configuration, and where. Keys are named; values never are, for any value may
//! be a secret that was put where it does not belong.

use super::Origin;
use super::tree::At;
use crate::words::nearest;
use std::fmt;

/// A configuration that can't be used: one line that says where, what, and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// The file, or the name of the variable or flag.
    pub file: String,
    /// 1-based; 0 where there are no lines.
    pub line: usize,
    /// 1-based, in characters; 0 where there are no columns.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What could stand there instead; empty where that can't be listed.
    pub allowed: Vec<String>,
    /// The allowed word that is nearest to what was written.
    pub suggestion: Option<String>,
}

impl ConfigError {
    /// An error about something as a whole.
    pub fn whole(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: file.into(), line: 0, column: 0, message: message.into(), allowed: Vec::new(), suggestion: None }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}", self.message)?;
        match (&self.suggestion, self.allowed.is_empty()) {
            (Some(word), false) => write!(f, "; did you mean \"{word}\"? allowed: {}", self.allowed.join(", ")),
            (None, false) => write!(f, "; allowed: {}", self.allowed.join(", ")),
            (_, true) => Ok(()),
        }
    }
}

/// What is wrong with one value or key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A key that the table has not got.
    UnknownKey { key: String, allowed: Vec<String> },
    /// A key that the table must have.
    MissingKey { key: String },
    /// A value of another type.
    WrongType { expected: String, found: String },
    /// A word that is none of the allowed ones.
    UnknownWord { allowed: Vec<String>, nearest: Option<String> },
    /// Something else, said as it is.
    Said(String),
}

/// A [`What`] on its way up to where its place is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) what: What,
    pub(super) at: Option<At>,
    pub(super) key: Option<Box<str>>,
    pub(super) table: Option<Box<str>>,
}

impl Fault {
    /// A fault whose place is not known yet.
    pub(super) fn new(what: What) -> Self {
        Self { what, at: None, key: None, table: None }
    }

    /// The same, at this place unless a nearer one is known.
    pub(super) fn at(mut self, at: At) -> Self {
        self.at.get_or_insert(at);
        self
    }

    /// The same, of this key unless a nearer one is known.
    pub(super) fn of_key(mut self, key: &str) -> Self {
        if self.table.is_none() {
            self.key.get_or_insert_with(|| key.into());
        }
        self
    }

    /// The same, in this table unless a nearer one is known.
    pub(super) fn in_table(mut self, table: &str) -> Self {
        self.table.get_or_insert_with(|| table.into());
        self
    }

    /// The error, with line and column counted in its source.
    pub(super) fn locate(self, sources: &[(Origin, String)]) -> ConfigError {
        let source = match self.at {
            Some(at) => sources.get(at.source),
            None => sources.iter().rfind(|(origin, _)| origin.is_file()).or(sources.last()),
        };
        let (line, column) = match (source, self.at) {
            (Some((origin, text)), Some(at)) if origin.is_file() => position(text, at.start),
            (Some((origin, _)), None) if origin.is_file() => (1, 1),
            _ => (0, 0),
        };
        let file = source.map_or_else(|| "readback.toml".to_owned(), |(origin, _)| origin.to_string());
        let message = self.message();
        let (allowed, suggestion) = match self.what {
            What::UnknownKey { key, allowed } => {
                let suggestion = nearest(&key, allowed.iter().map(String::as_str)).map(str::to_owned);
                (allowed, suggestion)
            }
            What::UnknownWord { allowed, nearest } => (allowed, nearest),
            _ => (Vec::new(), None),
        };
        ConfigError { file, line, column, message, allowed, suggestion }
    }

    /// What is wrong, in words.
    fn message(&self) -> String {
        let table = match self.table.as_deref() {
            Some("") => " at the top level".to_owned(),
            Some(table) => format!(" in {table}"),
            None => String::new(),
        };
        let subject = match self.key.as_deref() {
            Some(key) => format!("\"{}\"{table}: ", shown(key)),
            None if table.is_empty() => String::new(),
            None => format!("{}: ", table.trim_start_matches(" in ").trim_start()),
        };
        match &self.what {
            What::UnknownKey { key, .. } => format!("unknown key \"{}\"{table}", shown(key)),
            What::MissingKey { key } => format!("missing key \"{}\"{table}", shown(key)),
            What::WrongType { expected, found } => format!("{subject}expected {expected}, found {found}"),
            What::UnknownWord { .. } => format!("{subject}unknown {}", shown(self.key.as_deref().unwrap_or("word"))),
            What::Said(text) => format!("{subject}{text}"),
        }
    }
}

/// A key as it may be shown: foreign text, one line, no longer than any real key.
fn shown(key: &str) -> String {
    crate::guard::line(&key.chars().take(40).collect::<String>()).into_owned()
}

/// Line and column of a byte offset, both 1-based, the column in characters.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_characters_and_not_bytes() {
        assert_eq!(position("a = 1\né = 2\n", 6), (2, 1));
        assert_eq!(position("a = 1\né = 2\n", 8), (2, 2));
        assert_eq!(position("", 9), (1, 1));
    }
}
