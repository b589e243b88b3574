//! Asks whether the stack's configuration is well over all its layers: what the env pane shows, as one verdict.

mod verdict;

#[cfg(test)]
mod tests;

use super::layers::StackLayers;
use super::{About, Judgement, Kind, OptionDoc, Options, Place, ProbeError};
use crate::config::{EnvSettings, SecretSpec};
use crate::env::findings::RULES;
use crate::env::{Finding, Layer, Matrix, Severity, compare, disk_equals_secrets, running_equals_disk};
use crate::evidence::{Known, Unknown};
use crate::guard::{Fingerprinter, Secret};
use jiff::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Asks whether the stack's configuration is well.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Env {
    /// The ids of findings that don't count.
    #[serde(default, deserialize_with = "finding_ids")]
    pub ignore: Vec<String>,
    /// What the rest of readback.toml says of the layers; see [`Options::tell_layers`].
    #[serde(skip)]
    layers: Option<Arc<StackLayers>>,
}

fn finding_ids<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let ids = Vec::<String>::deserialize(from)?;
    if ids.iter().all(|id| RULES.iter().any(|rule| rule.id == id)) {
        return Ok(ids);
    }
    Err(D::Error::custom("not a finding's id; `readback check` and the env pane show them"))
}

impl Options {
    /// Tells a probe that compares layers where they stand, and one that reads the stack's file how that is written:
    /// `[env]` and the `[[secret]]`s are not among its own options. Does nothing for the other kinds.
    pub fn tell_layers(&mut self, settings: &EnvSettings, secrets: &[SecretSpec]) {
        match self {
            Self::Env(env) => env.layers = Some(Arc::new(StackLayers::new(settings, secrets))),
            Self::EnvFile(probe) if probe.format.is_none() && probe.path == settings.file => {
                probe.format = Some(settings.format);
            }
            _ => {}
        }
    }
}

/// What was seen: counts, ids and names of keys, no value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// How many keys there are over all layers.
    pub keys: u64,
    /// Findings that are errors: how many of each id, those that are ignored left out.
    pub errors: BTreeMap<String, u64>,
    /// The same of warnings.
    pub warnings: BTreeMap<String, u64>,
    /// Whether what runs is what the next recreate loads.
    pub running: Known,
    /// Whether the file is what the secrets say.
    pub secrets: Known,
    /// The layers that are configured and could not be read, and why.
    pub unread: Vec<(Layer, String)>,
    /// The layers that are configured.
    pub configured: Vec<Layer>,
}

impl Kind for Env {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "env",
        asks: "Reads every layer of the configuration that `[env]` and the `[[secret]]`s name, and compares them, as \
               the env pane does.",
        pass_means: "Each of those layers was read, no finding is an error or a warning, what runs is what stands on \
                     disk, and that is what the secrets say.",
        blind_to: "Layers that are not configured. Whether a value works: two layers can agree on a wrong one.",
        options: &[OptionDoc::new(
            "ignore",
            "[]",
            "The ids of findings that don't count, `hardcoded_in_compose` for one: where it is meant to be so.",
        )],
        reasons: &[
            ("disk_differs_from_secrets", "The file is not what the secrets say."),
            (
                "restart_not_safe",
                "An error stands in what the next recreate loads, and what runs does not have it yet.",
            ),
            ("findings_error", "A finding is an error."),
            ("layer_unread", "A layer that is configured could not be read."),
            ("running_differs", "What runs is not what the next recreate loads."),
            ("findings_warn", "A finding is a warning."),
            ("one_layer", "Only one layer is configured: there is nothing to compare."),
        ],
        every: Duration::from_mins(1),
        timeout: Duration::from_secs(20),
        half_life: Duration::from_mins(3),
    };

    fn claim(&self) -> String {
        "every layer of the configuration agrees, and nothing in it is wrong".to_owned()
    }

    fn credential(&self) -> String {
        "file".to_owned()
    }

    async fn observe(&self, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
        let Some(layers) = &self.layers else {
            let message = "the layers of the configuration were not told to the probe";
            return Err(ProbeError::new(Unknown::NotConfigured, message));
        };
        let late = |_| ProbeError::new(Unknown::TimedOut, "the layers were not read in time");
        let crashed = || ProbeError::new(Unknown::Crashed, "reading the layers crashed (a bug; see the log)");
        let read = timeout_at(deadline, layers.read(at)).await.map_err(late)?.ok_or_else(crashed)?;
        let (this, told) = (self.clone(), Arc::clone(layers));
        // Fingerprints are compared within this look only, so nobody needs their key afterwards.
        let fingerprinter = Fingerprinter::new(&Secret::new(uuid::Uuid::now_v7().into_bytes()));
        let seen = tokio::task::spawn_blocking(move || {
            this.seen(&compare(&read, told.rules(), &fingerprinter), &told.configured())
        });
        timeout_at(deadline, seen).await.map_err(late)?.map_err(|_| crashed())
    }

    fn judge(&self, seen: &Seen, _at: Timestamp) -> Judgement {
        verdict::judge(seen)
    }
}

impl Env {
    /// What is kept of a comparison.
    fn seen(&self, matrix: &Matrix, configured: &[Layer]) -> Seen {
        let all: Vec<&Finding> = matrix.rows.iter().flat_map(|row| &row.findings).chain(&matrix.findings).collect();
        let count = |severity| {
            let mut ids = BTreeMap::new();
            let counts = |finding: &&&Finding| finding.severity == severity && !self.ignore.contains(&finding.id);
            for finding in all.iter().filter(counts) {
                *ids.entry(finding.id.clone()).or_default() += 1;
            }
            ids
        };
        Seen {
            keys: matrix.rows.len() as u64,
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            running: running_equals_disk(matrix),
            secrets: disk_equals_secrets(matrix),
            unread: matrix.unread.iter().filter(|(layer, _)| configured.contains(layer)).cloned().collect(),
            configured: configured.to_vec(),
        }
    }
}
