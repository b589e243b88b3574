//! One connection, one question, and one database that has to be refused. No pool: it would eat the
//! cause of a failure. Nothing the server says in words leaves this file.

use super::{Answer, Postgres, Seen};
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::net::{self, Door, TlsFault};
use crate::probes::{Control, Place, ProbeError};
use jiff::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgRow, PgSslMode};
use sqlx::{ConnectOptions, Connection, PgConnection, Row};
use std::io::ErrorKind;
use std::net::SocketAddr;
use tokio::time::{Instant, timeout_at};

/// What the server says of itself, in one row, that an ordinary role may read.
const QUESTION: &str = "select current_setting('server_version') as version, \
     (select s.version from pg_stat_ssl s where s.pid = pg_backend_pid() and s.ssl) as tls, \
     pg_is_in_recovery() as in_recovery, \
     current_setting('transaction_read_only') = 'on' as read_only, \
     (select count(*) from pg_stat_activity where backend_type = 'client backend') as clients, \
     current_setting('max_connections')::bigint as max_connections, \
     (extract(epoch from pg_postmaster_start_time()) * 1000)::bigint as started_ms";

pub(super) async fn look(options: &Postgres, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
    let host = at.resolve(&options.host).await?;
    let port = net::port(&at.resolve(&options.port).await?, &options.port)?;
    let database = at.resolve(&options.database).await?;
    // As libpq does: a socket has no TLS, whatever the mode.
    let sslmode = if host.starts_with('/') { "disable".to_owned() } else { at.resolve(&options.sslmode).await? };
    let connect = connect_options(options, at, &host, port, ssl_mode(&sslmode)?).await?.database(&database);
    // A socket's folder has no name to look up.
    let addresses =
        if host.starts_with('/') { Vec::new() } else { net::look_up(&host, port, &options.host, deadline).await? };
    let main = net::before(deadline);
    let mut answer = match timeout_at(main, ask(&connect)).await {
        Err(_) => return silent(&addresses, options, deadline).await,
        Ok(Err(error)) => return seen_of(&error, options),
        Ok(Ok(answer)) => Answer { sslmode, ..answer },
    };
    let absent = format!("readback_must_not_exist_{}", uuid::Uuid::now_v7().simple());
    answer.control = match timeout_at(deadline, connect.database(&absent).connect()).await {
        Err(_) => Control::Unclear,
        Ok(Err(error)) => control_of(&error),
        Ok(Ok(connection)) => {
            drop(connection);
            Control::Passed
        }
    };
    Ok(Seen::Answered(answer))
}

/// How to connect: everything is said, so that `PGHOST` and its like in this process's environment
/// don't answer for the application.
async fn connect_options(
    options: &Postgres,
    at: &Place,
    host: &str,
    port: u16,
    mode: PgSslMode,
) -> Result<PgConnectOptions, ProbeError> {
    let password = match &options.password_key {
        None => String::new(),
        Some(key) => String::from_utf8(at.secret(key).await?.expose().to_vec())
            .map_err(|_| ProbeError::new(Unknown::NotConfigured, format!("the value of {} is not UTF-8", line(key))))?,
    };
    let connect = PgConnectOptions::new_without_pgpass()
        .host(host)
        .port(port)
        .username(&at.resolve(&options.user).await?)
        .password(&password)
        .ssl_mode(mode)
        .application_name("readback")
        .disable_statement_logging();
    Ok(match &options.ca {
        Some(ca) => connect.ssl_root_cert(at.path(ca)),
        None => connect,
    })
}

fn ssl_mode(name: &str) -> Result<PgSslMode, ProbeError> {
    Ok(match name {
        "disable" => PgSslMode::Disable,
        "prefer" => PgSslMode::Prefer,
        "require" => PgSslMode::Require,
        "verify-ca" => PgSslMode::VerifyCa,
        "verify-full" => PgSslMode::VerifyFull,
        _ => {
            let message = "sslmode is none of: disable, prefer, require, verify-ca, verify-full";
            return Err(ProbeError::new(Unknown::NotConfigured, message));
        }
    })
}

