//! Asks whether alerts still arrive: a log that is quiet and a feed that is dead look alike, unless something beats.

mod alertmanager;
mod sql;
mod verdict;

#[cfg(test)]
mod tests;

use super::postgres::connect::Login;
use super::{About, Control, Judgement, Kind, OptionDoc, Place, ProbeError, words};
use crate::evidence::Unknown;
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;

/// Asks whether alerts still arrive. One of `host`, `path` and `url` says where they do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// A PostgreSQL server that holds `alert_operation_log`. `$KEY` takes the value from the stack's `.env`.
    pub host: Option<String>,
    /// Port. `$KEY` as above.
    #[serde(default = "default_port")]
    pub port: String,
    /// Role. `$KEY` as above.
    pub user: Option<String>,
    /// Database. `$KEY` as above.
    pub database: Option<String>,
    /// The key of the stack's `.env` that holds the password; the value never enters the configuration.
    pub password_key: Option<String>,
    /// As of the kind `postgres`. `$KEY` as above.
    #[serde(default = "default_sslmode")]
    pub sslmode: String,
    /// A CA file to trust besides the system's.
    pub ca: Option<PathBuf>,
    /// A SQLite file that holds `alert_operation_log`, relative to the stack.
    pub path: Option<PathBuf>,
    /// The address of an Alertmanager.
    pub url: Option<String>,
    /// The heartbeat: rows of this actor.
    pub actor: Option<String>,
    /// The heartbeat: rows of this type.
    pub event_type: Option<String>,
    /// The heartbeat: rows, or alerts, of this name.
    pub alert_name: Option<String>,
    /// A newest one older than this means that the feed is silent, in seconds.
    #[serde(default = "default_within")]
    pub within_s: u64,
}

fn default_port() -> String {
    "5432".to_owned()
}

fn default_sslmode() -> String {
    "require".to_owned()
}

fn default_within() -> u64 {
    600
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The time of the newest heartbeat, or of the newest row of any other program.
    pub newest: Option<Timestamp>,
    /// The clock that times are told by, when it answered; without one it is this host's.
    pub source_time: Option<Timestamp>,
    /// How long before the end of the look that was, in milliseconds.
    pub since_ms: u64,
    /// Whether there are some from the near future: then the clock of whoever writes them is wrong.
    pub from_the_future: bool,
    /// Asked for a name that can't exist.
    pub control: Control,
}

