//! Asks a PostgreSQL server a question over the connection the application would use.

pub(super) mod connect;
pub(super) mod door;
mod look;
mod reasons;
mod verdict;

#[cfg(test)]
mod tests;

use super::net::TlsFault;
use super::{About, Control, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::guard::line;
use connect::Login;
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
    /// Also looks at the certificate as `verify-full` would, and warns where the connection does not.
    #[serde(default)]
    pub verify: bool,
    /// A certificate that is verified and ends within this many days warns.
    #[serde(default = "default_expiry_days")]
    pub expiry_warn_days: u16,
    /// Connecting and logging in slower than this warns, in milliseconds.
    pub warn_ms: Option<u64>,
    /// An answer slower than this warns, in milliseconds.
    pub warn_query_ms: Option<u64>,
    /// From this share of its connections on, in percent, it warns.
    #[serde(default = "default_connections_percent")]
    pub connections_warn_percent: u64,
    /// Whether a server that takes no writes is as good as one that does.
    #[serde(default)]
    pub allow_read_only: bool,
    /// A question of the application's own; it has to bring a row, and no false.
    pub query: Option<String>,
    /// How long that question may take, in milliseconds.
    #[serde(default = "default_query_limit")]
    pub query_limit_ms: u64,
}

fn default_port() -> String {
    "5432".to_owned()
}

fn default_expiry_days() -> u16 {
    14
}

fn default_connections_percent() -> u64 {
    90
}

fn default_query_limit() -> u64 {
    1000
}

fn default_sslmode() -> String {
    "require".to_owned()
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "one is made for each look, and most are answers")]
pub enum Seen {
    /// It answered the question.
    Answered(Answer),
    /// The host is there, and nothing listens.
    Refused,
    /// Something accepts connections there, and does not answer this in time.
    Silent(Step),
    /// The connection ended at this.
    Dropped(Step),
    /// What answers does not speak PostgreSQL.
    NotPostgres,
    /// The server offers no TLS, and the connection asks for it.
    NoTls,
    /// The server takes nobody without TLS, and the connection does not ask for it.
    TlsRequired,
    /// TLS did not come about.
    Tls {
        /// Why.
        fault: TlsFault,
        /// When the certificate ends.
        not_after: Option<Timestamp>,
    },
    /// The server said no.
    Rejected {
        /// The five characters of its SQLSTATE.
        sqlstate: String,
        /// To what.
        #[serde(default)]
        step: Step,
    },
}

/// How far a look came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The connection is open: the wish for TLS, and the handshake.
    Tls,
    /// The login.
    #[default]
    Login,
    /// What the server says of itself.
    Question,
}

/// What became of the application's own question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The answer.
    pub seen: CheckSeen,
    /// From the question to it, in milliseconds.
    pub took_ms: u64,
}

/// How the application's own question was answered. Nothing of a row is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckSeen {
    /// There is a row, and its first column is not false.
    Held,
    /// The first column of the first row is false, or a truth value that is not known.
    False,
    /// There is no row.
    NoRow,
    /// The server said no: its SQLSTATE.
    Rejected(String),
    /// No answer in time, not even that it took too long.
    Silent,
    /// The connection ended.
    Dropped,
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
    /// How many of them are for superusers only.
    #[serde(default)]
    pub reserved: u64,
    /// When the server was started, by its clock.
    pub started_at: Option<Timestamp>,
    /// What its clock said when it answered.
    #[serde(default)]
    pub server_time: Option<Timestamp>,
    /// How long before the end of the look that was, in milliseconds.
    #[serde(default)]
    pub since_ms: u64,
    /// The way to it.
    #[serde(default)]
    pub way: door::Way,
    /// The application's own question, where there is one.
    #[serde(default)]
    pub check: Option<Check>,
    /// Asked for a database that can't be there.
    pub control: Control,
}

impl Kind for Postgres {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "postgres",
        asks: "Connects as the application would, asks the server about itself, and asks for a database that can't be \
               there.",
        pass_means: "The server took this role, password and TLS mode, answered a query, takes writes as far as it \
                     says, refuses a database that does not exist, and the application's own question held, if there \
                     is one.",
        blind_to: "A disk that is full: whether a write would work is asked, not tried. Locks and the application's \
                   own tables, unless `query` asks for them. Under `require`, whether it is the right server: only \
                   `verify-full` says so. The network as a container sees it.",
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
            OptionDoc::new(
                "verify",
                "false",
                "Also looks at the certificate as `verify-full` would, and warns of what `require` does not see.",
            ),
            OptionDoc::new(
                "expiry_warn_days",
                "14",
                "A certificate that ends within this many days warns, where it is verified or `verify` is set.",
            ),
            OptionDoc::new("warn_ms", "none", "Connecting and logging in slower than this warns, in milliseconds."),
            OptionDoc::new("warn_query_ms", "none", "An answer slower than this warns, in milliseconds."),
            OptionDoc::new(
                "connections_warn_percent",
                "90",
                "Share of the connections that are not kept for superusers, in percent, from which it warns.",
            ),
            OptionDoc::new(
                "allow_read_only",
                "false",
                "Whether a server that takes no writes (a standby, a read-only one) is as good as one that does.",
            ),
            OptionDoc::new(
                "query",
                "none",
                "One statement of the application's own, run in a read-only transaction. It has to bring a row, whose \
                 first column is not false; nothing of the row is kept.",
            ),
            OptionDoc::new("query_limit_ms", "1000", "How long that statement may take, in milliseconds."),
        ],
        reasons: reasons::REASONS,
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

    fn judge(&self, seen: &Seen, at: Timestamp) -> Judgement {
        verdict::judge(self, seen, at)
    }
}

impl Postgres {
    fn login(&self) -> Login<'_> {
        Login {
            host: &self.host,
            port: &self.port,
            user: &self.user,
            database: &self.database,
            password_key: self.password_key.as_deref(),
            sslmode: &self.sslmode,
            ca: self.ca.as_deref(),
        }
    }
}