async fn ask(connect: &PgConnectOptions) -> Result<Answer, sqlx::Error> {
    let start = Instant::now();
    let mut connection = connect.connect().await?;
    let connect_ms = net::millis_since(start);
    let start = Instant::now();
    // The simple protocol: a pooler between us and the server may not keep prepared statements.
    let row = sqlx::raw_sql(QUESTION).fetch_one(&mut connection).await?;
    let query_ms = net::millis_since(start);
    let answer = answer_of(&row, connect_ms, query_ms)?;
    close(connection).await;
    Ok(answer)
}

/// Says goodbye; the server logs it otherwise. That it failed to matters to nobody.
async fn close(connection: PgConnection) {
    let _ = connection.close().await;
}

fn answer_of(row: &PgRow, connect_ms: u64, query_ms: u64) -> Result<Answer, sqlx::Error> {
    let count = |name| row.try_get::<i64, _>(name).map(|count| u64::try_from(count).unwrap_or(0));
    let started_ms: i64 = row.try_get("started_ms")?;
    Ok(Answer {
        connect_ms,
        query_ms,
        version: net::short(row.try_get("version")?, 40),
        sslmode: String::new(),
        tls: row.try_get::<Option<&str>, _>("tls")?.map(|version| net::short(version, 20)),
        in_recovery: row.try_get("in_recovery")?,
        read_only: row.try_get("read_only")?,
        clients: count("clients")?,
        max_connections: count("max_connections")?,
        started_at: Timestamp::from_millisecond(started_ms).ok(),
        control: Control::NotAsked,
    })
}

/// The time ran out: a server that hangs still accepts connections, a lost one does not.
async fn silent(addresses: &[SocketAddr], options: &Postgres, deadline: Instant) -> Result<Seen, ProbeError> {
    if addresses.is_empty() {
        return Ok(Seen::Silent);
    }
    Ok(match net::knock(addresses, &options.host, deadline).await? {
        Door::Open => Seen::Silent,
        Door::Refused => Seen::Refused,
        Door::Reset => Seen::Dropped,
    })
}

fn seen_of(error: &sqlx::Error, options: &Postgres) -> Result<Seen, ProbeError> {
    if let Some(fault) = TlsFault::find(error) {
        return Ok(Seen::Tls(fault));
    }
    match error {
        sqlx::Error::Database(refusal) => {
            Ok(Seen::Rejected { sqlstate: net::short(refusal.code().as_deref().unwrap_or("?????"), 5) })
        }
        sqlx::Error::Tls(cause) if cause.to_string().contains("does not support TLS") => Ok(Seen::NoTls),
        sqlx::Error::Tls(_) => Ok(Seen::Tls(TlsFault::Other)),
        sqlx::Error::Io(io) => io_seen(io.kind(), options),
        // A connection that ends where the answer to the wish for TLS should stand reads as a zero.
        sqlx::Error::Protocol(message) if message.contains("SSLRequest: 0x00") => Ok(Seen::Dropped),
        sqlx::Error::Configuration(_) => {
            Err(ProbeError::new(Unknown::NotConfigured, "the connection's options make no sense together"))
        }
        _ => Err(ProbeError::new(
            Unknown::Garbled,
            format!("what answers at {} does not speak PostgreSQL", line(&options.host)),
        )),
    }
}

fn io_seen(kind: ErrorKind, options: &Postgres) -> Result<Seen, ProbeError> {
    let host = line(&options.host);
    let (reason, message) = match kind {
        ErrorKind::ConnectionRefused => return Ok(Seen::Refused),
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe => return Ok(Seen::Dropped),
        ErrorKind::PermissionDenied => (Unknown::Denied, format!("this user may not connect to {host}")),
        ErrorKind::NotFound => (Unknown::Unreachable, format!("no PostgreSQL socket, or no CA file, for {host}")),
        ErrorKind::TimedOut => (Unknown::TimedOut, format!("{host} does not answer a connection")),
        ErrorKind::InvalidData => return Ok(Seen::Tls(TlsFault::Other)),
        other => (Unknown::Unreachable, format!("no way to {host} from this host ({other})")),
    };
    Err(ProbeError::new(reason, message))
}

/// Only a refusal that is about the database or the right to it is one.
fn control_of(error: &sqlx::Error) -> Control {
    let sqlx::Error::Database(refusal) = error else { return Control::Unclear };
    match refusal.code().as_deref() {
        // invalid_catalog_name, authorization, privilege; 08P01 is what a pooler says.
        Some("3D000" | "28000" | "28P01" | "42501" | "08P01") => Control::Refused,
        _ => Control::Unclear,
    }
}