/// Where alerts arrive.
enum Source<'a> {
    Postgres(Login<'a>),
    Sqlite(&'a std::path::Path),
    Alertmanager(&'a str),
}

impl Kind for Feed {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "feed",
        asks: "Looks for the newest heartbeat among the alerts that arrive: in the table `alert_operation_log` of \
               PostgreSQL or SQLite, or at an Alertmanager. Reads only.",
        pass_means: "A heartbeat (or, where none is configured, any alert) arrived within its time, and a name that \
                     can't exist has none.",
        blind_to: "Alerts that are lost while the heartbeat gets through: each rule, each route. Whether anybody is \
                   told. What the console itself writes does not count.",
        options: &[
            OptionDoc::new(
                "host",
                "none",
                "A PostgreSQL server that holds `alert_operation_log`: this, `path` or `url` has to be there. `$KEY` \
                 takes the value from the stack's `.env`.",
            ),
            OptionDoc::new("port", "\"5432\"", "Its port, as a string. `$KEY` as above."),
            OptionDoc::new("user", "none", "Its role; required with `host`. `$KEY` as above."),
            OptionDoc::new("database", "none", "Its database; required with `host`. `$KEY` as above."),
            OptionDoc::new(
                "password_key",
                "none",
                "The key of the stack's `.env` that holds the password; the value never enters the configuration.",
            ),
            OptionDoc::new("sslmode", "\"require\"", "As of the kind `postgres`. `$KEY` as above."),
            OptionDoc::new("ca", "none", "A CA file to trust besides the system's."),
            OptionDoc::new("path", "none", "A SQLite file that holds `alert_operation_log`, relative to the stack."),
            OptionDoc::new("url", "none", "The address of an Alertmanager (`http://127.0.0.1:9093`)."),
            OptionDoc::new("actor", "none", "The heartbeat: rows of this actor."),
            OptionDoc::new("event_type", "none", "The heartbeat: rows of this type."),
            OptionDoc::new(
                "alert_name",
                "none",
                "The heartbeat: rows or alerts of this name, such as the alert that always fires.",
            ),
            OptionDoc::new(
                "within_s",
                "600",
                "A newest one older than this means that the feed is silent, in seconds. Evidence ages from the \
                 heartbeat on: a longer time wants a longer `half_life`.",
            ),
        ],
        reasons: verdict::REASONS,
        every: Duration::from_mins(1),
        timeout: Duration::from_secs(8),
        half_life: Duration::from_mins(15),
    };

    fn claim(&self) -> String {
        let within = words::span(Duration::from_secs(self.within_s));
        format!("alerts arrive in {}: {} within {within}", self.shown(), self.wanted())
    }

    fn credential(&self) -> String {
        match (&self.host, &self.user, &self.path) {
            (Some(_), Some(user), _) => format!("role {}", line(user)),
            (None, _, Some(_)) => "file".to_owned(),
            _ => "none".to_owned(),
        }
    }

    async fn observe(&self, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
        match self.source()? {
            Source::Postgres(login) => sql::postgres(self, &login, at, deadline).await,
            Source::Sqlite(path) => sql::sqlite(self, &at.path(path), deadline).await,
            Source::Alertmanager(url) => alertmanager::ask(self, url, at, deadline).await,
        }
    }

    fn judge(&self, seen: &Seen, at: Timestamp) -> Judgement {
        verdict::judge(self, seen, at)
    }
}

impl Feed {
    fn source(&self) -> Result<Source<'_>, ProbeError> {
        let wrong = |what: &str| Err(ProbeError::new(Unknown::NotConfigured, what.to_owned()));
        match (&self.host, &self.path, &self.url) {
            (Some(host), None, None) => {
                let (Some(user), Some(database)) = (&self.user, &self.database) else {
                    return wrong("host wants user and database beside it");
                };
                Ok(Source::Postgres(Login {
                    host,
                    port: &self.port,
                    user,
                    database,
                    password_key: self.password_key.as_deref(),
                    sslmode: &self.sslmode,
                    ca: self.ca.as_deref(),
                }))
            }
            (None, Some(path), None) => Ok(Source::Sqlite(path)),
            (None, None, Some(_)) if self.actor.is_some() || self.event_type.is_some() => {
                wrong("an Alertmanager knows no actor and no event_type: its heartbeat is an alert_name")
            }
            (None, None, Some(url)) => Ok(Source::Alertmanager(url)),
            _ => wrong("where alerts arrive is said by one of: host, path, url"),
        }
    }

    /// Whether a heartbeat is configured: without one nobody can tell a quiet log from a dead feed.
    fn has_heartbeat(&self) -> bool {
        self.actor.is_some() || self.event_type.is_some() || self.alert_name.is_some()
    }

    /// What is looked for.
    fn wanted(&self) -> String {
        let parts = [&self.actor, &self.event_type, &self.alert_name];
        let named: Vec<String> = parts.into_iter().flatten().map(|word| line(word).into_owned()).collect();
        if named.is_empty() { "a row".to_owned() } else { format!("heartbeat {}", named.join(" ")) }
    }

    /// Where it is looked for; no user, password or query of an address.
    fn shown(&self) -> String {
        match (&self.host, &self.path, &self.url) {
            (Some(host), ..) => line(host).into_owned(),
            (_, Some(path), _) => line(&path.to_string_lossy()).into_owned(),
            (.., Some(url)) => alertmanager::shown(url),
            _ => "nowhere".to_owned(),
        }
    }
}
