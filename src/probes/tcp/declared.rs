//! Where a port should be bound to, by the `ports:` of a service in the compose file.

use crate::env::compose::{Template, parse};
use crate::env::dotenv;
use crate::env::interpolate::substitute;
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::files::read_limited;
use crate::probes::spec::ENV_LIMIT;
use crate::probes::{Place, ProbeError};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

/// The most that is read of a compose file, in bytes.
const COMPOSE_LIMIT: u64 = 4 * 1024 * 1024;

/// The addresses of this host under which the compose file publishes the port for the service; none where it
/// does not publish it.
pub(super) async fn addresses(at: &Place, file: &Path, service: &str, port: u16) -> Result<Vec<IpAddr>, ProbeError> {
    let (shown, named) = (file.to_string_lossy(), line(service));
    let wrong = |what: String| {
        ProbeError::new(Unknown::NotConfigured, format!("the compose file {} {what}", line(&shown)))
            .hint("docker compose config --quiet")
    };
    let bytes = read_limited(&at.path(file), COMPOSE_LIMIT).await.map_err(|trouble| wrong(trouble.to_string()))?;
    let compose = parse(&bytes).map_err(|error| wrong(format!("is refused: {error}")))?;
    let found = compose.service(service).ok_or_else(|| wrong(format!("has no service {named}")))?;
    let env = read_limited(&at.path(Path::new(".env")), ENV_LIMIT).await.unwrap_or_default();
    let values = dotenv::parse(&env).and_then(|file| file.values(&|_| None)).unwrap_or_default();
    let lookup = |name: &str| values.get(name).map(|found| found.value.expose().to_vec());
    let mut addresses = Vec::new();
    for template in &found.ports {
        let text = text_of(template, &lookup).ok_or_else(|| wrong(format!("has ports of {named} without a value")))?;
        addresses.extend(published(&text).filter(|(_, ports)| ports.0 <= port && port <= ports.1).map(|(ip, _)| ip));
    }
    addresses.sort_unstable();
    addresses.dedup();
    Ok(addresses)
}

fn text_of(template: &Template, lookup: &impl Fn(&str) -> Option<Vec<u8>>) -> Option<String> {
    let bytes = if template.interpolated {
        substitute(template.text.expose(), lookup).ok()?.bytes
    } else {
        template.text.expose().to_vec()
    };
    String::from_utf8(bytes).ok()
}

/// The address and the first and last port of `[[IP:]HOST:]CONTAINER[/PROTOCOL]`, where it is TCP and names a
/// port of the host.
pub(super) fn published(text: &str) -> Option<(IpAddr, (u16, u16))> {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let (before, _container) = ports.rsplit_once(':').filter(|_| protocol == "tcp")?;
    let (ip, host) = before.rsplit_once(':').unwrap_or(("", before));
    let ip = match ip.trim_matches(['[', ']']) {
        // Docker binds both families; the one address stands for all.
        "" => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        ip => ip.parse().ok()?,
    };
    let (first, last) = host.split_once('-').unwrap_or((host, host));
    Some((ip, (first.parse().ok()?, last.parse().ok()?)))
}
