//! Two questions to the resolver. `getaddrinfo` tells "no such name" from "the resolver failed", and no
//! more; what it says in words is not kept.

use super::{Answer, Dns, Seen};
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::{Control, Place, ProbeError, net};
use std::net::IpAddr;
use tokio::net::lookup_host;
use tokio::time::{Instant, timeout_at};

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
    let start = Instant::now();
    let answer = timeout_at(net::before(deadline), ask(&name)).await.map_err(|_| {
        let message = format!("looking up {shown} took too long: the resolver does not answer");
        ProbeError::new(Unknown::TimedOut, message).hint("cat /etc/resolv.conf")
    })?;
    let lookup_ms = net::millis_since(start);
    let control = match answer {
        Answer::Found(_) if options.negative_control => {
            let absent = beside(&name, &format!("readback-{}", uuid::Uuid::now_v7().simple()));
            timeout_at(deadline, ask(&absent)).await.map_or(Control::Unclear, |answer| control_of(&answer))
        }
        _ => Control::NotAsked,
    };
    Ok(Seen { answer, lookup_ms, control })
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
