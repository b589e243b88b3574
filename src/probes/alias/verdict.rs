//! Judges what carries a name. A paused container still has its name; a stopped one has lost it.

use super::{Alias, Carrier, Fixed, Look, Name, Seen};
use crate::evidence::{Fact, Quantity, Unknown, Verdict};
use crate::guard::line;
use crate::probes::container::Status;
use crate::probes::{Control, Judgement};
use std::collections::BTreeSet;

const UNKNOWN: Verdict = Verdict::Unknown(Unknown::NotConfigured);

pub(super) fn judge(options: &Alias, seen: &Seen) -> Judgement {
    let (app, host) = (line(&options.app), options.shown());
    match seen {
        Seen::AppAbsent => said(Verdict::Fail, "app_missing", format!("there is no container named {app}"))
            .hint("docker ps -a --format '{{.Names}}\\t{{.Status}}'"),
        Seen::AppStopped(status) => {
            let summary = format!("{app} does not run ({}): no name leads anywhere from it", status.word());
            said(Verdict::Fail, "app_stopped", summary).hint(format!("docker start {app}"))
        }
        Seen::HostNetwork => {
            let summary = format!("{app} shares the host's network: names are looked up there");
            said(UNKNOWN, "host_network", summary).hint("a probe of the kind dns")
        }
        Seen::NoNetwork => said(Verdict::Fail, "no_network", format!("{app} is attached to no network"))
            .hint(format!("docker inspect --format '{{{{json .NetworkSettings.Networks}}}}' {app}")),
        Seen::Looked(look) => {
            let judgement = if look.control == Control::Refused {
                looked(options, look, &host)
            } else {
                let void = Verdict::Unknown(Unknown::Void);
                said(void, "void", "a name that can't exist is carried too".to_owned())
            };
            judgement.facts(facts(look))
        }
    }
}

fn said(verdict: Verdict, reason: &'static str, summary: String) -> Judgement {
    let judgement = Judgement::new(verdict, summary);
    if verdict == Verdict::Pass { judgement } else { judgement.reason(reason) }
}

fn looked(options: &Alias, look: &Look, host: &str) -> Judgement {
    if look.name == Name::Itself {
        let summary = format!("inside {}, {host} is the container itself", line(&options.app));
        return said(Verdict::Warn, "itself", summary);
    }
    if options.external {
        return external(look, host);
    }
    if let Some(fixed) = &look.fixed {
        return by_address(look, fixed, host);
    }
    by_name(options, look, host)
}

/// The host is an address, or `extra_hosts` gives it one.
fn by_address(look: &Look, fixed: &Fixed, host: &str) -> Judgement {
    let is_address = look.name == Name::Address;
    match fixed {
        Fixed::Running(container) if is_address => {
            let summary = format!("{host} is the address of {container} now; its next start may get another");
            said(Verdict::Warn, "address", summary).hint("a name instead of an address")
        }
        Fixed::Running(container) => {
            Judgement::new(Verdict::Pass, format!("{host} leads to {container}, by extra_hosts"))
        }
        Fixed::Paused(container) => {
            said(Verdict::Fail, "target_paused", format!("{host} leads to {container}, which is paused"))
                .hint(format!("docker unpause {container}"))
        }
        Fixed::Nobody => {
            let summary =
                format!("{host} leads into the container's network, where no running container has the address");
            said(Verdict::Fail, "address_dead", summary)
        }
        Fixed::Outside if is_address => {
            let summary = format!("{host} is an address outside the container's networks: no name is looked up");
            said(UNKNOWN, "not_a_name", summary).hint("a probe of the kind tcp")
        }
        Fixed::Outside => {
            let summary = format!("{host} leads outside, by extra_hosts; what is there is not known");
            said(Verdict::Warn, "fixed_outside", summary).hint("a probe of the kind tcp, or external = true")
        }
    }
}

/// The name is meant to be none of the containers.
fn external(look: &Look, host: &str) -> Judgement {
    let leads =
        |carrier: &&Carrier| carrier.shares.is_some() && matches!(carrier.status, Status::Running | Status::Paused);
    let inside = match &look.fixed {
        Some(Fixed::Running(container) | Fixed::Paused(container)) => Some(container.as_str()),
        Some(Fixed::Nobody) => Some("nobody"),
        Some(Fixed::Outside) => return Judgement::new(Verdict::Pass, format!("{host} leads outside, by its address")),
        None => look.carriers.iter().find(leads).map(|carrier| carrier.container.as_str()),
    };
    if let Some(container) = inside {
        let summary = format!("{host} is meant to lead outside, and leads to {container}");
        return said(Verdict::Fail, "shadowed", summary);
    }
    if look.more {
        return too_many();
    }
    if look.name == Name::Plain {
        let summary = format!("no container takes {host}, and without a dot only a resolver knows where it leads");
        return said(UNKNOWN, "external_name", summary).hint("a probe of the kind dns");
    }
    Judgement::new(Verdict::Pass, format!("no container takes {host}; a probe of the kind dns says where it leads"))
}

