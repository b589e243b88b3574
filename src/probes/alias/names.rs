//! Who carries a name on which network, as Docker's name service has it. Pure.

use super::{Carrier, Fixed, Name};
use crate::guard::line;
use crate::probes::container::Status;
use std::net::IpAddr;

/// A container, with what the name service takes from it.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) status: Status,
    pub(super) service: Option<String>,
    pub(super) ends: Vec<End>,
}

/// Where a container is attached to a network.
#[derive(Clone, Debug, Default)]
pub(super) struct End {
    pub(super) network: String,
    /// Empty where the container was never started.
    pub(super) network_id: String,
    /// Aliases and DNS names.
    pub(super) names: Vec<String>,
    /// Links of this container: whom it calls what.
    pub(super) links: Vec<(String, String)>,
    /// Its address there and how many bits of it are the network's; none while it is stopped.
    pub(super) addresses: Vec<(IpAddr, u8)>,
}

impl End {
    /// A container that was never started knows its networks by name only.
    fn is_on(&self, other: &Self) -> bool {
        if self.network_id.is_empty() || other.network_id.is_empty() {
            return self.network == other.network;
        }
        self.network_id == other.network_id
    }

    /// Docker's own bridge has no name service; the networks that are made have.
    pub(super) fn has_names(&self) -> bool {
        !matches!(self.network.as_str(), "bridge" | "host" | "none" | "")
    }

    fn carries(&self, container: &str, host: &str) -> bool {
        let of_network = |name: &str| is_same(host, &format!("{name}.{}", self.network));
        let is_it = |name: &str| is_same(host, name) || of_network(name);
        is_it(container) || self.names.iter().any(|name| is_it(name))
    }
}

/// Names are looked up without regard to capitals and to a last dot.
fn is_same(left: &str, right: &str) -> bool {
    left.trim_end_matches('.').eq_ignore_ascii_case(right.trim_end_matches('.'))
}

/// What kind of name a host is.
pub(super) fn kind_of(host: &str) -> Name {
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return if address.is_loopback() { Name::Itself } else { Name::Address };
    }
    match host.trim_end_matches('.') {
        plain if is_same(plain, "localhost") => Name::Itself,
        plain if plain.contains('.') => Name::Dotted,
        _ => Name::Plain,
    }
}

/// The containers that carry a name. One that carries it on a network of the application says which.
pub(super) fn carriers(app: &Member, all: &[Member], host: &str) -> Vec<Carrier> {
    let is_common = |end: &End| end.has_names() && app.ends.iter().any(|own| own.is_on(end));
    let linked = |member: &Member, end: &End| {
        // A link is the application's own word for another container: `db:old-db`.
        let own = app.ends.iter().find(|own| own.is_on(end));
        let is_meant = |target: &str| is_same(target, &member.name) || member.id.starts_with(target);
        own.is_some_and(|own| own.links.iter().any(|(target, name)| is_meant(target) && is_same(name, host)))
    };
    let mut found = Vec::new();
    for member in all {
        let carries = |end: &&End| (end.has_names() && end.carries(&member.name, host)) || linked(member, end);
        let on: Vec<&End> = member.ends.iter().filter(carries).collect();
        let Some(first) = on.first() else { continue };
        let shares = on.iter().find(|end| is_common(end)).or_else(|| Some(first).filter(|end| linked(member, end)));
        found.push(Carrier {
            container: line(&member.name).into_owned(),
            status: member.status,
            shares: shares.map(|end| line(&end.network).into_owned()),
            is_app: member.id == app.id,
            service: member.service.clone(),
        });
    }
    found
}

/// Where a fixed address leads, from the application's networks.
pub(super) fn fixed(app: &Member, all: &[Member], address: &str) -> Fixed {
    let Ok(address) = address.trim_matches(['[', ']']).parse::<IpAddr>() else { return Fixed::Outside };
    let has_it = |end: &&End| {
        let is_shared = app.ends.iter().any(|own| own.is_on(end));
        is_shared && end.addresses.iter().any(|(own, _)| *own == address)
    };
    let owner = all.iter().find(|member| member.ends.iter().any(|end| has_it(&end)));
    if let Some(owner) = owner {
        let name = line(&owner.name).into_owned();
        return match owner.status {
            Status::Running => Fixed::Running(name),
            Status::Paused => Fixed::Paused(name),
            _ => Fixed::Nobody,
        };
    }
    let is_inside = |(own, bits): &(IpAddr, u8)| same_net(*own, address, *bits);
    let is_gateway = |(own, bits): &(IpAddr, u8)| is_first(*own, address, *bits);
    let mut own = app.ends.iter().flat_map(|end| &end.addresses);
    // A network's first address is the host, where anything may listen.
    if own.clone().any(|own| is_inside(own) && !is_gateway(own)) && !own.any(is_gateway) {
        return Fixed::Nobody;
    }
    Fixed::Outside
}

fn bits_of(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    }
}

/// An address without the bits of its network.
fn host_part(address: u128, bits: u8, width: u8) -> (u128, u128) {
    let host_bits = u32::from(width.saturating_sub(bits));
    let mask = 1_u128.checked_shl(host_bits).map_or(u128::MAX, |above| above - 1);
    (address & !mask, address & mask)
}

