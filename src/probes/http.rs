//! Asks a route, and a path that must not exist.

use super::{About, Judgement, Kind, Place, ProbeError};
use crate::evidence::{Unknown, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Asks a route, and a path that must not exist.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// `http://` or `https://`.
    pub url: String,
    /// The status that counts.
    #[serde(default = "default_status")]
    pub status: u16,
    /// The body has to contain this.
    pub must_contain: Option<String>,
    /// The body must not contain this.
    pub must_not_contain: Option<String>,
    /// Also ask a random path, which has to be refused; on unless turned off with a reason.
    #[serde(default = "default_control")]
    pub negative_control: bool,
}

fn default_status() -> u16 {
    200
}

fn default_control() -> bool {
    true
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {}

impl Kind for Http {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "http",
        asks: "Asks a route, and a path that must not exist.",
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