fn by_name(options: &Alias, look: &Look, host: &str) -> Judgement {
    let shared: Vec<&Carrier> = look.carriers.iter().filter(|carrier| carrier.shares.is_some()).collect();
    let is = |carrier: &&&Carrier, status| carrier.status == status;
    let running: Vec<&&Carrier> = shared.iter().filter(|carrier| is(carrier, Status::Running)).collect();
    let paused = shared.iter().find(|carrier| is(carrier, Status::Paused));
    let app = line(&options.app);
    match (running.first(), paused) {
        (Some(first), None) if running.iter().all(|carrier| carrier.is_app) => {
            said(Verdict::Warn, "itself", format!("{host} leads to {} itself", first.container))
        }
        (Some(first), None) if services(&running) == 1 => {
            let network = first.shares.as_deref().unwrap_or_default();
            Judgement::new(Verdict::Pass, format!("{host} leads to {} on {network}", first.container))
        }
        (Some(first), other) => {
            let other =
                other.map_or_else(|| running.last().map(|last| &last.container), |other| Some(&other.container));
            let other = other.map_or("another", String::as_str);
            said(Verdict::Warn, "ambiguous", format!("{host} leads now to {}, now to {other}", first.container))
        }
        (None, Some(paused)) => {
            let name = &paused.container;
            said(Verdict::Fail, "target_paused", format!("{host} leads to {name}, which is paused: nothing answers"))
                .hint(format!("docker unpause {name}"))
        }
        (None, None) => match (shared.first(), look.carriers.first()) {
            (Some(stopped), _) => {
                let (name, status) = (&stopped.container, stopped.status.word());
                said(Verdict::Fail, "target_stopped", format!("{name} carries {host}, and does not run ({status})"))
                    .hint(format!("docker start {name}"))
            }
            (None, Some(far)) => {
                let name = &far.container;
                let summary = format!("{name} carries {host}, and shares no network with {app}");
                said(Verdict::Fail, "not_shared", summary).hint(connect(look, name))
            }
            (None, None) => nobody(look, host, &app),
        },
    }
}

/// How many services carry the name: the replicas of one do so on purpose.
fn services(carriers: &[&&Carrier]) -> usize {
    let own = |carrier: &&&Carrier| carrier.service.clone().unwrap_or_else(|| carrier.container.clone());
    carriers.iter().map(own).collect::<BTreeSet<_>>().len()
}

fn nobody(look: &Look, host: &str, app: &str) -> Judgement {
    if look.more {
        return too_many();
    }
    if look.name == Name::Dotted {
        let summary = format!("no container carries {host}: if it is a name of the world outside, the kind dns asks");
        return said(UNKNOWN, "external_name", summary).hint("a probe of the kind dns, or external = true");
    }
    let summary = format!("no container carries {host}: inside {app} it leads nowhere");
    said(Verdict::Fail, "no_carrier", summary).hint(connect(look, "CONTAINER"))
}

fn too_many() -> Judgement {
    let summary = "nobody carries the name, and there are more containers than are looked at".to_owned();
    said(Verdict::Unknown(Unknown::Garbled), "too_many", summary)
}

/// The command that gives a container the name: for a person to copy.
fn connect(look: &Look, container: &str) -> String {
    let network = look.networks.first().map_or("NETWORK", String::as_str);
    format!("docker network connect --alias NAME {network} {container}")
}

fn facts(look: &Look) -> Vec<Fact> {
    let networks = if look.networks.is_empty() { "none with names".to_owned() } else { look.networks.join(", ") };
    let mut facts =
        vec![Fact::text("networks", networks), Fact::new("carriers", Quantity::Count(look.carriers.len() as u64))];
    for carrier in look.carriers.iter().take(20) {
        let (state, on) = (carrier.status.word(), carrier.shares.as_deref().unwrap_or("no network of the application"));
        facts.push(Fact::text("carried by", format!("{} ({state}), on {on}", carrier.container)));
    }
    facts.push(look.control.fact());
    facts
}
