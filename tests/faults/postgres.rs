//! The faults of tests/fixtures/faults/real/postgres.toml, each done to a real server: the shared one, where it touches
//! a role and a database of its own only, or one of the test's own.

use crate::support::faultproxy::{Fault, FaultProxy};
use crate::support::matrix::{self, Case, Matrix};
use crate::support::pgserver::{Cluster, Server};
use crate::support::service;
use crate::support::web;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use readback::probes::Place;
use rustix::process::Signal;
use serde::Deserialize;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection};
use std::collections::BTreeMap;

/// What is done before the probe looks. `{role}` and `{db}` stand for a role and a database of the row's own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Inject {
    /// The server, unless it is the shared one.
    server: Option<String>,
    /// Said by the superuser.
    admin: String,
    /// Said by the superuser in the row's database.
    inside: String,
    /// Said by the superuser in the row's database, over a connection that stays.
    held: String,
    /// How many connections the row's role holds.
    connections: usize,
    /// The server is stopped in its tracks.
    stopped: bool,
    /// What stands between the probe and the server.
    proxy: Option<Fault>,
}

/// Where a row takes place.
struct Ground {
    admin: PgConnectOptions,
    host: String,
    port: u16,
}

/// The servers by their names, the file of the authority that signed the certificates of the test's own, and the one
/// of the shared server's.
struct World {
    shared: PgConnectOptions,
    own: BTreeMap<&'static str, Server>,
    _cluster: Cluster,
    folder: tempfile::TempDir,
}

const READY: &str = "ready to accept connections";
const NEVER: &str = "ready to accept read-only connections";

impl World {
    async fn make(shared: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let env = "DB_PASSWORD=not-a-secret-of-a-row\nDB_WRONG=not-a-secret-and-wrong\nDB_HOST=127.0.0.1\nDB_EMPTY=\n\
                   DB_PLAIN=not-a-secret-plain\n";
        std::fs::write(folder.path().join(".env"), env).unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        std::fs::write(folder.path().join("own-ca.pem"), authority.pem()).unwrap();
        let cluster = Cluster::init().await;
        let ssl = "ssl = on\nssl_cert_file = 'it.crt'\nssl_key_file = 'it.key'\n";
        let pair = |name: &str, days: i64| certificate(&authority, name, days);
        let (expired, other, soon) = (pair("127.0.0.1", -1), pair("db.example", 90), pair("127.0.0.1", 3));
        let small = format!("{ssl}max_connections = 8\nsuperuser_reserved_connections = 3\n");
        let start = |name, settings, pair: Option<&(String, String)>, says| {
            let mut files = Vec::new();
            if let Some((certificate, key)) = pair {
                files.extend([("it.crt", certificate.clone()), ("it.key", key.clone())]);
            }
            if matches!(name, "standby" | "starting") {
                files.push(("standby.signal", String::new()));
            }
            let (cluster, settings): (_, String) = (&cluster, settings);
            async move {
                let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
                (name, cluster.start(name, &settings, &files, says).await)
            }
        };
        let own = futures_util::future::join_all([
            start("plain", "ssl = off".to_owned(), None, READY),
            start("expired", ssl.to_owned(), Some(&expired), READY),
            start("other", small, Some(&other), READY),
            start("soon", ssl.to_owned(), Some(&soon), READY),
            start("standby", "hot_standby = on".to_owned(), None, NEVER),
            start("starting", "hot_standby = off".to_owned(), None, "entering standby mode"),
        ])
        .await;
        Self { shared: shared.parse().unwrap(), own: own.into_iter().collect(), _cluster: cluster, folder }
    }

    fn ground(&self, server: Option<&str>) -> Ground {
        match server {
            None => Ground {
                admin: self.shared.clone(),
                host: self.shared.get_host().to_owned(),
                port: self.shared.get_port(),
            },
            Some(name) => {
                let server = self.own.get(name).unwrap_or_else(|| panic!("no server {name}"));
                Ground { admin: server.admin(), host: "127.0.0.1".to_owned(), port: server.port }
            }
        }
    }

