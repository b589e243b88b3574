//! Asks a PostgreSQL server a question over the connection the application would use.

use super::{About, Judgement, Kind, Place, ProbeError};
use crate::evidence::{Unknown, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Asks a PostgreSQL server a question over the connection the application would use.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Postgres {
    /// Host name or address, or the folder of a socket. `$KEY` takes the value from the stack's `.env`.
    pub host: String,
    /// Port.
    #[serde(default = "default_port")]
    pub port: String,
    /// Role. `$KEY` as above.
    pub user: String,
    /// Database. `$KEY` as above.
    pub database: String,
    /// The key of the stack's `.env` that holds the password; the value never enters the configuration.
    pub password_key: Option<String>,
    /// `disable`, `require` (the least that counts as TLS), `verify-ca` or `verify-full`.
    #[serde(default = "default_sslmode")]
    pub sslmode: String,
    /// A CA file, for `verify-ca` and `verify-full`.
    pub ca: Option<std::path::PathBuf>,
}

fn default_port() -> String {
    "5432".to_owned()
}

fn default_sslmode() -> String {
    "require".to_owned()
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {}

impl Kind for Postgres {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "postgres",
        asks: "Asks a PostgreSQL server a question over the connection the application would use.",
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
