//! Questions to the resolver. `getaddrinfo` tells "no such name" from "the resolver failed", and no more; what it
//! says in words is not kept. Its verdict counts, for it is the application's; the reason is asked of the servers.

use super::{Answer, Dns, Seen, Why, server};
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::files::read_limited;
use crate::probes::{Control, Place, ProbeError, net};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;
use tokio::net::lookup_host;
use tokio::time::{Instant, timeout_at};

/// Where the resolver's servers stand.
const RESOLV_CONF: &str = "/etc/resolv.conf";
/// How long the servers may take to say why.
const REASON_TIMEOUT: Duration = Duration::from_secs(1);
/// The most that is read of it, in bytes.
const RESOLV_LIMIT: u64 = 64 * 1024;

pub(super) async fn look(options: &Dns, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
    let shown = line(&options.name);
    let not_configured = |what: &str| ProbeError::new(Unknown::NotConfigured, format!("{shown} {what}"));
    let name = at.resolve(&options.name).await?;
    if name.is_empty() {
        return Err(not_configured("is empty: there is no name to look up"));
    }
    if name.parse::<IpAddr>().is_ok() {
        return Err(not_configured("is an address, not a name: there is nothing to look up"));
    }
    let resolver = Resolver::of(options)?;
    let start = Instant::now();
    let until = net::before(deadline);
    let ((found, lookup_ms), vantage) = tokio::join!(
        async {
            let found = resolver.ask(&name, until).await;
            (found, net::millis_since(start))
        },
        vantage(&resolver, options.control_name.as_deref(), until),
    );
    let (answer, why) = found.ok_or_else(|| not_configured("can't be asked for: it is no name of DNS"))?;
    let why = match (&answer, &resolver) {
        (Answer::Failed, Resolver::System) => {
            reason(&name, deadline.min(Instant::now() + REASON_TIMEOUT)).await.or(why)
        }
        _ => why,
    };
    let control = match answer {
        Answer::Found(_) if options.negative_control => {
            let absent = beside(&name, &format!("readback-{}", uuid::Uuid::now_v7().simple()));
            resolver.ask(&absent, deadline).await.map_or(Control::Unclear, |(answer, _)| control_of(&answer))
        }
        _ => Control::NotAsked,
    };
    Ok(Seen { answer, lookup_ms, control, why, vantage })
}

/// Who is asked.
enum Resolver {
    /// This machine's own, with its hosts file.
    System,
    /// A server.
    Server(SocketAddr),
}

impl Resolver {
    fn of(options: &Dns) -> Result<Self, ProbeError> {
        let Some(text) = &options.server else { return Ok(Self::System) };
        let wrong = || format!("the server ({}) is neither an address nor address:port", line(text));
        server::address(text).map(Self::Server).ok_or_else(|| ProbeError::new(Unknown::NotConfigured, wrong()))
    }

    /// What it says of a name. `None` where the name can't be asked for.
    async fn ask(&self, name: &str, deadline: Instant) -> Option<(Answer, Option<Why>)> {
        match self {
            Self::System => Some(match timeout_at(deadline, ask(name)).await {
                Ok(answer) => (answer, None),
                Err(_) => (Answer::Failed, Some(Why::Timeout)),
            }),
            Self::Server(server) => server::ask(*server, name, deadline).await,
        }
    }
}

/// Whether the control name has an address: a resolver that knows no name at all says nothing of one.
async fn vantage(resolver: &Resolver, name: Option<&str>, deadline: Instant) -> Option<bool> {
    let answer = resolver.ask(name?, deadline).await;
    Some(matches!(answer, Some((Answer::Found(addresses), _)) if !addresses.is_empty()))
}

/// Why there is no address, by the servers of this machine.
async fn reason(name: &str, deadline: Instant) -> Option<Why> {
    let text = read_limited(Path::new(RESOLV_CONF), RESOLV_LIMIT).await.unwrap_or_default();
    server::why(&server::servers(&String::from_utf8_lossy(&text)), name, deadline).await
}

async fn ask(name: &str) -> Answer {
    match lookup_host((name, 0)).await {
        Ok(found) => {
            let mut addresses: Vec<IpAddr> = found.map(|address| address.ip()).collect();
            addresses.sort_unstable();
            addresses.dedup();
            Answer::Found(addresses)
        }
        Err(error) => refusal(&error.to_string()),
    }
}

/// What a resolver's words mean: those of glibc, musl and macOS. Other words say nothing of the name.
pub(super) fn refusal(words: &str) -> Answer {
    let absent = ["not known", "does not resolve", "No address associated", "No data", "nodename nor servname"];
    if absent.iter().any(|words_of| words.contains(words_of)) { Answer::NoName } else { Answer::Failed }
}

pub(super) fn control_of(answer: &Answer) -> Control {
    match answer {
        Answer::Found(addresses) if !addresses.is_empty() => Control::Passed,
        Answer::Found(_) | Answer::NoName => Control::Refused,
        Answer::Failed => Control::Unclear,
    }
}

/// The name with another first label. A name of one label has none beside it but one of its kind.
pub(super) fn beside(name: &str, label: &str) -> String {
    match name.split_once('.') {
        Some((_, rest)) if !rest.is_empty() => format!("{label}.{rest}"),
        Some(_) => format!("{label}."),
        None => label.to_owned(),
    }
}
