//! Asks the Docker daemon whether it answers.

use super::docker_reasons::docker_reasons;
use super::{About, Control, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::evidence::{Fact, Quantity, Unknown, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;

/// Asks the Docker daemon whether it answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Docker {
    /// The daemon's endpoint; `DOCKER_HOST`, then the usual socket, unless given.
    pub host: Option<String>,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// It said which version it is.
    Answered {
        /// The engine's version.
        version: String,
        /// The API's version.
        api: String,
        /// How long that took, in milliseconds.
        took_ms: u64,
        /// Asked for a container that can't be there.
        control: Control,
    },
    /// The socket is there, and nobody listens.
    Refused,
    /// The connection was dropped before an answer.
    Dropped,
    /// It accepted, and did not answer in time.
    Silent,
    /// It answered that it failed.
    ServerError(u16),
}

impl Kind for Docker {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "docker",
        asks: "Asks the Docker daemon for its version, and for a container that can't be there.",
        pass_means: "The daemon answers questions, and says no where it has to.",
        blind_to: "Every container: the daemon answers while all of them are down.",
        options: &[OptionDoc::new(
            "host",
            "none",
            "The daemon's endpoint, `unix://` or `tcp://`; `DOCKER_HOST`, then the usual socket, unless given.",
        )],
        reasons: docker_reasons![("control_unclear", "It says its version, and does not answer about containers."),],
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(5),
        half_life: Duration::from_mins(2),
    };

    fn claim(&self) -> String {
        "the Docker daemon answers".to_owned()
    }

    fn credential(&self) -> String {
        "docker socket".to_owned()
    }

    #[cfg(feature = "docker")]
    async fn observe(&self, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
        use super::engine::{Engine, Trouble};
        use super::net::{before, millis_since, short};
        let engine = Engine::open(self.host.as_deref(), at)?;
        let start = Instant::now();
        let answer = match engine.ask(before(deadline), engine.docker.version()).await {
            Ok(answer) => answer,
            Err(Trouble::Refused) => return Ok(Seen::Refused),
            Err(Trouble::Dropped) => return Ok(Seen::Dropped),
            Err(Trouble::Silent) if engine.is_local => return Ok(Seen::Silent),
            Err(Trouble::ServerError(status)) => return Ok(Seen::ServerError(status)),
            Err(Trouble::NotFound) => return Err(Trouble::NotDocker.error(&engine.shown)),
            Err(trouble) => return Err(trouble.error(&engine.shown)),
        };
        // `{}` parses as a version too: what names no API is no Docker Engine.
        let (Some(version), Some(api)) = (answer.version, answer.api_version) else {
            return Err(Trouble::NotDocker.error(&engine.shown));
        };
        let took_ms = millis_since(start);
        let absent = format!("readback-must-not-exist-{}", uuid::Uuid::now_v7().simple());
        let control = match engine.ask(deadline, engine.docker.inspect_container(&absent, None)).await {
            Ok(_) => Control::Passed,
            Err(Trouble::NotFound) => Control::Refused,
            Err(_) => Control::Unclear,
        };
        Ok(Seen::Answered { version: short(&version, 40), api: short(&api, 40), took_ms, control })
    }

    #[cfg(not(feature = "docker"))]
    async fn observe(&self, _at: &Place, _deadline: Instant) -> Result<Seen, ProbeError> {
        Err(super::not_built("docker"))
    }

    fn judge(&self, seen: &Seen, _at: Timestamp) -> Judgement {
        let status = "systemctl status docker";
        match seen {
            Seen::Answered { version, api, took_ms, control } => {
                let (verdict, summary) = match control {
                    Control::Refused => (Verdict::Pass, format!("Docker {version} answers")),
                    Control::Passed => (
                        Verdict::Unknown(Unknown::Void),
                        "it also knows a container that can't be there: this is not a Docker Engine".to_owned(),
                    ),
                    Control::Unclear | Control::NotAsked => (
                        Verdict::Warn,
                        format!("Docker {version} says its version, but does not answer about containers"),
                    ),
                };
                let judgement = Judgement::new(verdict, summary).facts(vec![
                    Fact::text("version", version.as_str()),
                    Fact::text("API", api.as_str()),
                    Fact::new("answer", Quantity::Millis(*took_ms)),
                    control.fact(),
                ]);
                if verdict == Verdict::Warn { judgement.reason("control_unclear") } else { judgement }
            }
            Seen::Refused => {
                Judgement::new(Verdict::Fail, "the socket is there, and nobody listens: the daemon has stopped")
                    .reason("refused")
                    .hint(status)
            }
            Seen::Dropped => Judgement::new(Verdict::Fail, "the connection was dropped before an answer came")
                .reason("reset")
                .hint(status),
            Seen::Silent => {
                Judgement::new(Verdict::Fail, "it accepts connections and does not answer: the daemon hangs")
                    .reason("timeout")
                    .hint(status)
            }
            Seen::ServerError(code) => {
                Judgement::new(Verdict::Fail, format!("the daemon says that it failed (status {code})"))
                    .reason("server_error")
                    .hint("journalctl -u docker -n 50")
            }
        }
    }
}
