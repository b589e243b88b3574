//! Reads the stack's `.env` and asks whether the required keys are there and non-empty.

use super::{About, Judgement, Kind, Place, ProbeError};
use crate::evidence::{Unknown, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Reads the stack's `.env` and asks whether the required keys are there and non-empty.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvFile {
    /// The file, relative to the stack.
    #[serde(default = "default_path")]
    pub path: std::path::PathBuf,
    /// The template whose REQUIRED keys have to be there and non-empty.
    pub template: Option<std::path::PathBuf>,
}

fn default_path() -> std::path::PathBuf {
    ".env".into()
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {}

impl Kind for EnvFile {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "env-file",
        asks: "Reads the stack's `.env` and asks whether the required keys are there and non-empty.",
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
