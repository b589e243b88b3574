//! Looks a name up as this machine does, and asks for a name beside it that can't be there.

mod look;

#[cfg(test)]
mod tests;

use super::{About, Control, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::evidence::{Fact, Quantity, Unknown, Verdict};
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
                   The hosts file counts as well as DNS. Why a resolver failed; records other than addresses.",
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
        ],
        reasons: &[],
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
        let (verdict, summary, hint) = self.weigh(seen);
        let mut facts = Vec::new();
        if let Answer::Found(addresses) = &seen.answer {
            facts.push(Fact::text("addresses", some(addresses)));
        }
        facts.push(Fact::new("lookup", Quantity::Millis(seen.lookup_ms)));
        facts.push(seen.control.fact());
        let judgement = Judgement::new(verdict, summary).facts(facts);
        match hint {
            Some(hint) => judgement.hint(hint),
            None => judgement,
        }
    }
}

impl Dns {
    fn weigh(&self, seen: &Seen) -> (Verdict, String, Option<String>) {
        let name = line(&self.name);
        let ask = || Some(format!("getent ahosts {name}; the same inside the container that uses it"));
        let addresses = match &seen.answer {
            Answer::Found(addresses) => addresses,
            Answer::NoName => {
                return (Verdict::Fail, format!("there is no such name from this host: {name}"), ask());
            }
            Answer::Failed => {
                let summary = format!("{name} can't be looked up: the resolver failed");
                return (Verdict::Unknown(Unknown::Unreachable), summary, Some("cat /etc/resolv.conf".to_owned()));
            }
        };
        let others: Vec<IpAddr> = addresses.iter().filter(|found| !self.expected.contains(found)).copied().collect();
        let missing: Vec<IpAddr> = self.expected.iter().filter(|wanted| !addresses.contains(wanted)).copied().collect();
        if addresses.is_empty() {
            return (Verdict::Fail, format!("{name} has no address"), ask());
        }
        if !self.expected.is_empty() && !others.is_empty() {
            return (Verdict::Fail, format!("{name} has an address that is not expected: {}", some(&others)), ask());
        }
        if !missing.is_empty() {
            return (Verdict::Warn, format!("{name} lacks an address: {}", some(&missing)), ask());
        }
        // What was expected can't come from a wildcard by chance.
        if self.expected.is_empty() && seen.control == Control::Passed {
            let summary = format!("{name} has an address, but so has a name that can't be there: a wildcard");
            return (Verdict::Unknown(Unknown::Void), summary, Some("say which addresses are expected".to_owned()));
        }
        if self.expected.is_empty() && seen.control == Control::Unclear {
            let summary = format!("{name} has an address; whether every name has one is not clear");
            return (Verdict::Warn, summary, Some("cat /etc/resolv.conf".to_owned()));
        }
        if self.warn_ms.is_some_and(|limit| seen.lookup_ms > limit) {
            let summary = format!("{name} is looked up slowly: {} ms", seen.lookup_ms);
            return (Verdict::Warn, summary, Some("cat /etc/resolv.conf".to_owned()));
        }
        (Verdict::Pass, format!("{name} is {}", some(addresses)), None)
    }
}

/// The first few of some addresses.
fn some(addresses: &[IpAddr]) -> String {
    const MOST: usize = 4;
    let shown: Vec<String> = addresses.iter().take(MOST).map(ToString::to_string).collect();
    let shown = shown.join(", ");
    if addresses.len() > MOST { format!("{shown} and {} more", addresses.len() - MOST) } else { shown }
}
