//! Asks the daemon for every container and its networks. Nothing is run, and nothing is sent to a container.

use super::names::{End, Member, carriers, fixed, kind_of};
use super::{Alias, Look, Name, Seen};
use crate::evidence::Unknown;
use crate::guard::{Secret, line};
use crate::probes::container::{Status, inspect, state_of};
use crate::probes::engine::{Engine, Trouble};
use crate::probes::net::short;
use crate::probes::{Control, Place, ProbeError};
use bollard::models::{ContainerInspectResponse, EndpointSettings};
use bollard::query_parameters::ListContainersOptionsBuilder;
use tokio::time::Instant;

/// The most containers that are looked at.
const MOST: usize = 500;

pub(super) async fn look(options: &Alias, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
    let given = match (&options.host, &options.variable) {
        (Some(host), None) => Some(at.resolve(host).await?),
        (None, Some(_)) => None,
        _ => {
            let message = "either host or variable has to be set, and not both";
            return Err(ProbeError::new(Unknown::NotConfigured, message));
        }
    };
    let engine = Engine::open(options.docker_host.as_deref(), at)?;
    let Some(found) = inspect(&engine, &options.app, deadline).await? else { return Ok(Seen::AppAbsent) };
    let status = state_of(&found).ok_or_else(|| Trouble::NotDocker.error(&engine.shown))?.status;
    if status != Status::Running {
        return Ok(Seen::AppStopped(status));
    }
    let host = match given {
        Some(host) => host,
        None => of_variable(options, &found)?,
    };
    if host.trim().is_empty() {
        return Err(ProbeError::new(Unknown::NotConfigured, format!("{} is empty", options.shown())));
    }
    // Where one container uses the network of another, the names are those of the other.
    let joined = joined_to(&found);
    let networked = match joined {
        None => Some(found.clone()),
        Some(id) => by_id(&engine, &id, deadline).await?,
    };
    let Some(networked) = networked else { return Ok(Seen::NoNetwork) };
    if mode_of(&networked) == "host" {
        return Ok(Seen::HostNetwork);
    }
    let app = member(&networked);
    if app.ends.iter().all(|end| end.network == "none") {
        return Ok(Seen::NoNetwork);
    }
    let (all, more) = members(&engine, deadline).await?;
    Ok(Seen::Looked(looked(&app, &all, &host, &extra_hosts(&found, &networked), more)))
}

fn looked(app: &Member, all: &[Member], host: &str, extra: &[(String, String)], more: bool) -> Look {
    let name = kind_of(host);
    // `/etc/hosts` is read before any name is asked for.
    let given = extra.iter().find(|(name, _)| name.eq_ignore_ascii_case(host)).map(|(_, address)| address.as_str());
    let address = if name == Name::Address { Some(host) } else { given };
    let absent = format!("readback-must-not-exist-{}", uuid::Uuid::now_v7().simple());
    let is_refused = carriers(app, all, &absent).is_empty();
    Look {
        name,
        fixed: address.map(|address| fixed(app, all, address)),
        networks: app.ends.iter().filter(|end| end.has_names()).map(|end| short(&end.network, 80)).collect(),
        carriers: carriers(app, all, host),
        more,
        control: if is_refused { Control::Refused } else { Control::Passed },
    }
}

/// Every container of the daemon. One that is gone between two questions is left out.
async fn members(engine: &Engine, deadline: Instant) -> Result<(Vec<Member>, bool), ProbeError> {
    let query = ListContainersOptionsBuilder::new().all(true).build();
    let listed = engine.ask(deadline, engine.docker.list_containers(Some(query))).await;
    let listed = listed.map_err(|trouble| trouble.error(&engine.shown))?;
    let mut found = Vec::new();
    for id in listed.iter().filter_map(|summary| summary.id.as_deref()).take(MOST) {
        found.extend(by_id(engine, id, deadline).await?.as_ref().map(member));
    }
    Ok((found, listed.len() > MOST))
}

async fn by_id(engine: &Engine, id: &str, deadline: Instant) -> Result<Option<ContainerInspectResponse>, ProbeError> {
    match engine.ask(deadline, engine.docker.inspect_container(id, None)).await {
        Ok(found) => Ok(Some(found)),
        Err(Trouble::NotFound) => Ok(None),
        Err(trouble) => Err(trouble.error(&engine.shown)),
    }
}

