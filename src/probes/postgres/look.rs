//! The way to the server, one login, one question, the application's own question, and one database that has to be
//! refused.

use super::connect::{self, Resolved, close, seen_of, sqlstate};
use super::door::{self, Handshake, Way};
use super::{Answer, Check, CheckSeen, Postgres, Seen, Step};
use crate::probes::net;
use crate::probes::tls::Trust;
use crate::probes::{Control, Place, ProbeError};
use jiff::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgRow, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, Row};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// What the server says of itself, in one row, that an ordinary role may read. A role that may not see a connection's
/// type sees whether it is of a user and in a database.
const QUESTION: &str = "select current_setting('server_version') as version, \
     (select s.version from pg_stat_ssl s where s.pid = pg_backend_pid() and s.ssl) as tls, \
     pg_is_in_recovery() as in_recovery, \
     current_setting('transaction_read_only') = 'on' as read_only, \
     (select count(*) from pg_stat_activity where backend_type = 'client backend' \
       or (backend_type is null and datid is not null and usesysid is not null)) as clients, \
     current_setting('max_connections')::bigint as max_connections, \
     current_setting('superuser_reserved_connections')::bigint as reserved, \
     (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms, \
     (extract(epoch from pg_postmaster_start_time()) * 1000)::bigint as started_ms";

/// How much longer than its own limit the server may take to say that the application's question took too long.
const GRACE: Duration = Duration::from_millis(500);

pub(super) async fn look(options: &Postgres, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
    let resolved = connect::resolve(&options.login(), at).await?;
    let main = net::before(deadline);
    let way = if resolved.is_socket() {
        Way::default()
    } else {
        match door::walk(&resolved.host, resolved.port, &options.host, handshake(options, &resolved, at), main).await? {
            Ok(way) => way,
            Err(seen) => return Ok(seen),
        }
    };
    let start = Instant::now();
    let mut connection = match timeout_at(main, resolved.connect.connect()).await {
        Err(_) => return Ok(Seen::Silent(Step::Login)),
        Ok(Err(error)) => {
            let seen = seen_of(&error, Step::Login, &options.host)?;
            return Ok(explained(seen, &resolved, &way, deadline).await);
        }
        Ok(Ok(connection)) => connection,
    };
    let connect_ms = net::millis_since(start);
    let start = Instant::now();
    let row = match timeout_at(main, sqlx::raw_sql(QUESTION).fetch_one(&mut connection)).await {
        Err(_) => return Ok(Seen::Silent(Step::Question)),
        Ok(Err(error)) => return seen_of(&error, Step::Question, &options.host),
        Ok(Ok(row)) => row,
    };
    let (query_ms, answered) = (net::millis_since(start), Instant::now());
    let Ok(mut answer) = answer_of(&row) else { return Ok(Seen::NotPostgres) };
    (answer.connect_ms, answer.query_ms, answer.sslmode, answer.way) = (connect_ms, query_ms, resolved.sslmode, way);
    if let Some(query) = &options.query {
        answer.check = Some(check(&mut connection, query, options.query_limit_ms, main).await);
    }
    if matches!(timeout_at(deadline, close(connection)).await, Ok(())) {
        answer.control = control(resolved.connect, deadline).await;
    } else {
        answer.control = Control::Unclear;
    }
    answer.since_ms = net::millis_since(answered);
    Ok(Seen::Answered(answer))
}

/// What is asked of the certificate. A `verify-*` is kept by the login itself.
fn handshake(options: &Postgres, resolved: &Resolved, at: &Place) -> Handshake {
    match &options.ca {
        _ if resolved.sslmode == "disable" => Handshake::No,
        _ if !options.verify => Handshake::Look,
        Some(ca) => Handshake::Verify(Trust::SystemAnd(at.path(ca))),
        None => Handshake::Verify(Trust::System),
    }
}

