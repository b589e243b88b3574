//! Other programs read `.env` files too, and no two agree. A small model per reader says which value
//! it would read for a key, so that a person learns where Compose's answer is not everybody's.
//!
//! A model that can't tell says [`Answer::Unsure`], which is never shown as a difference, nor as
//! agreement. `tests/env/consumers.rs` holds every model to what the real programs answered.

mod bash;
mod compare;
mod docker_run;
mod npm_dotenv;
mod python_dotenv;
mod scan;
mod shell;
mod systemd;

pub use compare::differences;

use std::collections::HashMap;

/// A program that reads `.env` files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reader {
    /// `set -a; source FILE` in bash.
    Bash,
    /// `docker run --env-file FILE`.
    DockerRun,
    /// python-dotenv, `dotenv_values`.
    PythonDotenv,
    /// The npm package dotenv, without dotenv-expand.
    NpmDotenv,
    /// `EnvironmentFile=` of a systemd unit.
    Systemd,
}

impl Reader {
    /// Every reader, in the order in which they are named.
    pub const ALL: [Self; 5] = [Self::Bash, Self::DockerRun, Self::PythonDotenv, Self::NpmDotenv, Self::Systemd];

    /// What a person calls it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bash => "bash `source`",
            Self::DockerRun => "docker run --env-file",
            Self::PythonDotenv => "python-dotenv",
            Self::NpmDotenv => "npm dotenv",
            Self::Systemd => "systemd EnvironmentFile",
        }
    }

    /// What this reader makes of a file. `lookup` is its own environment.
    pub fn read<F>(self, bytes: &[u8], lookup: &F) -> Read
    where
        F: Fn(&str) -> Option<Vec<u8>>,
    {
        match self {
            Self::Bash => bash::read(bytes, lookup),
            Self::DockerRun => docker_run::read(bytes, lookup),
            Self::PythonDotenv => python_dotenv::read(bytes, lookup),
            Self::NpmDotenv => npm_dotenv::read(bytes),
            Self::Systemd => systemd::read(bytes),
        }
    }
}

/// What a reader makes of one key.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// It reads this value, which may be a secret.
    Value(Vec<u8>),
    /// It reads a value that is none of the file's (a process id, say), so it is another one.
    Other,
    /// It takes a part of the file for a command, and runs it instead of setting the key.
    Runs,
    /// The key is not set.
    Nothing,
    /// The model can't tell.
    Unsure,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Value(_) => "Value(…)",
            Self::Other => "Other",
            Self::Runs => "Runs",
            Self::Nothing => "Nothing",
            Self::Unsure => "Unsure",
        })
    }
}

/// What a reader makes of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    answers: HashMap<String, Answer>,
    /// It refuses the whole file because of this line, 1-based.
    pub refused: Option<usize>,
    /// What comes at or after some place can't be told.
    unsure: bool,
}

impl Read {
    /// What it makes of a key.
    pub fn get(&self, key: &str) -> &Answer {
        let missing = if self.unsure { &Answer::Unsure } else { &Answer::Nothing };
        self.answers.get(key).unwrap_or(missing)
    }

    /// Every key it is known to say something of.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Answer)> {
        self.answers.iter().map(|(key, answer)| (key.as_str(), answer))
    }

    /// Whether a part of the file is beyond the model.
    pub fn is_unsure(&self) -> bool {
        self.unsure || self.answers.values().any(|answer| *answer == Answer::Unsure)
    }

    fn refuses(line: usize) -> Self {
        Self { refused: Some(line), ..Self::default() }
    }

    fn beyond_the_model() -> Self {
        Self { unsure: true, ..Self::default() }
    }

    fn put(&mut self, key: impl Into<String>, answer: Answer) {
        self.answers.insert(key.into(), answer);
    }

    /// From here on nothing can be told, nor of keys that were set before: they may be set again.
    fn lose_track(&mut self) {
        self.unsure = true;
        self.answers.clear();
    }
}

/// What a reader does with a key that Compose gives a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// It takes a part of the line for a command and runs it.
    RunsIt,
    /// It reads another value.
    ReadsOther,
    /// The value is the same but for the quotes around it, which stay.
    KeepsQuotes,
    /// It does not set the key.
    Drops,
    /// It refuses the whole file.
    Refuses,
    /// From here on the model can't tell: neither a difference nor agreement.
    CantTell,
}

/// A reader that does not read what Compose reads. Holds no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The key; empty where it is about the file ([`How::Refuses`], [`How::CantTell`]).
    pub key: String,
    /// The line of the entry that decides the key, or the one the reader refuses; 1-based.
    pub line: usize,
    /// The reader.
    pub reader: Reader,
    /// What it does.
    pub how: How,
}
