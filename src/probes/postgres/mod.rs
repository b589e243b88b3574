//! Asks a PostgreSQL server a question over the connection the application would use.

mod look;
mod verdict;

#[cfg(test)]
mod tests;

use super::net::TlsFault;
use super::{About, Control, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;

/// Asks a PostgreSQL server a question over the connection the application would use.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Postgres {
    /// Host name or address, or the folder of a socket. `$KEY` takes the value from the stack's `.env`.
    pub host: String,
    /// Port. `$KEY` as above.
    #[serde(default = "default_port")]
    pub port: String,
    /// Role. `$KEY` as above.
    pub user: String,
    /// Database. `$KEY` as above.
    pub database: String,
    /// The key of the stack's `.env` that holds the password; the value never enters the configuration.
    pub password_key: Option<String>,
    /// `disable`, `prefer` (warns when the server falls back to plain text), `require` (the least that
    /// counts as TLS), `verify-ca` or `verify-full`. `$KEY` as above.
    #[serde(default = "default_sslmode")]
    pub sslmode: String,
    /// A CA file, for `verify-ca` and `verify-full`, besides the system's.
    pub ca: Option<std::path::PathBuf>,
    /// Connecting slower than this warns, in milliseconds.
    pub warn_ms: Option<u64>,
}

fn default_port() -> String {
    "5432".to_owned()
}

fn default_sslmode() -> String {
    "require".to_owned()
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// It answered the question.
    Answered(Answer),
    /// The host is there, and nothing listens.
    Refused,
    /// Something accepts connections there, and does not answer in time.
    Silent,
    /// The connection ended before the answer did.
    Dropped,
    /// The server offers no TLS, and the connection asks for it.
    NoTls,
    /// TLS did not come about.
    Tls(TlsFault),
    /// The server said no.
    Rejected {
        /// The five characters of its SQLSTATE.
        sqlstate: String,
    },
}

/// What a server that answers says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Connecting, with TLS and the password, in milliseconds.
    pub connect_ms: u64,
    /// The question, in milliseconds.
    pub query_ms: u64,
    /// The server's version.
    pub version: String,
    /// The `sslmode` that was asked for, its `$KEY` resolved.
    pub sslmode: String,
    /// The version of TLS on this connection.
    pub tls: Option<String>,
    /// Whether it is a standby, or is replaying.
    pub in_recovery: bool,
    /// Whether transactions are read-only unless they say otherwise.
    pub read_only: bool,
    /// Client connections that this role sees.
    pub clients: u64,
    /// How many it takes.
    pub max_connections: u64,
    /// When the server was started.
    pub started_at: Option<Timestamp>,
    /// Asked for a database that can't be there.
    pub control: Control,
}

impl Kind for Postgres {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "postgres",
        asks: "Connects as the application would, asks the server about itself, and asks for a database that can't be \
               there.",
        pass_means: "The server took this role, password and TLS mode, answered a query, takes writes, and refuses a \
                     database that does not exist.",
        blind_to: "Locks and the application's own tables. The certificate, under `require`: only `verify-full` says \
                   that it is the right server. The network as a container sees it.",
        options: &[
            OptionDoc::new(
                "host",
                "required",
                "Host name or address, or the folder of a socket. `$KEY` takes the value from the stack's `.env`.",
            ),
            OptionDoc::new("port", "\"5432\"", "Port, as a string. `$KEY` as above."),
            OptionDoc::new("user", "required", "Role. `$KEY` as above."),
            OptionDoc::new("database", "required", "Database. `$KEY` as above."),
            OptionDoc::new(
                "password_key",
                "none",
                "The key of the stack's `.env` that holds the password; the value never enters the configuration.",
            ),
            OptionDoc::new(
                "sslmode",
                "\"require\"",
                "`disable`, `prefer` (warns when the server falls back to plain text), `require` (the least that \
                 counts as TLS), `verify-ca` or `verify-full`. `$KEY` as above.",
            ),
            OptionDoc::new("ca", "none", "A CA file, for `verify-ca` and `verify-full`, besides the system's."),
            OptionDoc::new("warn_ms", "none", "Connecting slower than this warns, in milliseconds."),
        ],
        reasons: &[],
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(8),
        half_life: Duration::from_mins(2),
    };

    fn claim(&self) -> String {
        format!("PostgreSQL at {} answers as {} in {}", line(&self.host), line(&self.user), line(&self.database))
    }

    fn credential(&self) -> String {
        format!("role {}", line(&self.user))
    }

    async fn observe(&self, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
        look::look(self, at, deadline).await
    }

    fn judge(&self, seen: &Seen, _at: Timestamp) -> Judgement {
        verdict::judge(self, seen)
    }
}
