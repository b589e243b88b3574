//! The faults of tests/fixtures/faults/real/feed.toml: a log in PostgreSQL, one in SQLite, and an Alertmanager.

use crate::support::matrix::{self, Case, Matrix};
#[allow(dead_code, reason = "one database is enough here")]
use crate::support::pg;
use crate::support::web;
use jiff::{SignedDuration, Timestamp};
use readback::probes::Place;
use serde::Deserialize;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What is done before the probe looks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Inject {
    /// Said in PostgreSQL, where the log's table is there and empty.
    sql: String,
    /// Said over a connection that stays.
    held: String,
    /// The probe's role is one without any right.
    role: bool,
    /// Said in a SQLite file, where the log's table is there and empty.
    sqlite: Option<String>,
    /// The Alertmanager.
    alertmanager: Option<Alertmanager>,
}

/// What an Alertmanager answers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Alertmanager {
    /// How long ago it was told of an alert last, in seconds; none without.
    heard_ago_s: Option<i64>,
    /// It has that alert under every name.
    for_every_name: bool,
    /// What it says of itself, unless it is what one says.
    status: Option<String>,
}

const POSTGRES: &str = include_str!("../../src/store/migrations/postgres/0001_alert_operation_log.sql");
const SQLITE: &str = include_str!("../../src/store/migrations/sqlite/0001_alert_operation_log.sql");

impl Alertmanager {
    /// Answers on a port of loopback for as long as the test runs.
    async fn start(self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = [0; 4096];
                let bytes = stream.read(&mut head).await.unwrap_or(0);
                let body = self.says(&String::from_utf8_lossy(&head[..bytes]));
                let length = body.len();
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
                let _ = stream.read(&mut head).await;
            }
        });
        port
    }

    fn says(&self, head: &str) -> String {
        if head.contains("/api/v2/status") {
            let own = r#"{"cluster": {"status": "disabled"}, "versionInfo": {"version": "0.25.0"}}"#;
            return self.status.clone().unwrap_or_else(|| own.to_owned());
        }
        let is_asked = self.for_every_name || !head.contains("must_not_exist");
        match self.heard_ago_s.filter(|_| is_asked) {
            Some(ago) => {
                let time = Timestamp::now() - SignedDuration::from_secs(ago);
                format!(r#"[{{"labels": {{"alertname": "Watchdog"}}, "updatedAt": "{time}"}}]"#)
            }
            None => "[]".to_owned(),
        }
    }
}

/// Does what a row says, and looks.
async fn run(case: &Case<Inject>, db: &pg::TestDb) -> Result<(), String> {
    let (inject, folder) = (&case.inject, tempfile::tempdir().unwrap());
    let mut admin = db.connect().await;
    let fresh = format!(
        "drop schema public cascade; create schema public; grant usage on schema public to public; {POSTGRES}; {}",
        inject.sql
    );
    admin.execute(AssertSqlSafe(fresh)).await.unwrap();
    admin.execute(AssertSqlSafe(inject.held.clone())).await.unwrap();
    let role = if inject.role { Some(db.role().await) } else { None };
    let url: sqlx::postgres::PgConnectOptions = db.url().parse().unwrap();
    let given = db.url().split('@').next().unwrap().rsplit(':').next().unwrap().to_owned();
    let (user, password) = match &role {
        Some(role) => (role.name.clone(), role.password.clone()),
        None => (url.get_username().to_owned(), given),
    };
    std::fs::write(folder.path().join(".env"), format!("DB_PASSWORD={password}\n")).unwrap();
    if let Some(sql) = &inject.sqlite {
        let file = SqliteConnectOptions::new().filename(folder.path().join("log.db")).create_if_missing(true);
        let mut file = file.connect().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("{SQLITE}; {sql}"))).execute(&mut file).await.unwrap();
        file.close().await.unwrap();
    }
    let port = match &inject.alertmanager {
        Some(alertmanager) => alertmanager.clone().start().await,
        None => url.get_port(),
    };
    let words = [
        ("host", url.get_host()),
        ("port", &port.to_string()),
        ("user", user.as_str()),
        ("db", url.get_database().unwrap()),
        ("closed", &web::closed().await.to_string()),
    ];
    let place = Place { root: folder.path().to_owned(), docker_host: None };
    let checked = case.check(&place, &words).await;
    admin.close().await.unwrap();
    if let Some(role) = role {
        db.drop_role(role).await;
    }
    let evidence = checked?;
    let kept = serde_json::to_string(&evidence).unwrap();
    assert!(!kept.contains(&password), "{}: {kept}", case.name);
    if evidence.hint.is_some() || case.verdict == "pass" {
        return Ok(());
    }
    Err(format!("{}: no hint of what to do", case.name))
}

#[tokio::test]
async fn every_fault_of_the_feed_is_seen_for_what_it_is() {
    let Some(db) = pg::TestDb::create().await else { return };
    let mut wrong = Vec::new();
    for case in Matrix::<Inject>::parse(include_str!("../fixtures/faults/real/feed.toml")).cases() {
        wrong.extend(run(&case, &db).await.err());
    }
    db.drop().await;
    matrix::all_as_they_must_be(&wrong);
}
