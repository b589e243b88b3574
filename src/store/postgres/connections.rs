//! A few connections, kept for the next call.
//!
//! Not sqlx's pool: that one keeps trying while the server refuses, and answers with a time-out that has
//! lost the cause. Here a call connects by itself when no idle connection is good, and the cause is its
//! answer, at once.

use super::schema::{self, Stands};
use crate::store::deadline::ENGINE;
use crate::store::sqlx_error::from_sqlx;
use crate::store::{Access, StoreError};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, SemaphorePermit};

/// How many calls may be under way; a team's consoles share the server with the applications.
const MOST: usize = 3;

/// A connection that was idle longer is asked for a sign of life before it is used.
const FRESH: Duration = Duration::from_secs(1);

/// The longest the sign of life may take: a silent network must leave time for a new connection.
const PING: Duration = Duration::from_millis(700);

/// The connections of one store.
pub(super) struct Connections {
    options: PgConnectOptions,
    access: Access,
    free: Semaphore,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    idle: Vec<(PgConnection, Instant)>,
    /// What the schema check found; `None` until it has been made.
    stands: Option<Stands>,
}

impl std::fmt::Debug for Connections {
    /// The options hold the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connections").field("access", &self.access).finish_non_exhaustive()
    }
}

impl Connections {
    pub(super) fn new(options: &PgConnectOptions, access: Access) -> Self {
        let options = options.clone().application_name("readback").disable_statement_logging();
        Self { options, access, free: Semaphore::new(MOST), kept: Mutex::default() }
    }

    /// The options of a connection, for one that is kept elsewhere.
    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// A good connection to a database whose tables are checked.
    pub(super) async fn lease(&self) -> Result<Lease<'_>, StoreError> {
        let permit = self.free.acquire().await;
        let permit = permit.map_err(|_| StoreError::Unavailable("the store is closed".to_owned()))?;
        let mut connection = match self.idle().await {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let known = self.kept().stands;
        let stands = match known {
            Some(stands) => stands,
            None => self.check(&mut connection).await?,
        };
        Ok(Lease { connections: self, connection, stands, _permit: permit })
    }

    async fn check(&self, connection: &mut PgConnection) -> Result<Stands, StoreError> {
        let stands = match self.access {
            Access::ReadWrite => schema::ensure(connection).await?,
            Access::ReadOnly => schema::verify(connection).await?,
        };
        // A reader that found only the log looks again: somebody may make the rest.
        if stands.log && stands.own {
            self.kept().stands = Some(stands);
        }
        Ok(stands)
    }

    /// An idle connection that is alive. What a restarted server left behind is dropped here.
    async fn idle(&self) -> Option<PgConnection> {
        loop {
            let (mut connection, since) = self.kept().idle.pop()?;
            if since.elapsed() < FRESH {
                return Some(connection);
            }
            match tokio::time::timeout(PING, connection.ping()).await {
                Ok(Ok(())) => return Some(connection),
                // The others are as old or older, and as dead.
                _ => self.kept().idle.clear(),
            }
        }
    }

    async fn connect(&self) -> Result<PgConnection, StoreError> {
        self.connect_for(ENGINE).await
    }

    /// A connection of its own for long work, whose statements may take this long; its tables are checked.
    pub(super) async fn own(&self, longest: Duration) -> Result<(PgConnection, Stands), StoreError> {
        let mut connection = self.connect_for(longest).await?;
        let stands = self.check(&mut connection).await?;
        Ok((connection, stands))
    }

    async fn connect_for(&self, longest: Duration) -> Result<PgConnection, StoreError> {
        let mut connection = self.options.connect().await.map_err(from_sqlx)?;
        let milliseconds = longest.as_millis();
        let read_only = if self.access == Access::ReadOnly { "on" } else { "off" };
        // SET, not start-up parameters: a pooler in between (PgBouncer) refuses those it does not know.
        let setup = format!(
            "SET statement_timeout = {milliseconds}; SET lock_timeout = {milliseconds}; \
             SET idle_in_transaction_session_timeout = {milliseconds}; \
             SET default_transaction_read_only = {read_only}"
        );
        // Made of numbers and words of our own.
        sqlx::raw_sql(AssertSqlSafe(setup)).execute(&mut connection).await.map_err(from_sqlx)?;
        Ok(connection)
    }

    /// Takes leave of the server on every idle connection.
    pub(super) async fn close(&self) {
        let idle = std::mem::take(&mut self.kept().idle);
        for (connection, _) in idle {
            // A server that is gone needs no farewell.
            let _ = tokio::time::timeout(PING, connection.close()).await;
        }
    }

    /// A lock poisoned by a panic elsewhere still guards a whole list.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection for one call. One that is not given back (an error, a call that was dropped half-way) is
/// closed: nobody knows what the server still does on it.
pub(in crate::store) struct Lease<'a> {
    connections: &'a Connections,
    connection: PgConnection,
    stands: Stands,
    _permit: SemaphorePermit<'a>,
}

impl Lease<'_> {
    pub(in crate::store) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Whether the console's own tables stand.
    pub(super) fn has_own(&self) -> bool {
        self.stands.own
    }

    /// Whether the table of who is there stands.
    pub(super) fn has_presence(&self) -> bool {
        self.stands.presence
    }

    /// Whether a record moves the head of its chain itself.
    pub(super) fn has_guards(&self) -> bool {
        self.stands.guards
    }

    /// The call went well: the next one may use the connection.
    pub(in crate::store) fn give_back(self) {
        self.connections.kept().idle.push((self.connection, Instant::now()));
    }
}