    /// Does what a row says, looks, and tidies up.
    async fn run(&self, case: &Case<Inject>, number: usize) -> Result<(), String> {
        let inject = &case.inject;
        let server = inject.server.as_deref();
        let ground = self.ground(server);
        let role = format!("rb_f{}_{number}", std::process::id());
        // A standby and a server that starts take no writes.
        let takes_writes = !matches!(server, Some("standby" | "starting"));
        // Most rows change nothing within a database: on the test's own servers they look at the one that is there.
        let has_own = server.is_none() || !inject.inside.is_empty();
        let database = if has_own { role.as_str() } else { "postgres" };
        let filled = |text: &str| text.replace("{role}", &role).replace("{db}", database);
        let mut held: Vec<PgConnection> = Vec::new();
        let mut admin = if takes_writes { Some(ground.admin.connect().await.unwrap()) } else { None };
        if let Some(admin) = &mut admin {
            say(admin, &format!("create role {role} login password 'not-a-secret-of-a-row'")).await;
            if has_own {
                say(admin, &format!("create database {database}")).await;
            }
            for (sql, stays) in [(&inject.inside, false), (&inject.held, true)] {
                if !sql.is_empty() {
                    let mut inside = ground.admin.clone().database(database).connect().await.unwrap();
                    say(&mut inside, &filled(sql)).await;
                    if stays { held.push(inside) } else { sqlx::Connection::close(inside).await.unwrap() }
                }
            }
            for _ in 0..inject.connections {
                let own = ground.admin.clone().username(&role).password("not-a-secret-of-a-row");
                held.push(own.database(database).connect().await.unwrap());
            }
            say(admin, &filled(&inject.admin)).await;
        }
        if inject.stopped {
            self.own[server.unwrap()].signal(Signal::STOP);
        }
        let proxy = match &inject.proxy {
            Some(fault) => Some(FaultProxy::start(&format!("{}:{}", ground.host, ground.port), fault.clone()).await),
            None => None,
        };
        let port = proxy.as_ref().map_or(ground.port, |proxy| proxy.port).to_string();
        let closed = web::closed().await.to_string();
        let shared_ca = std::env::var("READBACK_TEST_PG_CA").unwrap_or_default();
        let words = [
            ("host", ground.host.as_str()),
            ("port", &port),
            ("closed", &closed),
            ("role", &role),
            ("db", database),
            ("shared_ca", &shared_ca),
        ];
        let place = Place { root: self.folder.path().to_owned(), docker_host: None };
        let checked = case.check(&place, &words).await;
        if inject.stopped {
            self.own[server.unwrap()].signal(Signal::CONT);
        }
        for connection in held {
            sqlx::Connection::close(connection).await.unwrap();
        }
        if let Some(admin) = &mut admin {
            if has_own {
                say(admin, &format!("drop database {database} with (force)")).await;
            }
            say(admin, &format!("drop role {role}")).await;
        }
        let evidence = checked?;
        let kept = serde_json::to_string(&evidence).unwrap();
        assert!(!kept.contains("not-a-secret"), "{}: {kept}", case.name);
        let has_a_hint = evidence.hint.is_some() || case.verdict == "pass";
        if has_a_hint { Ok(()) } else { Err(format!("{}: no hint of what to do", case.name)) }
    }
}

async fn say(connection: &mut PgConnection, sql: &str) {
    if !sql.is_empty() {
        let said = connection.execute(AssertSqlSafe(sql.to_owned())).await;
        said.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

/// A certificate for this name that ends in so many days, and its key.
fn certificate(authority: &CertifiedIssuer<'_, KeyPair>, name: &str, days: i64) -> (String, String) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    // Whole days, as of a day that has begun everywhere.
    let end = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC) + jiff::Span::new().days(days);
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(i32::from(end.year()), end.month() as u8, end.day() as u8);
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, authority).unwrap().pem(), key.serialize_pem())
}

#[tokio::test]
async fn every_fault_of_a_server_is_seen_for_what_it_is() {
    let Some(shared) = service::address("postgres", "READBACK_TEST_PG") else { return };
    let matrix = Matrix::<Inject>::parse(include_str!("../fixtures/faults/real/postgres.toml"));
    let world = World::make(&shared).await;
    // Rows that share a server of the test's own take turns; on the shared one each has a role and a database.
    let mut lanes: BTreeMap<String, Vec<(usize, Case<Inject>)>> = BTreeMap::new();
    for (number, case) in matrix.cases().enumerate() {
        let lane = case.inject.server.clone().unwrap_or_else(|| format!("shared {}", number % 3));
        lanes.entry(lane).or_default().push((number, case));
    }
    let has_shared_ca = std::env::var("READBACK_TEST_PG_CA").is_ok();
    let asks_for_it = |case: &Case<Inject>| case.probe.values().any(|value| value.as_str() == Some("{shared_ca}"));
    let run = async |lane: Vec<(usize, Case<Inject>)>| {
        let mut wrong = Vec::new();
        for (number, case) in lane.iter().filter(|(_, case)| has_shared_ca || !asks_for_it(case)) {
            wrong.extend(world.run(case, *number).await.err());
        }
        wrong
    };
    let wrong = futures_util::future::join_all(lanes.into_values().map(run)).await.concat();
    matrix::all_as_they_must_be(&wrong);
}
