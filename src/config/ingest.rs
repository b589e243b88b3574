//! `[ingest]` and `[backfill]`: how others' rows come in.

use super::value::{self, Zone};
use crate::timeline::ingest::{Columns, Source};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::path::PathBuf;
use std::time::Duration;

/// `[ingest]`: how `readback ingest` listens, and what it takes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IngestSettings {
    /// The label that names the incident; without it, the group's first alert does.
    pub incident_label: Option<String>,
    /// The file that holds the token senders show.
    pub token_file: Option<PathBuf>,
    /// The variable of the environment that holds it.
    pub token_env: Option<String>,
    /// Alertmanager's `resolve_timeout`.
    #[serde(deserialize_with = "value::duration")]
    pub resolve_timeout: Duration,
    /// The most bytes of a request.
    #[serde(deserialize_with = "bytes")]
    pub max_bytes: usize,
    /// The most alerts of a request.
    #[serde(deserialize_with = "count")]
    pub max_alerts: usize,
    /// The most requests in a second.
    #[serde(deserialize_with = "count")]
    pub rate: usize,
    /// The most connections at once.
    #[serde(deserialize_with = "count")]
    pub connections: usize,
}

impl Default for IngestSettings {
    fn default() -> Self {
        Self {
            incident_label: None,
            token_file: None,
            token_env: None,
            resolve_timeout: Duration::from_mins(5),
            max_bytes: 4 * 1024 * 1024,
            max_alerts: 5_000,
            rate: 1_000,
            connections: 256,
        }
    }
}

/// `[backfill]`: what another service's tables and columns are called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackfillSettings {
    /// The zone of times that name none.
    pub timezone: Utc,
    /// Its incidents.
    pub incidents: Columns,
    /// Its approval records.
    pub approvals: Columns,
    /// Its audit log.
    pub audit_logs: Columns,
}

impl BackfillSettings {
    /// The columns of a table.
    pub fn columns(&self, source: Source) -> &Columns {
        match source {
            Source::Incidents => &self.incidents,
            Source::Approvals => &self.approvals,
            Source::AuditLogs => &self.audit_logs,
        }
    }
}

/// A zone that is UTC unless something else is said: a database's time without one is usually that.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Utc(pub Zone);

impl Default for Utc {
    fn default() -> Self {
        Self(Zone::named("UTC").unwrap_or_default())
    }
}

fn count<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    bounded(from, 1, 100_000)
}

fn bytes<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    bounded(from, 1_024, 64 * 1024 * 1024)
}

fn bounded<'de, D: Deserializer<'de>>(from: D, least: usize, most: usize) -> Result<usize, D::Error> {
    let count = usize::deserialize(from)?;
    if (least..=most).contains(&count) {
        Ok(count)
    } else {
        Err(D::Error::custom(format!("not from {least} to {most}")))
    }
}
