//! What `readback env sync` would change, and the file that it would write. Pure: the plan is shown before anything
//! is done, and what is written is read back and held against the plan before it takes the old file's place.

mod last;
mod note;
mod render;

pub use last::{LastSync, LastSyncs};
pub use note::Note;
pub use render::render;

use super::dotenv::{Assign, EnvFile, Values, WhyNot};
use super::layers::SecretValue;
use super::snapshot::Held;
use crate::guard::{Fingerprint, Fingerprinter, Secret};
use serde::{Deserialize, Serialize};

/// Why nothing is planned, or nothing written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    /// A secret has no value: it would take the one that stands there away.
    #[error("{0} is empty; nothing is written, so that {1} keeps its value")]
    EmptySecret(String, String),
    /// Two secrets give one key.
    #[error("{0} is given by {1} and by {2}, and they differ: take one of them out of readback.toml")]
    TwoSources(String, String, String),
    /// A value can't be written.
    #[error("{0} can't be written: {1}")]
    Value(String, WhyNot),
    /// The last line is a key without a value: what is added after it would give it another meaning.
    #[error("the last line is a key with no value and no line feed; repair it first (line {0})")]
    LostLastLine(usize),
    /// What would be written does not read back as planned.
    #[error("the new file does not read back as planned ({0}); nothing was written")]
    ReadsOther(String),
}

/// How much of a version is told: enough to tell it from the last one.
const VERSION: usize = 8;

/// A key that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// The key.
    pub key: String,
    /// The line that decides it; none where it is added.
    pub line: Option<usize>,
    /// What it holds.
    pub before: Option<Held>,
    /// What it will hold.
    pub after: Held,
    /// The secret, and its field.
    pub source: String,
    /// How the secret's version begins, where it has versions.
    #[serde(default)]
    pub version: Option<String>,
    /// Whether the value that goes is made of others (`${…}`).
    pub is_made_of_others: bool,
}

/// What a sync does.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The keyed fingerprint of the file that it was made for.
    #[serde(rename = "file_fingerprint")]
    pub file: Fingerprint,
    /// The keys that change, in the order of the file, then the added ones.
    pub changes: Vec<Planned>,
    /// How many keys are what the secrets say.
    pub unchanged: usize,
    /// The new values, one per change.
    #[serde(skip)]
    values: Vec<Secret>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The keys that change, and what they get.
    pub(super) fn new_values(&self) -> impl Iterator<Item = (&Planned, &Secret)> {
        self.changes.iter().zip(&self.values)
    }
}

/// What has to change in a file for it to be what the secrets say.
pub fn plan(
    file: &EnvFile,
    values: &Values,
    secrets: &[SecretValue],
    fingerprinter: &Fingerprinter,
) -> Result<Plan, SyncError> {
    refuse(file, secrets)?;
    let held = |value: &[u8]| Held { len: value.len(), fingerprint: fingerprinter.of(value) };
    let mut changes: Vec<(Planned, Secret)> = Vec::new();
    let mut unchanged = 0;
    for secret in secrets {
        let now = values.get(&secret.key);
        if now.is_some_and(|now| now.value.expose() == secret.value.expose()) {
            unchanged += 1;
            continue;
        }
        if changes.iter().any(|(planned, _)| planned.key == secret.key) {
            continue;
        }
        let entry = file.entries().iter().rfind(|entry| entry.key == secret.key && entry.assign != Assign::LostAtEnd);
        let planned = Planned {
            key: secret.key.clone(),
            line: entry.map(|entry| entry.line),
            before: now.map(|now| held(now.value.expose())),
            after: held(secret.value.expose()),
            source: secret.source.clone(),
            version: secret.version.as_ref().map(|version| version.chars().take(VERSION).collect()),
            is_made_of_others: entry.is_some_and(|entry| render::is_made_of_others(file, entry)),
        };
        changes.push((planned, secret.value.clone()));
    }
    changes.sort_by_key(|(planned, _)| planned.line.unwrap_or(usize::MAX));
    let (changes, values) = changes.into_iter().unzip();
    Ok(Plan { file: fingerprinter.of(file.bytes()), changes, unchanged, values })
}

fn refuse(file: &EnvFile, secrets: &[SecretValue]) -> Result<(), SyncError> {
    for (at, secret) in secrets.iter().enumerate() {
        if secret.value.is_empty() {
            return Err(SyncError::EmptySecret(secret.source.clone(), secret.key.clone()));
        }
        let other = secrets[..at].iter().find(|other| other.key == secret.key);
        if let Some(other) = other.filter(|other| other.value.expose() != secret.value.expose()) {
            return Err(SyncError::TwoSources(secret.key.clone(), other.source.clone(), secret.source.clone()));
        }
    }
    match file.entries().iter().find(|entry| entry.assign == Assign::LostAtEnd) {
        Some(entry) => Err(SyncError::LostLastLine(entry.line)),
        None => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't go on should say so")]
mod tests;