/// A refusal before any password may be about the missing TLS: whoever is treated otherwise over TLS was refused for
/// that. And a certificate that was refused has been seen on the way.
async fn explained(seen: Seen, resolved: &Resolved, way: &Way, deadline: Instant) -> Seen {
    match seen {
        Seen::Tls { fault, .. } => Seen::Tls { fault, not_after: way.peer.and_then(|peer| peer.not_after) },
        Seen::Rejected { sqlstate, step: Step::Login }
            if sqlstate == "28000" && resolved.sslmode == "disable" && way.offers_tls == Some(true) =>
        {
            let over_tls = resolved.connect.clone().ssl_mode(PgSslMode::Require);
            let refused_alike = match timeout_at(deadline, over_tls.connect()).await {
                Ok(Err(error)) => self::sqlstate(&error).as_deref() == Some("28000"),
                Ok(Ok(_)) => false,
                Err(_) => true,
            };
            if refused_alike { Seen::Rejected { sqlstate, step: Step::Login } } else { Seen::TlsRequired }
        }
        seen => seen,
    }
}

fn answer_of(row: &PgRow) -> Result<Answer, sqlx::Error> {
    let count = |name| row.try_get::<i64, _>(name).map(|count| u64::try_from(count).unwrap_or(0));
    let time = |name| row.try_get::<i64, _>(name).map(|millis| Timestamp::from_millisecond(millis).ok());
    Ok(Answer {
        connect_ms: 0,
        query_ms: 0,
        version: net::short(row.try_get("version")?, 40),
        sslmode: String::new(),
        tls: row.try_get::<Option<&str>, _>("tls")?.map(|version| net::short(version, 20)),
        in_recovery: row.try_get("in_recovery")?,
        read_only: row.try_get("read_only")?,
        clients: count("clients")?,
        max_connections: count("max_connections")?,
        reserved: count("reserved")?,
        started_at: time("started_ms")?,
        server_time: time("now_ms")?,
        since_ms: 0,
        way: Way::default(),
        check: None,
        control: Control::NotAsked,
    })
}

/// The application's own question, in a transaction that can't write and that the server ends in time. It goes by the
/// protocol that takes one statement only.
async fn check(connection: &mut PgConnection, query: &str, limit_ms: u64, deadline: Instant) -> Check {
    let start = Instant::now();
    let deadline = deadline.min(start + Duration::from_millis(limit_ms) + GRACE);
    // A wait for a lock ends a little before the whole: then it is known that it was one.
    let lock_ms = (limit_ms * 9 / 10).max(1);
    let begin = format!(
        "begin transaction read only; set local statement_timeout = {limit_ms}; set local lock_timeout = {lock_ms}"
    );
    let asked = async {
        sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut *connection).await?;
        sqlx::query(AssertSqlSafe(query)).persistent(false).fetch_optional(&mut *connection).await
    };
    let seen = match timeout_at(deadline, asked).await {
        Err(_) => CheckSeen::Silent,
        Ok(Err(error)) => sqlstate(&error).map_or(CheckSeen::Dropped, CheckSeen::Rejected),
        Ok(Ok(None)) => CheckSeen::NoRow,
        // What is no truth value is a row, and that is enough.
        Ok(Ok(Some(row))) => match row.try_get::<Option<bool>, _>(0) {
            Ok(Some(true)) | Err(_) => CheckSeen::Held,
            Ok(_) => CheckSeen::False,
        },
    };
    Check { seen, took_ms: net::millis_since(start) }
}

async fn control(connect: PgConnectOptions, deadline: Instant) -> Control {
    let absent = format!("readback_must_not_exist_{}", uuid::Uuid::now_v7().simple());
    match timeout_at(deadline, connect.database(&absent).connect()).await {
        Err(_) => Control::Unclear,
        Ok(Err(error)) => control_of(&error),
        Ok(Ok(connection)) => {
            drop(connection);
            Control::Passed
        }
    }
}

/// Only a refusal that is about the database or the right to it is one.
fn control_of(error: &sqlx::Error) -> Control {
    match sqlstate(error).as_deref() {
        // invalid_catalog_name, authorization, privilege; 08P01 is what a pooler says.
        Some("3D000" | "28000" | "28P01" | "42501" | "08P01") => Control::Refused,
        _ => Control::Unclear,
    }
}
