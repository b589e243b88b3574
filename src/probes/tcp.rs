//! Opens a TCP connection.

use super::net::{self, Door};
use super::{About, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::evidence::{Fact, Quantity, Verdict};
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
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
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    door: Door,
    /// How many addresses the name has.
    addresses: u64,
    lookup_ms: u64,
    connect_ms: u64,
}

impl Kind for Tcp {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "tcp",
        asks: "Looks a name up and opens a TCP connection.",
        pass_means: "Something accepted a connection there, from this host, a moment ago.",
        blind_to: "What accepted, and whether it works: the kernel accepts for a process that hangs, a proxy for a \
                   service that is gone. A name may resolve otherwise inside a container.",
        options: &[
            OptionDoc::new("host", "required", "Host name or address. `$KEY` takes the value from the stack's `.env`."),
            OptionDoc::new("port", "required", "Port, as a string. `$KEY` as above."),
            OptionDoc::new("warn_ms", "none", "Connecting slower than this warns, in milliseconds."),
        ],
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
        Ok(Seen { door, addresses: addresses.len() as u64, lookup_ms, connect_ms: net::millis_since(start) })
    }

    fn judge(&self, seen: &Seen, _at: Timestamp) -> Judgement {
        let shown = self.shown();
        let slow = self.warn_ms.is_some_and(|limit| seen.connect_ms > limit);
        let judgement = match seen.door {
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
        ])
    }
}

impl Tcp {
    fn shown(&self) -> String {
        line(&format!("{}:{}", self.host, self.port)).into_owned()
    }
}
