//! Looks a name up as this machine does, and asks for a name beside it that can't be there.

mod look;
mod query;
mod server;
mod verdict;

#[cfg(test)]
mod tests;

use super::{About, Control, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::time::Duration;
use tokio::time::Instant;

/// Looks a name up as this machine does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dns {
    /// The name. `$KEY` takes the value from the stack's `.env`.
    pub name: String,
    /// The addresses that it has to have, and no others.
    #[serde(default)]
    pub expected: Vec<IpAddr>,
    /// An answer slower than this warns, in milliseconds.
    pub warn_ms: Option<u64>,
    /// Also ask for a random name beside it, which has to be refused.
    #[serde(default = "default_control")]
    pub negative_control: bool,
    /// A name that has an address as long as the resolver works.
    pub control_name: Option<String>,
    /// A name server to ask instead of this machine's resolver: an address, or address:port.
    pub server: Option<String>,
}

fn default_control() -> bool {
    true
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// What the resolver said.
    pub answer: Answer,
    /// How long it took, in milliseconds.
    pub lookup_ms: u64,
    /// What it said of a name that can't be there.
    pub control: Control,
    /// Why there is no address, or not all of them, as name servers say.
    #[serde(default)]
    pub why: Option<Why>,
    /// Whether the control name has an address, where there is one.
    #[serde(default)]
    pub vantage: Option<bool>,
}

/// Why a name server gives no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// There is no such name.
    Nxdomain,
    /// The name is there, and has no address.
    NoAddress,
    /// The server failed.
    Servfail,
    /// The server does not answer such questions, or not to this host.
    Refused,
    /// Another code.
    Code(u8),
    /// No answer in time.
    Timeout,
    /// Nothing listens there, or there is no way to it.
    NoServer,
    /// What answered makes no sense.
    Garbled,
    /// There are more addresses than fit into the answer.
    Truncated,
}

/// An answer of the resolver, as far as `getaddrinfo` tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Addresses, each once, in order.
    Found(Vec<IpAddr>),
    /// There is no such name, or it has no address.
    NoName,
    /// The resolver failed: no server, no answer, a refusal.
    Failed,
}

impl Kind for Dns {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "dns",
        asks: "Looks a name up through this machine's resolver, and asks for a random name beside it that can't be \
               there.",
        pass_means: "The name has addresses here: exactly the expected ones, or some, where names that do not exist \
                     have none.",
        blind_to: "What a container is told: it has a resolver of its own. Whether anything answers at the address. \
                   The hosts file counts as well as DNS. Records other than addresses.",
        options: &[
            OptionDoc::new("name", "required", "The name. `$KEY` takes the value from the stack's `.env`."),
            OptionDoc::new(
                "expected",
                "[]",
                "The addresses that it has to have, and no others. With them a wildcard does not make the answer void.",
            ),
            OptionDoc::new("warn_ms", "none", "An answer slower than this warns, in milliseconds."),
            OptionDoc::new(
                "negative_control",
                "true",
                "Also ask for a random name beside it, which has to be refused: a wildcard answers for every name.",
            ),
            OptionDoc::new(
                "control_name",
                "none",
                "A name that has an address as long as the resolver works: a resolver that fails for this one and not \
                 for that fails the probe, one that fails for both says nothing.",
            ),
            OptionDoc::new(
                "server",
                "none",
                "A name server to ask by UDP instead of this machine's resolver: an address, or address:port.",
            ),
        ],
        reasons: verdict::REASONS,
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(8),
        half_life: Duration::from_mins(2),
    };

    fn claim(&self) -> String {
        format!("{} has the addresses it should have", line(&self.name))
    }

    async fn observe(&self, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
        look::look(self, at, deadline).await
    }

    fn judge(&self, seen: &Seen, _at: Timestamp) -> Judgement {
        verdict::judge(self, seen)
    }
}
