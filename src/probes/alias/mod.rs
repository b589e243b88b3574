//! The name service as the application sees it: does a name lead, inside a container, to a running container?

mod leads;
#[cfg(feature = "docker")]
mod look;
#[cfg(feature = "docker")]
mod names;
mod verdict;

#[cfg(test)]
mod tests;

pub(crate) use leads::{Leads, leads};

use super::container::Status;
use super::docker_reasons::docker_reasons;
use super::{About, Control, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;

/// Asks whether a host name leads, inside a container, to a running container.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// The container of the application.
    pub app: String,
    /// The host that it connects to; `$KEY` takes the value from the stack's `.env`.
    pub host: Option<String>,
    /// Instead of `host`: the variable of the running container that holds the host.
    pub variable: Option<String>,
    /// Whether the host is meant to be none of the containers.
    #[serde(default)]
    pub external: bool,
    /// The daemon's endpoint; `DOCKER_HOST`, then the usual socket, unless given.
    pub docker_host: Option<String>,
}

/// What was seen. The host itself is not in it: a variable may hold anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// The daemon knows no container of the application's name.
    AppAbsent,
    /// The application's container does not run.
    AppStopped(Status),
    /// The container shares the host's network: names are looked up as on the host.
    HostNetwork,
    /// The container is attached to no network.
    NoNetwork,
    /// Its networks were looked at.
    Looked(Look),
}

/// What the networks of the application hold for the name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// What kind of name it is.
    pub name: Name,
    /// Where a fixed address leads: the host is one, or `extra_hosts` gives it one.
    pub fixed: Option<Fixed>,
    /// The application's networks that have names: not Docker's own bridge.
    pub networks: Vec<String>,
    /// The containers that carry the name, on whatever network.
    pub carriers: Vec<Carrier>,
    /// There are more containers than are looked at.
    pub more: bool,
    /// A name that can't exist.
    pub control: Control,
}

/// What kind of name a host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Name {
    /// One without a dot, as containers have.
    Plain,
    /// One with a dot: a container may carry it, and most are of the world outside.
    Dotted,
    /// An address, which nothing looks up.
    Address,
    /// The container itself (`localhost`).
    Itself,
}

/// Where an address leads that no name service gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fixed {
    /// Out of the application's networks: nothing is known.
    Outside,
    /// To a container on one of its networks that runs.
    Running(String),
    /// To one that is paused.
    Paused(String),
    /// Into one of its networks, where nobody has it.
    Nobody,
}

/// A container that carries the name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carrier {
    /// Its name.
    pub container: String,
    /// Docker's word for its state.
    pub status: Status,
    /// The network that it shares with the application and carries the name on.
    pub shares: Option<String>,
    /// It is the application's own container.
    pub is_app: bool,
    /// Its Compose project and service: replicas share a name on purpose.
    pub service: Option<String>,
}

const REASONS: &[(&str, &str)] = docker_reasons![
    ("app_missing", "There is no container of the application's name."),
    ("app_stopped", "The application's container does not run."),
    ("host_network", "The container shares the host's network; the kind dns asks there."),
    ("no_network", "The container is attached to no network."),
    ("no_variable", "The container has no such variable, or it holds no host."),
    ("no_carrier", "No container carries the name: inside the container it leads nowhere."),
    ("not_shared", "A container carries the name, and shares no network with the application."),
    ("target_stopped", "The container that carries the name does not run."),
    ("target_paused", "The container that carries the name is paused: the name leads there, and nothing answers."),
    ("ambiguous", "Containers of several services carry the name: it leads now to one, now to the other."),
    ("itself", "The name leads to the application's container itself."),
    ("address", "The host is an address of a container, which the next start may give to another one."),
    ("address_dead", "The address is in the application's network, and no running container has it."),
    ("fixed_outside", "`extra_hosts` gives the name an address outside; nothing is known of what is there."),
    ("not_a_name", "The host is an address outside: nothing looks it up; the kind tcp knocks there."),
    ("external_name", "No container carries the name; it may be one of the world outside, which the kind dns asks."),
    ("shadowed", "The name is meant to lead outside, and a container takes it."),
    ("too_many", "There are more containers than are looked at."),
];

impl Kind for Alias {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "alias",
        asks: "Asks the Docker daemon which container carries a host name on the networks of the application's \
               container. Nothing is run in it, and nothing is sent to it.",
        pass_means: "Inside the application's container the name leads to a running container: by its name, an alias, a \
                     link, or a fixed address. With `external`: no container takes a name that is meant to lead outside.",
        blind_to: "Whether anything listens there, and names of the world outside (the kind dns asks for those). \
                   Services of a Swarm. A resolver or `/etc/hosts` that was changed inside the container.",
        options: &[
            OptionDoc::new("app", "required", "The container of the application."),
            OptionDoc::new(
                "host",
                "none",
                "The host that it connects to. `$KEY` takes the value from the stack's `.env`. This or `variable`.",
            ),
            OptionDoc::new(
                "variable",
                "none",
                "The variable of the running container that holds the host; its value is not shown.",
            ),
            OptionDoc::new("external", "false", "Whether the host is meant to be none of the containers."),
            OptionDoc::new(
                "docker_host",
                "none",
                "The daemon's endpoint; `DOCKER_HOST`, then the usual socket, unless given.",
            ),
        ],
        reasons: REASONS,
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(8),
        half_life: Duration::from_mins(2),
    };

    fn claim(&self) -> String {
        let (app, host) = (line(&self.app), self.shown());
        if self.external {
            return format!("inside {app}, no container takes the name {host}, which leads outside");
        }
        format!("inside {app}, {host} leads to a running container")
    }

    /// What the daemon keeps for the container's resolver, not what this host's resolver says.
    fn vantage(&self) -> String {
        format!("container:{}", line(&self.app))
    }

    fn credential(&self) -> String {
        "docker socket".to_owned()
    }

    #[cfg(feature = "docker")]
    async fn observe(&self, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
        look::look(self, at, deadline).await
    }

    #[cfg(not(feature = "docker"))]
    async fn observe(&self, _at: &Place, _deadline: Instant) -> Result<Seen, ProbeError> {
        Err(super::not_built("docker"))
    }

    fn judge(&self, seen: &Seen, _at: Timestamp) -> Judgement {
        verdict::judge(self, seen)
    }
}

impl Alias {
    /// The host as the configuration has it: never a value that was read.
    fn shown(&self) -> String {
        match (&self.host, &self.variable) {
            (Some(host), _) => line(host).into_owned(),
            (None, Some(variable)) => format!("the host in its variable {}", line(variable)),
            (None, None) => "the host".to_owned(),
        }
    }
}
