//! What a file held at a time, without a value: what blame looks back on, and what is recorded of a change.

use super::diff::Change;
use super::format::{FileFormat, Refused};
use super::sensitive::may_show_key;
use super::{dotenv, systemd};
use crate::guard::{Fingerprint, Fingerprinter};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a key held: how long, and a keyed fingerprint to tell it from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The value's length in bytes; 0 is a key without a value.
    pub len: usize,
    /// The value's keyed fingerprint.
    pub fingerprint: Fingerprint,
}

/// Keys and what they held.
pub type Keys = BTreeMap<String, Held>;

/// How the time of a snapshot is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dated {
    /// By the file's name.
    Name,
    /// By the file's time of modification: it may be that of a copy.
    Modified,
    /// By the console, which saw it.
    Recorded,
    /// It is the file as it stands.
    Now,
}

impl Dated {
    /// The words for the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "by its name",
            Self::Modified => "by its mtime",
            Self::Recorded => "recorded",
            Self::Now => "as it stands",
        }
    }
}

/// A file at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The file's name, sanitised.
    pub label: String,
    /// When it was so.
    pub at: Timestamp,
    /// How that is known.
    pub dated: Dated,
    /// What it held, or why that can't be said.
    pub keys: Result<Keys, String>,
}

/// What a file holds, as its reader reads it: Compose on a bare shell, or systemd. An error says why that refuses it.
pub fn keys_of(format: FileFormat, bytes: &[u8], fingerprinter: &Fingerprinter) -> Result<Keys, Refused> {
    let held = |value: &[u8]| Held { len: value.len(), fingerprint: fingerprinter.of(value) };
    match format {
        FileFormat::Dotenv => {
            let file = dotenv::parse(bytes)?;
            let (values, strays) = (file.values(&|_| None)?, file.strays());
            let name = |key: &str| shown_name(key, strays.contains(key), fingerprinter);
            Ok(values.iter().map(|found| (name(&found.key), held(found.value.expose()))).collect())
        }
        // The last one of a name counts, and stays.
        FileFormat::Systemd => {
            let held = |v: systemd::Variable| (shown_name(&v.key, false, fingerprinter), held(v.value.expose()));
            Ok(systemd::parse(bytes)?.variables.into_iter().map(held).collect())
        }
    }
}

/// A key, unless it may be a piece of a value that a broken file made into one; then a name of its own that tells
/// nothing of it.
pub(super) fn shown_name(key: &str, is_stray: bool, fingerprinter: &Fingerprinter) -> String {
    if may_show_key(key) && !is_stray {
        return key.to_owned();
    }
    format!("(not shown: no usual name #{})", fingerprinter.of(key.as_bytes()).short())
}

/// A key that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChange {
    /// The key.
    pub key: String,
    /// How it changed; never `Same`.
    pub how: Change,
    /// What it held.
    pub before: Option<Held>,
    /// What it holds.
    pub after: Option<Held>,
}

/// The keys that differ, by name.
pub fn changes(before: &Keys, after: &Keys) -> Vec<KeyChange> {
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let change = |key: &String| {
        let (before, after) = (before.get(key), after.get(key));
        let how = match (before, after) {
            (Some(before), Some(after)) if before == after => return None,
            (Some(_), Some(after)) if after.len == 0 => Change::Emptied,
            (Some(_), Some(_)) => Change::Changed,
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
        };
        Some(KeyChange { key: key.clone(), how, before: before.cloned(), after: after.cloned() })
    };
    names.into_iter().filter_map(change).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::guard::Secret;

    #[test]
    fn what_stands_behind_a_closing_quote_is_told_apart_and_not_by_its_name() {
        let fingerprinter = Fingerprinter::new(&Secret::new("key of a test"));
        let names = |text: &str| {
            keys_of(FileFormat::Dotenv, text.as_bytes(), &fingerprinter).unwrap().into_keys().collect::<Vec<_>>()
        };
        let hidden = names("A='pa'correct=horse\nB=\"x\" battery=staple\nC='y'\nD=1\n");
        assert_eq!(hidden.iter().filter(|key| key.starts_with("(not shown")).count(), 2, "{hidden:?}");
        assert_eq!(hidden[2..], ["A", "B", "C", "D"]);
        // A key that stands on a line of its own as well is no piece of a value.
        assert_eq!(names("A='x'B=1\nB=2\n"), ["A", "B"]);
    }

    #[test]
    fn each_format_is_read_as_its_own_reader_reads_it() {
        let fingerprinter = Fingerprinter::new(&Secret::new("key of a test"));
        let keys = |format, text: &str| keys_of(format, text.as_bytes(), &fingerprinter);
        // To systemd a `;` starts a comment, `$` is no variable, and a second quote goes on with the value.
        let text = "; X=1\nA=x$HOME\nB='a'b=c\n";
        let read = keys(FileFormat::Systemd, text).unwrap();
        assert_eq!(read.iter().map(|(key, held)| (key.as_str(), held.len)).collect::<Vec<_>>(), [("A", 6), ("B", 4)]);
        assert_eq!(keys(FileFormat::Dotenv, text).unwrap_err().line(), 1);
        assert_eq!(keys(FileFormat::Systemd, "A=1\nB=\0\n").unwrap_err().line(), 2);
    }
}
