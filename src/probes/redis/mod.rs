//! Asks a Redis server about itself over the connection the application would use.

mod look;
mod resp;
mod verdict;

#[cfg(test)]
mod tests;

use super::{About, Control, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;

/// Asks a Redis server about itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redis {
    /// Host name or address. `$KEY` takes the value from the stack's `.env`.
    pub host: String,
    /// Port. `$KEY` as above.
    #[serde(default = "default_port")]
    pub port: String,
    /// User. `$KEY` as above.
    pub user: Option<String>,
    /// The key of the stack's `.env` that holds the password; the value never enters the configuration.
    pub password_key: Option<String>,
    /// Whether a replica is as good as a master.
    #[serde(default)]
    pub allow_replica: bool,
    /// An answer slower than this warns, in milliseconds.
    pub warn_ms: Option<u64>,
}

fn default_port() -> String {
    "6379".to_owned()
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// It answered `PONG`.
    Answered(Answer),
    /// The host is there, and nothing listens.
    Refused,
    /// Something accepts connections there, and does not answer in time.
    Silent,
    /// The connection ended before the answer did.
    Dropped,
    /// What answers does not speak Redis.
    NotRedis,
    /// What answers speaks TLS, and nothing else.
    TlsRequired {
        /// When its certificate ends.
        not_after: Option<Timestamp>,
    },
    /// The server said no: the first word of its error (`NOAUTH`).
    Rejected(String),
}

/// What a server that answers says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Looking the name up, in milliseconds.
    #[serde(default)]
    pub lookup_ms: u64,
    /// Connecting, in milliseconds.
    pub connect_ms: u64,
    /// `PING`, in milliseconds.
    pub ping_ms: u64,
    /// What `INFO` says; `None` where this user may not ask.
    pub info: Option<Info>,
    /// A command that no server has.
    pub control: Control,
}

/// The part of `INFO` that a verdict needs. What a server does not say is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// Its version.
    pub version: Option<String>,
    /// `standalone`, `cluster` or `sentinel`.
    #[serde(default)]
    pub mode: Option<String>,
    /// `master` or `slave`.
    pub role: Option<String>,
    /// Whether a replica's link to its master is up.
    pub link_up: Option<bool>,
    /// Whether it is still reading its data in.
    pub loading: Option<bool>,
    /// Whether its last snapshot was written.
    pub snapshot_ok: Option<bool>,
    /// Whether its append-only file was written.
    pub append_ok: Option<bool>,
    /// Memory in use, in bytes.
    pub used_memory: Option<u64>,
    /// How much it may use, in bytes; 0 is without a limit.
    pub max_memory: Option<u64>,
    /// What it does at the limit (`noeviction`).
    pub policy: Option<String>,
    /// Whether any key may expire; `None` where there is no key.
    #[serde(default)]
    pub can_expire: Option<bool>,
    /// How many replicas are good enough to write; only where it writes with enough of them only.
    #[serde(default)]
    pub good_replicas: Option<u64>,
    /// Whether it is a node of a cluster.
    #[serde(default)]
    pub cluster: Option<bool>,
    /// Whether that cluster takes questions.
    #[serde(default)]
    pub cluster_ok: Option<bool>,
    /// Client connections.
    pub clients: Option<u64>,
    /// For how long it has been up, in seconds.
    pub uptime_s: Option<u64>,
}

impl Kind for Redis {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "redis",
        asks: "Connects as the application would, asks for PONG and for INFO, and gives a command that no server has.",
        pass_means: "The server took this user and password, answered, takes writes as far as it says, keeps its data \
                     as configured, and refuses a command that does not exist.",
        blind_to: "TLS: it connects in plain text only, and says so of a server that wants it. Single keys, a \
                   cluster's other nodes. A write is not tried. The network as a container sees it.",
        options: &[
            OptionDoc::new("host", "required", "Host name or address. `$KEY` takes the value from the stack's `.env`."),
            OptionDoc::new("port", "\"6379\"", "Port, as a string. `$KEY` as above."),
            OptionDoc::new("user", "none", "User, where the server has more than one. `$KEY` as above."),
            OptionDoc::new(
                "password_key",
                "none",
                "The key of the stack's `.env` that holds the password; the value never enters the configuration.",
            ),
            OptionDoc::new(
                "allow_replica",
                "false",
                "Whether a replica, which takes no writes, is as good as a master.",
            ),
            OptionDoc::new("warn_ms", "none", "An answer slower than this warns, in milliseconds."),
        ],
        reasons: verdict::REASONS,
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(5),
        half_life: Duration::from_mins(2),
    };

    fn claim(&self) -> String {
        format!("Redis at {} answers and takes writes", line(&self.host))
    }

    fn credential(&self) -> String {
        match (&self.user, &self.password_key) {
            (Some(user), _) => format!("user {}", line(user)),
            (None, Some(_)) => "user default".to_owned(),
            (None, None) => "none".to_owned(),
        }
    }

    async fn observe(&self, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
        look::look(self, at, deadline).await
    }

    fn judge(&self, seen: &Seen, _at: Timestamp) -> Judgement {
        verdict::judge(self, seen)
    }
}
