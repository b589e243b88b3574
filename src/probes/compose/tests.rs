//! What the judge makes of a project.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::evidence::{Unknown, Verdict};
use jiff::SignedDuration;
use proptest::prelude::*;

fn now() -> Timestamp {
    "2026-02-04T09:30:00Z".parse().unwrap()
}

fn options() -> Compose {
    Compose { files: Vec::new(), project: None, profiles: Vec::new(), one_off: vec!["init".to_owned()], host: None }
}

fn wanted(name: &str) -> Wanted {
    Wanted { name: name.to_owned(), image: Some("odoo:18".to_owned()), replicas: 1, active: true }
}

fn container(service: &str) -> Found {
    Found {
        service: service.to_owned(),
        container: format!("shop-{service}-1"),
        status: Status::Running,
        exit_code: 0,
        started_at: Some(now() - SignedDuration::from_secs(600)),
        restart_count: 0,
        health: Some(HealthStatus::Healthy),
        image: "odoo:18".to_owned(),
        image_now: ImageNow::Same,
        by_run: false,
    }
}

fn project() -> Project {
    Project {
        name: "shop".to_owned(),
        files: vec!["compose.yaml".to_owned()],
        unfollowed: Vec::new(),
        services: vec![wanted("web"), wanted("db")],
        containers: vec![container("web"), container("db")],
        more: false,
        control: Control::Refused,
    }
}

fn judged(change: impl FnOnce(&mut Project)) -> Judgement {
    let mut project = project();
    change(&mut project);
    options().judge(&Seen::Project(Box::new(project)), now())
}

fn said(change: impl FnOnce(&mut Project)) -> (Verdict, &'static str) {
    let judgement = judged(change);
    (judgement.verdict, judgement.reason.unwrap_or_default())
}

#[test]
fn a_project_with_all_its_services_passes() {
    assert_eq!(judged(|_| {}).summary, "2 services of shop run as asked");
    assert_eq!(said(|_| {}), (Verdict::Pass, ""));
}

#[test]
fn a_service_that_was_removed_is_missed_though_everything_found_is_fine() {
    let judgement = judged(|project| drop(project.containers.pop()));
    assert_eq!((judgement.verdict, judgement.reason), (Verdict::Fail, Some("missing")));
    assert_eq!(judgement.summary, "service db has no container");
}

#[test]
fn a_project_of_nothing_never_passes() {
    let none = |project: &mut Project| (project.services, project.containers) = (Vec::new(), Vec::new());
    assert_eq!(said(none), (Verdict::Unknown(Unknown::NotConfigured), "no_services"));
    let asleep = |project: &mut Project| project.services.iter_mut().for_each(|service| service.active = false);
    assert_eq!(said(asleep).1, "no_services");
    let judgement = options().judge(&Seen::Refused("compose.yaml: line 3".to_owned()), now());
    assert_eq!(judgement.reason, Some("refused_file"));
}

#[test]
fn an_image_that_is_not_the_one_asked_for_fails_and_one_that_moved_warns() {
    assert_eq!(said(|project| project.containers[0].image = "odoo:17".to_owned()), (Verdict::Fail, "other_image"));
    let moved = |now| said(|project| project.containers[0].image_now = now);
    assert_eq!(moved(ImageNow::Other), (Verdict::Warn, "image_moved"));
    assert_eq!(moved(ImageNow::Gone), (Verdict::Warn, "image_gone"));
    assert_eq!(moved(ImageNow::Unclear), (Verdict::Warn, "image_unclear"));
    let built = |project: &mut Project| {
        (project.services[0].image, project.containers[0].image) = (None, "shop-web".to_owned());
    };
    assert_eq!(said(built).0, Verdict::Pass);
}

#[test]
fn a_stranger_warns_and_a_run_of_a_command_is_none() {
    assert_eq!(said(|project| project.containers.push(container("old"))), (Verdict::Warn, "unexpected"));
    let by_run = Found { by_run: true, status: Status::Exited, exit_code: 1, ..container("web") };
    assert_eq!(said(|project| project.containers.push(by_run.clone())).0, Verdict::Pass);
    let only_by_run = |project: &mut Project| project.containers[0].by_run = true;
    assert_eq!(said(only_by_run), (Verdict::Fail, "missing"));
}

#[test]
fn a_service_that_runs_once_may_end_with_0_and_be_cleared_away() {
    let with = |status, exit_code| {
        said(|project| {
            project.services.push(wanted("init"));
            project.containers.push(Found { status, exit_code, ..container("init") });
        })
    };
    assert_eq!(with(Status::Exited, 0).0, Verdict::Pass);
    assert_eq!(with(Status::Exited, 3), (Verdict::Fail, "exited"));
    assert_eq!(with(Status::Running, 0), (Verdict::Warn, "still_runs"));
    assert_eq!(said(|project| project.services.push(wanted("init"))).0, Verdict::Pass);
}

#[test]
fn a_profile_that_nobody_wants_is_neither_missed_nor_a_stranger() {
    let asleep = Wanted { active: false, ..wanted("debug") };
    assert_eq!(said(|project| project.services.push(asleep.clone())).0, Verdict::Pass);
    let with = |project: &mut Project| {
        project.services.push(asleep.clone());
        project.containers.push(Found { status: Status::Exited, ..container("debug") });
    };
    assert_eq!(said(with).0, Verdict::Pass);
}

#[test]
fn replicas_are_counted() {
    assert_eq!(said(|project| project.services[0].replicas = 2), (Verdict::Fail, "too_few"));
    assert_eq!(said(|project| project.containers.push(container("web"))), (Verdict::Warn, "surplus"));
    assert_eq!(said(|project| project.services[0].replicas = 0), (Verdict::Warn, "surplus"));
}

#[test]
fn the_worst_comes_first_and_the_rest_is_counted() {
    let judgement = judged(|project| {
        project.containers[0].image_now = ImageNow::Other;
        project.containers[1].status = Status::Paused;
    });
    assert_eq!(judgement.summary, "shop-db-1 is paused; and 1 more");
    assert!(judgement.facts.iter().any(|fact| fact.name == "also"));
}

#[test]
fn what_is_not_followed_and_an_answer_to_everything_are_not_green() {
    let unfollowed = |project: &mut Project| project.unfollowed = vec!["include".to_owned()];
    assert_eq!(said(unfollowed), (Verdict::Unknown(Unknown::NotConfigured), "unfollowed"));
    for control in [Control::Passed, Control::Unclear, Control::NotAsked] {
        assert_eq!(said(|project| project.control = control), (Verdict::Unknown(Unknown::Void), "void"));
    }
}

proptest! {
    #[test]
    fn only_running_containers_of_every_wanted_service_pass(
        found in prop::collection::vec((0..3_usize, 0..6_usize, any::<bool>()), 0..5),
    ) {
        let services = ["web", "db", "old"];
        let states = [Status::Running, Status::Running, Status::Running, Status::Exited, Status::Paused, Status::Created];
        let containers: Vec<Found> = found
            .iter()
            .map(|(service, status, by_run)| Found {
                status: states[*status], by_run: *by_run, ..container(services[*service])
            })
            .collect();
        let passes = said(|project| project.containers.clone_from(&containers)).0 == Verdict::Pass;
        let own: Vec<&Found> = containers.iter().filter(|found| !found.by_run).collect();
        let count = |name: &str| own.iter().filter(|found| found.service == name).count();
        let all_run = own.iter().all(|found| found.status == Status::Running);
        prop_assert_eq!(passes, all_run && count("web") == 1 && count("db") == 1 && count("old") == 0);
    }
}
