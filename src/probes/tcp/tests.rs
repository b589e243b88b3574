//! What the judge makes of a port and of who listens there, and how /proc and a compose file are read.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::binding::{listeners, parse};
use super::declared::{addresses, published};
use super::*;
use crate::evidence::Verdict;
use std::fs;

fn options() -> Tcp {
    Tcp {
        host: "db".into(),
        port: "5432".into(),
        warn_ms: Some(100),
        negative_control: true,
        bind: None,
        owner: None,
        service: None,
        compose: default_compose(),
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn judged(door: Door, connect_ms: u64, control: Control) -> Verdict {
    let seen = Seen { door, addresses: 1, lookup_ms: 0, connect_ms, control, binding: None };
    options().judge(&seen, Timestamp::UNIX_EPOCH).verdict
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

/// The reason of what is not a pass, for a port held like this.
fn held(tcp: &Tcp, declared: Option<&[&str]>, listeners: &[(&str, &[&str])]) -> (Verdict, Option<&'static str>) {
    let listener = |(address, owners): &(&str, &[&str])| Listener {
        address: ip(address),
        owners: owners.iter().map(|name| (*name).to_owned()).collect(),
    };
    let binding = Binding {
        declared: declared.map(|all| all.iter().map(|text| ip(text)).collect()),
        listeners: Listeners(listeners.iter().map(listener).collect()),
    };
    let control = Control::Refused;
    let seen = Seen { door: Door::Open, addresses: 1, lookup_ms: 0, connect_ms: 1, control, binding: Some(binding) };
    let judgement = tcp.judge(&seen, Timestamp::UNIX_EPOCH);
    let known = |reason: &str| Tcp::ABOUT.reasons.iter().any(|(id, _)| *id == reason);
    assert!(judgement.reason.is_none_or(known), "{judgement:?}");
    (judgement.verdict, judgement.reason)
}

#[test]
fn where_a_port_is_bound_is_held_against_where_it_should_be() {
    let local = "127.0.0.1";
    let any = options();
    let pass = (Verdict::Pass, None);
    for (declared, found, expected) in [
        (&[local][..], &[local][..], pass),
        (&[local], &[local, "::1"], pass),
        (&["0.0.0.0"], &["0.0.0.0"], pass),
        (&["0.0.0.0"], &["::"], pass),
        (&["0.0.0.0"], &["0.0.0.0", "192.0.2.1"], pass),
        (&[local], &["0.0.0.0"], (Verdict::Warn, Some("exposed"))),
        (&[local], &["::"], (Verdict::Warn, Some("exposed"))),
        (&[local], &[local, "192.0.2.1"], (Verdict::Warn, Some("exposed"))),
        (&[local], &["192.0.2.1"], (Verdict::Fail, Some("not_bound"))),
        (&["0.0.0.0"], &[local], (Verdict::Fail, Some("not_bound"))),
        (&["192.0.2.1", local], &[local], (Verdict::Fail, Some("not_bound"))),
        (&[local], &[], (Verdict::Unknown(Unknown::Unreachable), Some("unlistened"))),
        (&[], &[local], (Verdict::Warn, Some("undeclared"))),
    ] {
        let listeners: Vec<(&str, &[&str])> = found.iter().map(|address| (*address, &["x"][..])).collect();
        assert_eq!(held(&any, Some(declared), &listeners), expected, "{declared:?} {found:?}");
    }
}

#[test]
fn who_holds_a_port_is_held_against_who_should() {
    let owned = Tcp { owner: Some("postgres".into()), ..options() };
    let service = Tcp { service: Some("db".into()), ..options() };
    let wrong = (Verdict::Fail, Some("wrong_owner"));
    let pass = (Verdict::Pass, None);
    let at = |names: &'static [&'static str]| [("127.0.0.1", names)];
    assert_eq!(held(&owned, None, &at(&["postgres"])), pass);
    assert_eq!(held(&owned, None, &at(&["systemd", "postgres"])), pass);
    assert_eq!(held(&owned, None, &at(&["nc"])), wrong);
    assert_eq!(held(&owned, None, &at(&[])), (Verdict::Unknown(Unknown::Denied), Some("owner_unseen")));
    // Two sockets share a port: the kernel gives each a part of the connections.
    assert_eq!(held(&owned, None, &[("0.0.0.0", &["postgres"]), ("0.0.0.0", &["nc"])]), wrong);
    assert_eq!(held(&service, Some(&["127.0.0.1"]), &at(&["docker-proxy"])), pass);
    assert_eq!(held(&service, Some(&["127.0.0.1"]), &at(&[])), pass);
    assert_eq!(held(&service, Some(&["127.0.0.1"]), &at(&["odoo-bin"])), wrong);
}

const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100 0 0 10 0
   1: 00000000:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0
   2: 0100007F:1F90 0100007F:A1B2 01 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 20 4 30 10 -1
";
const TABLE6: &str = "\
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4714 1 0 100 0 0 10 0
";

#[cfg(target_endian = "little")]
#[test]
fn the_kernels_tables_are_read_and_what_does_not_listen_is_left_out() {
    assert_eq!(parse(TABLE, 8080), [(ip("127.0.0.1"), 4711)]);
    assert_eq!(parse(TABLE, 8081), [(ip("0.0.0.0"), 4712)]);
    assert_eq!(parse(TABLE6, 8080), [(ip("::1"), 4714)]);
    assert!(parse("", 1).is_empty() && parse("0: x y 0A", 1).is_empty());
}

#[cfg(target_endian = "little")]
#[tokio::test]
async fn owners_are_the_processes_that_hold_the_socket_and_a_hidden_one_is_none() {
    let proc = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = proc.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put("net/tcp", TABLE);
    put("net/tcp6", TABLE6);
    put("42/comm", "postgres\n");
    put("self/comm", "me\n");
    for process in ["42", "self"] {
        fs::create_dir_all(proc.path().join(process).join("fd")).unwrap();
        std::os::unix::fs::symlink("socket:[4711]", proc.path().join(process).join("fd/3")).unwrap();
    }
    let owned = |address: &str, owners: &[&str]| Listener {
        address: ip(address),
        owners: owners.iter().map(|name| (*name).to_owned()).collect(),
    };
    let found = listeners(proc.path(), 8080).await.unwrap();
    assert_eq!(found.0, [owned("127.0.0.1", &["postgres"]), owned("::1", &[])]);
    assert_eq!(listeners(proc.path(), 9).await.unwrap(), Listeners::default());
    fs::remove_file(proc.path().join("net/tcp6")).unwrap();
    assert_eq!(listeners(proc.path(), 8080).await.unwrap().0.len(), 1);
    fs::remove_file(proc.path().join("net/tcp")).unwrap();
    assert!(listeners(proc.path(), 8080).await.is_err());
}

#[test]
fn the_short_form_of_ports_is_read() {
    let all = ip("0.0.0.0");
    for (text, expected) in [
        ("8069:8069", Some((all, (8069, 8069)))),
        ("127.0.0.1:8069:80", Some((ip("127.0.0.1"), (8069, 8069)))),
        ("[::1]:8069:80/tcp", Some((ip("::1"), (8069, 8069)))),
        ("3000-3005:3000-3005", Some((all, (3000, 3005)))),
        ("53:53/udp", None),
        ("8069", None),
        ("127.0.0.1::80", None),
        ("", None),
    ] {
        assert_eq!(published(text), expected, "{text}");
    }
}

#[tokio::test]
async fn the_compose_file_says_what_a_port_should_be_bound_to() {
    let folder = tempfile::tempdir().unwrap();
    let compose =
        "services:\n  db:\n    ports: ['${BIND:-0.0.0.0}:5432:5432', '[::1]:5432:5432', {target: 80, published: 81}]\n";
    fs::write(folder.path().join("docker-compose.yml"), compose).unwrap();
    let place = Place { root: folder.path().to_owned(), docker_host: None };
    let ask = |service: &'static str, port| addresses(&place, Path::new("docker-compose.yml"), service, port);
    assert_eq!(ask("db", 5432).await.unwrap(), [ip("0.0.0.0"), ip("::1")]);
    fs::write(folder.path().join(".env"), "BIND=127.0.0.1\n").unwrap();
    assert_eq!(ask("db", 5432).await.unwrap(), [ip("127.0.0.1"), ip("::1")]);
    assert_eq!(ask("db", 81).await.unwrap(), [ip("0.0.0.0")]);
    assert!(ask("db", 80).await.unwrap().is_empty());
    assert_eq!(ask("web", 80).await.unwrap_err().reason, Unknown::NotConfigured);
    let none = addresses(&place, Path::new("none.yml"), "db", 1).await.unwrap_err();
    assert!(none.message.contains("is not there"), "{none}");
}
