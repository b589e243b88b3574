//! Opens a TCP connection, and on this host sees who listens there, against who should.

mod binding;
mod declared;
mod verdict;

#[cfg(test)]
mod tests;

use super::net::{self, Door};
use super::{About, Control, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::evidence::Unknown;
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

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
    /// The address of this host that the port should be bound to, and no other that others can reach.
    pub bind: Option<IpAddr>,
    /// The name of the process that should listen.
    pub owner: Option<String>,
    /// The service of the compose file whose `ports:` say what it should be bound to.
    pub service: Option<String>,
    /// The compose file.
    #[serde(default = "default_compose")]
    pub compose: PathBuf,
}

fn default_control() -> bool {
    true
}

fn default_compose() -> PathBuf {
    "docker-compose.yml".into()
}

/// A port on which nothing has listened for decades.
const SHUT_PORT: u16 = 1;
/// How long the control may take: most firewalls drop it without a word.
const CONTROL_TIMEOUT: Duration = Duration::from_millis(500);

/// How long a connection has to be kept; what hangs up at once does so sooner.
const HOLD: Duration = Duration::from_millis(150);

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    door: Door,
    /// How many addresses the name has.
    addresses: u64,
    lookup_ms: u64,
    connect_ms: u64,
    control: Control,
    /// Who listens on this host, where that was asked.
    #[serde(default)]
    binding: Option<Binding>,
}

/// Who should listen on a port of this host, and who does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The addresses that it should be bound to; `None` where nobody says, none where nothing should listen.
    declared: Option<Vec<IpAddr>>,
    /// Who does.
    listeners: Listeners,
}

/// Who listens on a port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listeners(Vec<Listener>);

/// A socket that listens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Listener {
    /// The address it is bound to.
    address: IpAddr,
    /// The names of the processes that hold it; none where this user may not see.
    owners: Vec<String>,
}

impl Kind for Tcp {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "tcp",
        asks: "Looks a name up, opens a TCP connection, and knocks at a port that has to stay shut. On this host it also \
               sees which address the port is bound to and by which process, where an option says what it should be.",
        pass_means: "Something accepted a connection there, from this host, a moment ago, and did not drop it at once; and where it was asked, the \
                     port is bound where it should be, by whom it should be.",
        blind_to: "What accepted, and whether it works: the kernel accepts for a process that hangs, a proxy for a \
                   service that hangs. A name may resolve otherwise inside a container. Who listens on another host; \
                   without root, another user's process; a port that is forwarded without a process.",
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
            OptionDoc::new(
                "bind",
                "none",
                "The address of this host that the port should be bound to, and no other that others can reach.",
            ),
            OptionDoc::new("owner", "none", "The name of the process that should listen, as /proc/PID/comm has it."),
            OptionDoc::new(
                "service",
                "none",
                "The service of the compose file whose `ports:` say what it should be bound to; unless `owner` says \
                 otherwise, a container engine's proxy should listen.",
            ),
            OptionDoc::new("compose", "docker-compose.yml", "The compose file, for `service`."),
        ],
        reasons: verdict::REASONS,
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
        let addresses = net::look_up(&host, port, &self.host, deadline).await.map_err(|error| error.id("dns"))?;
        let lookup_ms = net::millis_since(start);
        let binding = self.binding(at, port, &addresses, deadline).await?;
        let start = Instant::now();
        let door = net::knock(&addresses, &self.shown(), deadline).await?;
        let connect_ms = net::millis_since(start);
        let door = if door == Door::Open { held(&addresses, deadline).await } else { door };
        let control = if self.negative_control && door == Door::Open {
            control(&addresses, deadline).await
        } else {
            Control::NotAsked
        };
        Ok(Seen { door, addresses: addresses.len() as u64, lookup_ms, connect_ms, control, binding })
    }

    fn judge(&self, seen: &Seen, _at: Timestamp) -> Judgement {
        verdict::judge(self, seen)
    }
}

/// Whether a connection is kept for a moment. A proxy accepts for a service that is gone, and hangs up when it has
/// seen that nobody is behind it.
async fn held(addresses: &[SocketAddr], deadline: Instant) -> Door {
    let until = deadline.min(Instant::now() + HOLD);
    let read = async {
        let mut stream = TcpStream::connect(addresses).await?;
        stream.read(&mut [0]).await
    };
    match timeout_at(until, read).await {
        Ok(Ok(0) | Err(_)) => Door::Reset,
        // It speaks first, or waits for the other side to.
        Ok(Ok(_)) | Err(_) => Door::Open,
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

/// Whether an address is one of this host's: only such a one can be bound to.
fn is_of_this_host(address: IpAddr) -> bool {
    UdpSocket::bind((address, 0)).is_ok()
}

impl Tcp {
    fn shown(&self) -> String {
        line(&format!("{}:{}", self.host, self.port)).into_owned()
    }

    /// Who listens, where an option asks for it.
    async fn binding(
        &self,
        at: &Place,
        port: u16,
        addresses: &[SocketAddr],
        deadline: Instant,
    ) -> Result<Option<Binding>, ProbeError> {
        if self.bind.is_none() && self.owner.is_none() && self.service.is_none() {
            return Ok(None);
        }
        if !addresses.iter().all(|address| is_of_this_host(address.ip())) {
            let message = format!("{} is not this host: who listens there can't be seen from here", self.shown());
            return Err(ProbeError::new(Unknown::NotConfigured, message).hint("leave out bind, owner and service"));
        }
        let declared = match (self.bind, &self.service) {
            (Some(address), _) => Some(vec![address]),
            (None, Some(service)) => Some(declared::addresses(at, &self.compose, service, port).await?),
            (None, None) => None,
        };
        let late = || ProbeError::new(Unknown::TimedOut, "reading who listens, of /proc, took too long");
        let listeners = timeout_at(deadline, binding::listeners(Path::new("/proc"), port)).await;
        let listeners = listeners.map_err(|_| late())?.map_err(|trouble| {
            ProbeError::new(
                Unknown::Unreachable,
                format!("/proc/net/tcp {trouble}: who listens is known on Linux only"),
            )
        })?;
        Ok(Some(Binding { declared, listeners }))
    }
}