/// The host that the container was started with. It is used and dropped.
fn of_variable(options: &Alias, found: &ContainerInspectResponse) -> Result<String, ProbeError> {
    let variable = options.variable.as_deref().unwrap_or_default();
    let entries = found.config.as_ref().and_then(|config| config.env.as_deref()).unwrap_or_default();
    let value = entries.iter().find_map(|entry| entry.split_once('=').filter(|(name, _)| *name == variable));
    let value = value.map(|(_, value)| Secret::from(value.to_owned()));
    let host = value.as_ref().and_then(|value| std::str::from_utf8(value.expose()).ok()).unwrap_or_default();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:[]".contains(&byte);
    if host.is_empty() || host.len() > 253 || !host.bytes().all(fits) {
        let (variable, app) = (line(variable), line(&options.app));
        let message = format!("the variable {variable} of {app} holds no host, or is not there");
        return Err(ProbeError::new(Unknown::NotConfigured, message).id("no_variable"));
    }
    Ok(host.to_owned())
}

fn mode_of(found: &ContainerInspectResponse) -> &str {
    found.host_config.as_ref().and_then(|config| config.network_mode.as_deref()).unwrap_or_default()
}

/// The container whose network this one uses.
fn joined_to(found: &ContainerInspectResponse) -> Option<String> {
    mode_of(found).strip_prefix("container:").map(str::to_owned)
}

/// `extra_hosts` of the container, and of the one whose network it uses: they share `/etc/hosts`.
fn extra_hosts(own: &ContainerInspectResponse, networked: &ContainerInspectResponse) -> Vec<(String, String)> {
    let of = |found: &ContainerInspectResponse| {
        found.host_config.as_ref().and_then(|config| config.extra_hosts.clone()).unwrap_or_default()
    };
    let entries = of(own).into_iter().chain(of(networked));
    let split =
        |entry: String| entry.split_once([':', '=']).map(|(name, address)| (name.to_owned(), address.to_owned()));
    entries.filter_map(split).collect()
}

fn member(found: &ContainerInspectResponse) -> Member {
    let ends = found.network_settings.as_ref().and_then(|settings| settings.networks.as_ref());
    let mut ends: Vec<End> = ends.into_iter().flatten().map(|(network, end)| end_of(network, end)).collect();
    let links = found.host_config.as_ref().and_then(|config| config.links.as_deref()).unwrap_or_default();
    for end in ends.iter_mut().filter(|end| end.network == "bridge") {
        end.links.extend(links.iter().filter_map(|link| link_of(link)));
    }
    // In an order of their own, or the same answer would be another one each time.
    ends.sort_by(|left, right| left.network.cmp(&right.network));
    Member {
        id: found.id.clone().unwrap_or_default(),
        name: found.name.as_deref().unwrap_or_default().trim_start_matches('/').to_owned(),
        status: state_of(found).map_or(Status::Other, |state| state.status),
        service: service_of(found),
        ends,
    }
}

fn end_of(network: &str, end: &EndpointSettings) -> End {
    let names = end.aliases.iter().chain(&end.dns_names).flatten().cloned().collect();
    let address = |address: &Option<String>, bits: Option<i64>| {
        let address = address.as_deref()?.parse().ok()?;
        Some((address, bits.and_then(|bits| u8::try_from(bits).ok()).unwrap_or_default()))
    };
    let four = address(&end.ip_address, end.ip_prefix_len);
    let six = address(&end.global_ipv6_address, end.global_ipv6_prefix_len);
    End {
        network: network.to_owned(),
        network_id: end.network_id.clone().unwrap_or_default(),
        names,
        links: end.links.iter().flatten().filter_map(|link| link_of(link)).collect(),
        addresses: four.into_iter().chain(six).collect(),
    }
}

/// `db:old-db`, or `/db:/web/old-db`: whom, and what it is called.
fn link_of(link: &str) -> Option<(String, String)> {
    let (target, name) = link.split_once(':')?;
    let name = name.rsplit('/').next().unwrap_or_default();
    Some((target.trim_start_matches('/').to_owned(), name.to_owned()))
}

fn service_of(found: &ContainerInspectResponse) -> Option<String> {
    let labels = found.config.as_ref()?.labels.as_ref()?;
    let label = |key: &str| labels.get(key).map(|value| short(value, 80));
    Some(format!("{}/{}", label("com.docker.compose.project")?, label("com.docker.compose.service")?))
}
