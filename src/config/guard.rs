//! `[guard]`: ids that look like secrets and are none.

use crate::guard::{Allow, AllowError};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// `[guard]`: what the guard lets through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuardSettings {
    /// `[[guard.allow]]`: ids that look like secrets.
    allow: Vec<Entry>,
}

/// One `[[guard.allow]]`. Each value is tried as it is read, so that an error says where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default, deserialize_with = "detector")]
    detector: Option<String>,
    #[serde(deserialize_with = "pattern")]
    pattern: String,
    #[serde(deserialize_with = "reason")]
    reason: String,
}

impl GuardSettings {
    /// What is let through, each with its reason.
    pub fn allowed(&self) -> Vec<Allow> {
        let made = |entry: &Entry| Allow::new(entry.detector.as_deref(), &entry.pattern, &entry.reason).ok();
        self.allow.iter().filter_map(made).collect()
    }
}

fn tried(made: Result<Allow, AllowError>, value: String) -> Result<String, AllowError> {
    made.map(|_| value)
}

fn detector<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let name = String::deserialize(from)?;
    tried(Allow::new(Some(&name), "a", "a"), name).map(Some).map_err(D::Error::custom)
}

fn pattern<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    tried(Allow::new(None, &text, "a"), text).map_err(D::Error::custom)
}

fn reason<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    tried(Allow::new(None, "a", &text), text).map_err(D::Error::custom)
}
