//! Opens a TCP connection.

use super::net::{self, Door};
use super::{About, Control, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::evidence::{Fact, Quantity, Unknown, Verdict};
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::Instant;

/// Opens a TCP connection.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tcp {
    /// Host name or address. `$KEY` takes the value from the stack's `.env`.
    pub host: String,
    /// Port. `$KEY` as above.
    pub port: String,
    /// Connecting slower than this warns, in milliseconds.
    pub warn_ms: Option<u64>,
    /// Also knock at port 1 of the same host, which has to stay shut: there are firewalls and proxies
    /// that accept every connection.
    #[serde(default = "default_control")]
    pub negative_control: bool,
}

fn default_control() -> bool {
    true
}

/// A port on which nothing has listened for decades.
const SHUT_PORT: u16 = 1;
/// How long the control may take: most firewalls drop it without a word.
const CONTROL_TIMEOUT: Duration = Duration::from_millis(500);

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    door: Door,
    /// How many addresses the name has.
    addresses: u64,
    lookup_ms: u64,
    connect_ms: u64,
    control: Control,
}

impl Kind for Tcp {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "tcp",
        asks: "Looks a name up, opens a TCP connection, and knocks at a port that has to stay shut.",
        pass_means: "Something accepted a connection there, from this host, a moment ago.",
        blind_to: "What accepted, and whether it works: the kernel accepts for a process that hangs, a proxy for a \
                   service that is gone. A name may resolve otherwise inside a container.",
        options: &[
            OptionDoc::new("host", "required", "Host name or address. `$KEY` takes the value from the stack's `.env`."),
            OptionDoc::new("port", "required", "Port, as a string. `$KEY` as above."),
            OptionDoc::new("warn_ms", "none", "Connecting slower than this warns, in milliseconds."),
            OptionDoc::new(
                "negative_control",
                "true",
                "Also knock at port 1 of the same host, which has to stay shut: there are firewalls and proxies that \
                 accept every connection.",
            ),
        ],
        reasons: &[],
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(5),
        half_life: Duration::from_mins(2),
    };

    fn claim(&self) -> String {
        format!("{} accepts connections", self.shown())
    }

    async fn observe(&self, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
        let host = at.resolve(&self.host).await?;
        let port = net::port(&at.resolve(&self.port).await?, &self.port)?;
        let start = Instant::now();
        let addresses = net::look_up(&host, port, &self.host, deadline).await?;
        let lookup_ms = net::millis_since(start);
        let start = Instant::now();
        let door = net::knock(&addresses, &self.shown(), deadline).await?;
        let connect_ms = net::millis_since(start);
        let control = if self.negative_control && door == Door::Open {
            control(&addresses, deadline).await
        } else {
            Control::NotAsked
        };
        Ok(Seen { door, addresses: addresses.len() as u64, lookup_ms, connect_ms, control })
    }

    fn judge(&self, seen: &Seen, _at: Timestamp) -> Judgement {
        let shown = self.shown();
        let slow = self.warn_ms.is_some_and(|limit| seen.connect_ms > limit);
        let judgement = match seen.door {
            Door::Open if seen.control == Control::Passed => {
                let summary = format!(
                    "{shown} accepts, but so does a port that has to be shut: something in between accepts all"
                );
                Judgement::new(Verdict::Unknown(Unknown::Void), summary)
            }
            Door::Open if slow => {
                Judgement::new(Verdict::Warn, format!("{shown} accepts, slowly: {} ms", seen.connect_ms))
            }
            Door::Open => Judgement::new(Verdict::Pass, format!("{shown} accepts connections")),
            Door::Refused => {
                Judgement::new(Verdict::Fail, format!("refused: the host of {shown} is there, and nothing listens"))
                    .hint("ss -ltnp, on that host")
            }
            Door::Reset => Judgement::new(Verdict::Fail, format!("{shown} drops connections at once")),
        };
        judgement.facts(vec![
            Fact::new("addresses", Quantity::Count(seen.addresses)),
            Fact::new("lookup", Quantity::Millis(seen.lookup_ms)),
            Fact::new("connect", Quantity::Millis(seen.connect_ms)),
            seen.control.fact(),
        ])
    }
}

/// A host that refuses shows that acceptance means something; silence, the habit of firewalls, shows
/// neither.
async fn control(addresses: &[SocketAddr], deadline: Instant) -> Control {
    let shut: Vec<SocketAddr> = addresses.iter().map(|address| SocketAddr::new(address.ip(), SHUT_PORT)).collect();
    match net::knock(&shut, "", deadline.min(Instant::now() + CONTROL_TIMEOUT)).await {
        Ok(Door::Open) => Control::Passed,
        Ok(Door::Refused) => Control::Refused,
        Ok(Door::Reset) | Err(_) => Control::Unclear,
    }
}

impl Tcp {
    fn shown(&self) -> String {
        line(&format!("{}:{}", self.host, self.port)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(door: Door, connect_ms: u64, control: Control) -> Verdict {
        let tcp = Tcp { host: "db".into(), port: "5432".into(), warn_ms: Some(100), negative_control: true };
        tcp.judge(&Seen { door, addresses: 1, lookup_ms: 0, connect_ms, control }, Timestamp::UNIX_EPOCH).verdict
    }

    #[test]
    fn a_port_passes_only_where_not_every_port_is_open() {
        assert_eq!(judged(Door::Open, 1, Control::Refused), Verdict::Pass);
        assert_eq!(judged(Door::Open, 1, Control::Unclear), Verdict::Pass);
        assert_eq!(judged(Door::Open, 1, Control::Passed), Verdict::Unknown(Unknown::Void));
        assert_eq!(judged(Door::Open, 101, Control::Refused), Verdict::Warn);
        assert_eq!(judged(Door::Refused, 1, Control::NotAsked), Verdict::Fail);
        assert_eq!(judged(Door::Reset, 1, Control::NotAsked), Verdict::Fail);
    }
}
