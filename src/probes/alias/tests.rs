//! What the judge makes of who carries a name.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::evidence::{Unknown, Verdict};

fn options() -> Alias {
    Alias {
        app: "odoo18-prod-web".to_owned(),
        host: Some("$DB_HOST".to_owned()),
        variable: None,
        external: false,
        docker_host: None,
    }
}

fn carrier(status: Status) -> Carrier {
    Carrier { container: "db".to_owned(), status, shares: Some("net".to_owned()), is_app: false, service: None }
}

fn look(carriers: Vec<Carrier>) -> Look {
    Look {
        name: Name::Plain,
        fixed: None,
        networks: vec!["net".to_owned()],
        carriers,
        more: false,
        control: Control::Refused,
    }
}

fn said(options: &Alias, look: Look) -> (Verdict, &'static str) {
    let judgement = options.judge(&Seen::Looked(look), "2026-02-04T09:30:00Z".parse().unwrap());
    (judgement.verdict, judgement.reason.unwrap_or_default())
}

fn with(carriers: Vec<Carrier>) -> (Verdict, &'static str) {
    said(&options(), look(carriers))
}

const NOT_CONFIGURED: Verdict = Verdict::Unknown(Unknown::NotConfigured);

#[test]
fn a_name_that_a_running_container_carries_passes_and_the_rest_does_not() {
    assert_eq!(with(vec![carrier(Status::Running)]), (Verdict::Pass, ""));
    assert_eq!(with(vec![]), (Verdict::Fail, "no_carrier"));
    assert_eq!(with(vec![carrier(Status::Paused)]), (Verdict::Fail, "target_paused"));
    for status in [Status::Exited, Status::Created, Status::Restarting, Status::Dead, Status::Other] {
        assert_eq!(with(vec![carrier(status)]), (Verdict::Fail, "target_stopped"), "{status:?}");
    }
    assert_eq!(with(vec![Carrier { shares: None, ..carrier(Status::Running) }]), (Verdict::Fail, "not_shared"));
}

#[test]
fn a_name_of_two_services_is_ambiguous_and_of_replicas_is_not() {
    let of = |container: &str, service: Option<&str>| Carrier {
        container: container.to_owned(),
        service: service.map(str::to_owned),
        ..carrier(Status::Running)
    };
    assert_eq!(with(vec![of("db", None), of("old", None)]), (Verdict::Warn, "ambiguous"));
    assert_eq!(with(vec![of("db-1", Some("p/db")), of("db-2", Some("p/db"))]), (Verdict::Pass, ""));
    let half = vec![of("db-1", Some("p/db")), Carrier { status: Status::Paused, ..of("db-2", Some("p/db")) }];
    assert_eq!(with(half), (Verdict::Warn, "ambiguous"));
    let stopped = vec![of("db", None), Carrier { status: Status::Exited, ..of("old", None) }];
    assert_eq!(with(stopped), (Verdict::Pass, ""), "a stopped container has lost its name");
    assert_eq!(with(vec![Carrier { is_app: true, ..of("web", None) }]), (Verdict::Warn, "itself"));
}

#[test]
fn an_application_that_does_not_run_or_has_no_network_fails() {
    let judged = |seen| {
        let judgement = options().judge(&seen, "2026-02-04T09:30:00Z".parse().unwrap());
        (judgement.verdict, judgement.reason.unwrap())
    };
    assert_eq!(judged(Seen::AppAbsent), (Verdict::Fail, "app_missing"));
    assert_eq!(judged(Seen::AppStopped(Status::Exited)), (Verdict::Fail, "app_stopped"));
    assert_eq!(judged(Seen::NoNetwork), (Verdict::Fail, "no_network"));
    assert_eq!(judged(Seen::HostNetwork), (NOT_CONFIGURED, "host_network"));
}

#[test]
fn an_address_and_a_name_of_the_world_outside_are_left_to_other_kinds() {
    let of = |name, fixed| said(&options(), Look { name, fixed, ..look(vec![]) });
    assert_eq!(of(Name::Address, Some(Fixed::Outside)), (NOT_CONFIGURED, "not_a_name"));
    assert_eq!(of(Name::Address, Some(Fixed::Nobody)), (Verdict::Fail, "address_dead"));
    assert_eq!(of(Name::Address, Some(Fixed::Running("db".to_owned()))), (Verdict::Warn, "address"));
    assert_eq!(of(Name::Dotted, None), (NOT_CONFIGURED, "external_name"));
    assert_eq!(of(Name::Itself, None), (Verdict::Warn, "itself"));
    assert_eq!(of(Name::Plain, Some(Fixed::Running("db".to_owned()))), (Verdict::Pass, ""));
    assert_eq!(of(Name::Plain, Some(Fixed::Outside)), (Verdict::Warn, "fixed_outside"));
    assert_eq!(of(Name::Plain, Some(Fixed::Paused("db".to_owned()))), (Verdict::Fail, "target_paused"));
    assert_eq!(said(&options(), Look { name: Name::Dotted, ..look(vec![carrier(Status::Running)]) }).0, Verdict::Pass);
}

#[test]
fn a_name_that_is_meant_to_lead_outside_must_not_lead_to_a_container() {
    let external = Alias { external: true, ..options() };
    let of = |name, carriers| said(&external, Look { name, ..look(carriers) });
    assert_eq!(of(Name::Dotted, vec![]), (Verdict::Pass, ""));
    assert_eq!(of(Name::Plain, vec![]), (NOT_CONFIGURED, "external_name"));
    assert_eq!(of(Name::Dotted, vec![carrier(Status::Running)]), (Verdict::Fail, "shadowed"));
    assert_eq!(of(Name::Dotted, vec![carrier(Status::Paused)]), (Verdict::Fail, "shadowed"));
    assert_eq!(of(Name::Dotted, vec![carrier(Status::Exited)]).0, Verdict::Pass);
}

#[test]
fn a_control_that_passed_and_containers_that_were_not_looked_at_are_not_green() {
    let void = Look { control: Control::Passed, ..look(vec![carrier(Status::Running)]) };
    assert_eq!(said(&options(), void), (Verdict::Unknown(Unknown::Void), "void"));
    let more = Look { more: true, ..look(vec![]) };
    assert_eq!(said(&options(), more), (Verdict::Unknown(Unknown::Garbled), "too_many"));
}

#[test]
fn neither_the_claim_nor_the_summary_repeats_a_value() {
    let hidden = Alias { host: None, variable: Some("HOST".to_owned()), ..options() };
    assert_eq!(hidden.claim(), "inside odoo18-prod-web, the host in its variable HOST leads to a running container");
}
