//! Looks at one container: state, health, restarts, memory.

use super::{About, Judgement, Kind, Place, ProbeError};
use crate::evidence::{Unknown, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Looks at one container: state, health, restarts, memory.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Container {
    /// The container's name.
    pub name: String,
    /// The daemon's endpoint; `DOCKER_HOST`, then the usual socket, unless given.
    pub host: Option<String>,
    /// How long it has to be up before its being up counts, in seconds.
    #[serde(default = "default_min_uptime")]
    pub min_uptime_s: u64,
    /// Share of its memory limit, in percent, from which it warns.
    #[serde(default = "default_memory_percent")]
    pub memory_warn_percent: u8,
}

fn default_min_uptime() -> u64 {
    60
}

fn default_memory_percent() -> u8 {
    90
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {}

impl Kind for Container {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "container",
        asks: "Looks at one container: state, health, restarts, memory.",
        pass_means: "",
        blind_to: "",
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(5),
        half_life: Duration::from_secs(300),
    };

    fn claim(&self) -> String {
        String::new()
    }

    async fn observe(&self, _at: &Place) -> Result<Seen, ProbeError> {
        Err(ProbeError::new(Unknown::NotBuilt, "seam"))
    }

    fn judge(&self, _seen: &Seen, _now: Timestamp) -> Judgement {
        Judgement {
            verdict: Verdict::Unknown(Unknown::NeverRun),
            summary: String::new(),
            hint: None,
            facts: Vec::new(),
            as_of: None,
        }
    }
}
