//! Asks the Docker daemon whether it answers.

use super::{About, Judgement, Kind, Place, ProbeError};
use crate::evidence::{Unknown, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Asks the Docker daemon whether it answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Docker {
    /// The daemon's endpoint; `DOCKER_HOST`, then the usual socket, unless given.
    pub host: Option<String>,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {}

impl Kind for Docker {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "docker",
        asks: "Asks the Docker daemon whether it answers.",
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
