//! Faults of a real Docker engine, its containers and its names (`READBACK_TEST_DOCKER`, `READBACK_TEST_IMAGE`), as
//! they stand in tests/fixtures/faults/real/docker.toml.

use crate::support::engine::{Inject, Rig};
use crate::support::matrix::{Case, Matrix, all_as_they_must_be};
use crate::support::probe;
use crate::support::service;
use readback::evidence::{Evidence, Verdict};
use readback::probes::{Place, judge, run_once};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How many rows have their containers at the same time.
const AT_ONCE: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_of_docker_is_seen_and_every_healthy_variation_passes() {
    let Some(host) = service::address("docker", "READBACK_TEST_DOCKER") else { return };
    let matrix = Matrix::<Inject>::parse(include_str!("../fixtures/faults/real/docker.toml"));
    let only = std::env::var("READBACK_TEST_ROW").unwrap_or_default();
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut rows = JoinSet::new();
    for (number, case) in matrix.cases().enumerate().filter(|(_, case)| case.name.contains(&only)) {
        let (host, permits) = (host.clone(), Arc::clone(&permits));
        rows.spawn(async move {
            let _permit = permits.acquire().await.unwrap();
            row(&host, number, &case).await.err()
        });
    }
    let mut wrong = Vec::new();
    while let Some(row) = rows.join_next().await {
        wrong.extend(row.unwrap_or_else(|panic| Some(panic.to_string())));
    }
    wrong.sort();
    all_as_they_must_be(&wrong);
}

async fn row(host: &str, number: usize, case: &Case<Inject>) -> Result<Evidence, String> {
    let mut rig = Rig::new(host, &format!("r{number}"));
    rig.inject(&case.inject).await;
    let place = Place { root: rig.folder.path().to_owned(), docker_host: Some(rig.endpoint.clone()) };
    let seen = case.check(&place, &rig.words()).await;
    // Removing is slow, and nobody has to wait for it here.
    tokio::task::spawn_blocking(move || drop(rig)).await.unwrap();
    seen
}

/// The incident itself: the database is taken off the network and comes back without its old name. The container is
/// healthy and the route answers all the while; only the name tells.
#[tokio::test]
async fn the_incident_is_green_for_the_container_and_the_route_and_red_for_the_name() {
    let Some(host) = service::address("docker", "READBACK_TEST_DOCKER") else { return };
    let mut rig = Rig::new(&host, "incident");
    let health = "--health-cmd true --health-interval 1s --health-timeout 30s";
    for step in [
        "network create {p}net".to_owned(),
        "run -d --name {p}db --network {p}net --network-alias {p}old-db {image} sleep 600".to_owned(),
        format!(
            "run -d --name {{p}}web --network {{p}}net --dns 127.0.0.1 -e HOST={{p}}old-db {health} {{image}} \
             sh -c 'mkdir /w && echo fine > /w/health && exec httpd -f -p 80 -h /w'"
        ),
        "await {p}web {{.State.Health.Status}} healthy".to_owned(),
        "save address {p}web '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'".to_owned(),
    ] {
        rig.step(&step).await;
    }
    assert_eq!(all_three(&rig).await, [Verdict::Pass; 3]);
    assert!(resolves(&rig).await);
    for step in ["network disconnect {p}net {p}db", "network connect {p}net {p}db"] {
        rig.step(step).await;
        assert_eq!(all_three(&rig).await, [Verdict::Pass, Verdict::Pass, Verdict::Fail], "{step}");
        assert!(!resolves(&rig).await, "the engine itself says otherwise");
    }
    for step in ["network disconnect {p}net {p}db", "network connect --alias {p}old-db {p}net {p}db"] {
        rig.step(step).await;
    }
    assert_eq!(all_three(&rig).await, [Verdict::Pass; 3]);
    assert!(resolves(&rig).await);
}

/// The container, the route and the name, as the probes see them.
async fn all_three(rig: &Rig) -> [Verdict; 3] {
    let place = Place { root: rig.folder.path().to_owned(), docker_host: Some(rig.endpoint.clone()) };
    let look = async |kind: &str, options: &str| {
        let spec = probe::spec(kind, &rig.fill(options), Duration::from_secs(30));
        let seen = run_once(&spec, &place, "readback@test").await;
        judge(&seen, &spec, seen.observed_at).verdict
    };
    [
        look("container", "name = '{p}web'\nmin_uptime_s = 0").await,
        look("http", "url = 'http://{address}/health'").await,
        look("alias", "app = '{p}web'\nvariable = 'HOST'").await,
    ]
}

/// What the application itself is told. It has no other resolver to ask, so that it is told at once.
async fn resolves(rig: &Rig) -> bool {
    let web = format!("{}web", rig.prefix);
    let ask = rig.fill("nslookup {p}old-db 2>&1 | grep -c ^Name: || true");
    rig.docker(&["exec", &web, "sh", "-c", &ask]).await != "0"
}
