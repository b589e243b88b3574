//! A `PostgreSQL` database per test, made on the server of `READBACK_TEST_PG` and dropped afterwards.

#![allow(clippy::print_stdout, reason = "a test that was left out says so")]

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use std::str::FromStr;
use uuid::Uuid;

/// A database of one test's own.
#[derive(Clone, Debug)]
pub struct TestDb {
    server: String,
    name: String,
}

impl TestDb {
    /// Makes it; `None` where the tests of `PostgreSQL` are left out on purpose.
    pub async fn create() -> Option<Self> {
        let Ok(server) = std::env::var("READBACK_TEST_PG") else {
            let left_out = std::env::var("READBACK_TEST_WITHOUT").unwrap_or_default();
            assert!(
                left_out.contains("postgres"),
                "READBACK_TEST_PG is not set: give it the URL of a role that may create databases and roles \
                 (postgres://postgres:...@127.0.0.1/postgres), or leave these tests out with \
                 READBACK_TEST_WITHOUT=postgres"
            );
            println!("left out: PostgreSQL (READBACK_TEST_WITHOUT)");
            return None;
        };
        let db = Self { server, name: random("rb_test") };
        db.admin(&format!("CREATE DATABASE {}", db.name)).await;
        Some(db)
    }

    /// The URL of the database, for the role of `READBACK_TEST_PG`.
    pub fn url(&self) -> String {
        let (before, after) = match self.server.split_once('?') {
            Some((before, after)) => (before, format!("?{after}")),
            None => (self.server.as_str(), String::new()),
        };
        let (server, _) = before.rsplit_once('/').expect("READBACK_TEST_PG names a database");
        format!("{server}/{}{after}", self.name)
    }

    /// The URL for another role, by password and TCP, on this host and port.
    pub fn url_for(&self, role: &Role, port: Option<u16>) -> String {
        let options = PgConnectOptions::from_str(&self.server).unwrap();
        let (host, own_port) = (options.get_host(), options.get_port());
        let port = port.unwrap_or(own_port);
        format!("postgres://{}:{}@{host}:{port}/{}?sslmode=prefer", role.name, role.password, self.name)
    }

    /// Host and port of the server.
    pub fn address(&self) -> (String, u16) {
        let options = PgConnectOptions::from_str(&self.server).unwrap();
        (options.get_host().to_owned(), options.get_port())
    }

    /// A connection as another program would have it.
    pub async fn connect(&self) -> PgConnection {
        PgConnectOptions::from_str(&self.url()).unwrap().connect().await.unwrap()
    }

    /// Runs statements in the database.
    pub async fn sql(&self, sql: &str) -> Result<(), sqlx::Error> {
        let mut connection = self.connect().await;
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await;
        connection.close().await.unwrap();
        done.map(drop)
    }

    /// A role that may log in and nothing else. `public` may not create tables, as in `PostgreSQL` 15.
    pub async fn role(&self) -> Role {
        let role = Role { name: random("rb_role"), password: Uuid::now_v7().simple().to_string() };
        self.admin(&format!("CREATE ROLE {} LOGIN PASSWORD '{}'", role.name, role.password)).await;
        self.sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC").await.unwrap();
        role
    }

    /// Drops the roles' rights in this database and the roles.
    pub async fn drop_role(&self, role: Role) {
        self.sql(&format!("DROP OWNED BY {0}; DROP ROLE {0}", role.name)).await.unwrap();
    }

    /// Drops the database with whoever is still connected.
    pub async fn drop(self) {
        self.admin(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }

    async fn admin(&self, sql: &str) {
        let mut connection = PgConnectOptions::from_str(&self.server).unwrap().connect().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

/// A role of one test's own.
#[derive(Debug)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Made for the test.
    pub password: String,
}

fn random(prefix: &str) -> String {
    format!("{prefix}_{}", Uuid::now_v7().simple())
}