fn same_net(own: IpAddr, other: IpAddr, bits: u8) -> bool {
    let ((own, width), (other, other_width)) = (bits_of(own), bits_of(other));
    bits > 0 && width == other_width && host_part(own, bits, width).0 == host_part(other, bits, width).0
}

fn is_first(own: IpAddr, other: IpAddr, bits: u8) -> bool {
    let (address, width) = bits_of(other);
    same_net(own, other, bits) && host_part(address, bits, width).1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn end(network: &str, names: &[&str], address: &str) -> End {
        End {
            network: network.to_owned(),
            network_id: format!("id of {network}"),
            names: names.iter().map(|&name| name.to_owned()).collect(),
            links: Vec::new(),
            addresses: address.parse().map(|address| (address, 16)).into_iter().collect(),
        }
    }

    fn member(name: &str, ends: Vec<End>) -> Member {
        Member { id: format!("id-{name}"), name: name.to_owned(), status: Status::Running, service: None, ends }
    }

    fn found(all: &[Member], host: &str) -> Vec<(String, Option<String>)> {
        carriers(&all[0], all, host).into_iter().map(|carrier| (carrier.container, carrier.shares)).collect()
    }

    fn one(name: &str, network: Option<&str>) -> Vec<(String, Option<String>)> {
        vec![(name.to_owned(), network.map(str::to_owned))]
    }

    #[test]
    fn a_name_is_carried_by_name_by_alias_and_with_the_network_behind_it() {
        let all = [member("web", vec![end("net", &[], "")]), member("db-1", vec![end("net", &["old-db"], "")])];
        for host in ["old-db", "OLD-DB", "old-db.", "db-1", "old-db.net", "db-1.net"] {
            assert_eq!(found(&all, host), one("db-1", Some("net")), "{host}");
        }
        for host in ["db", "old-db.other", "old", ""] {
            assert!(found(&all, host).is_empty(), "{host}");
        }
    }

    #[test]
    fn a_name_on_another_network_is_seen_and_not_shared() {
        let all = [member("web", vec![end("net", &[], "")]), member("db", vec![end("far", &["old-db"], "")])];
        assert_eq!(found(&all, "old-db"), one("db", None));
    }

    #[test]
    fn a_container_that_was_never_started_is_on_the_network_of_its_name() {
        let mut all = [member("web", vec![end("net", &[], "")]), member("db", vec![end("net", &["old-db"], "")])];
        all[1].ends[0].network_id = String::new();
        assert_eq!(found(&all, "old-db"), one("db", Some("net")));
        all[1].ends[0].network = "far".to_owned();
        assert_eq!(found(&all, "old-db"), one("db", None));
    }

    #[test]
    fn the_usual_bridge_has_no_names_but_those_of_links() {
        let mut all = [member("web", vec![end("bridge", &[], "")]), member("db", vec![end("bridge", &["old-db"], "")])];
        assert!(found(&all, "db").is_empty() && found(&all, "old-db").is_empty());
        all[0].ends[0].links = vec![("db".to_owned(), "base".to_owned())];
        assert_eq!(found(&all, "base"), one("db", Some("bridge")));
    }

    #[test]
    fn a_fixed_address_leads_to_who_has_it_or_to_nobody() {
        let mut all =
            [member("web", vec![end("net", &[], "172.18.0.2")]), member("db", vec![end("net", &[], "172.18.0.3")])];
        let to = |all: &[Member], address: &str| fixed(&all[0], all, address);
        assert_eq!(to(&all, "172.18.0.3"), Fixed::Running("db".to_owned()));
        all[1].status = Status::Paused;
        assert_eq!(to(&all, "172.18.0.3"), Fixed::Paused("db".to_owned()));
        assert_eq!(to(&all, "172.18.7.7"), Fixed::Nobody);
        for outside in ["172.18.0.1", "172.19.0.3", "10.0.0.1", "host-gateway", "fd00::3"] {
            assert_eq!(to(&all, outside), Fixed::Outside, "{outside}");
        }
    }

    #[test]
    fn a_host_is_told_from_an_address() {
        let kinds = [
            ("db", Name::Plain),
            ("db.", Name::Plain),
            ("db.capsule.example", Name::Dotted),
            ("10.0.0.1", Name::Address),
            ("[fd00::1]", Name::Address),
            ("127.0.0.1", Name::Itself),
            ("LocalHost", Name::Itself),
        ];
        for (host, kind) in kinds {
            assert_eq!(kind_of(host), kind, "{host}");
        }
    }

    proptest! {
        #[test]
        fn no_address_and_no_length_of_a_network_makes_it_panic(own: u128, other: u128, bits: u8, four: bool) {
            let address = |bits: u128| if four { IpAddr::from((bits as u32).to_be_bytes()) } else { IpAddr::from(bits.to_be_bytes()) };
            let (own, other) = (address(own), address(other));
            prop_assert!(bits == 0 || same_net(own, own, bits));
            prop_assert_eq!(same_net(own, other, bits), same_net(other, own, bits));
        }
    }
}
