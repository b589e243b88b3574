//! How to log in to a server, and what it means when that fails. No pool: it would eat the cause of a failure. Nothing
//! the server says in words leaves this file.

use super::{Seen, Step};
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::net::{self, TlsFault};
use crate::probes::{Place, ProbeError};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{Connection, PgConnection};
use std::io::ErrorKind;

/// Where to log in, and as whom; each may be a `$KEY`.
pub(in crate::probes) struct Login<'a> {
    pub(in crate::probes) host: &'a str,
    pub(in crate::probes) port: &'a str,
    pub(in crate::probes) user: &'a str,
    pub(in crate::probes) database: &'a str,
    pub(in crate::probes) password_key: Option<&'a str>,
    pub(in crate::probes) sslmode: &'a str,
    pub(in crate::probes) ca: Option<&'a std::path::Path>,
}

/// A login with every `$KEY` resolved.
pub(in crate::probes) struct Resolved {
    pub(in crate::probes) host: String,
    pub(in crate::probes) port: u16,
    pub(in crate::probes) sslmode: String,
    pub(in crate::probes) connect: PgConnectOptions,
}

impl Resolved {
    /// The folder of a socket, which has no name to look up and no TLS.
    pub(in crate::probes) fn is_socket(&self) -> bool {
        self.host.starts_with('/')
    }
}

/// How to connect: everything is said, so that `PGHOST` and its like in this process's environment don't answer for
/// the application.
pub(in crate::probes) async fn resolve(login: &Login<'_>, at: &Place) -> Result<Resolved, ProbeError> {
    let host = at.resolve(login.host).await?;
    let port = net::port(&at.resolve(login.port).await?, login.port)?;
    // As libpq does: a socket has no TLS, whatever the mode.
    let sslmode = if host.starts_with('/') { "disable".to_owned() } else { at.resolve(login.sslmode).await? };
    let password = match login.password_key {
        None => String::new(),
        Some(key) => String::from_utf8(at.secret(key).await?.expose().to_vec())
            .map_err(|_| ProbeError::new(Unknown::NotConfigured, format!("the value of {} is not UTF-8", line(key))))?,
    };
    let connect = PgConnectOptions::new_without_pgpass()
        .host(&host)
        .port(port)
        .username(&at.resolve(login.user).await?)
        .password(&password)
        .database(&at.resolve(login.database).await?)
        .ssl_mode(ssl_mode(&sslmode)?)
        .application_name("readback");
    let connect = match login.ca {
        Some(ca) if tokio::fs::metadata(at.path(ca)).await.is_err() => {
            let message = format!("the CA file {} can't be read", line(&ca.to_string_lossy()));
            return Err(ProbeError::new(Unknown::NotConfigured, message).hint("ls -l, on the path that ca names"));
        }
        Some(ca) => connect.ssl_root_cert(at.path(ca)),
        None => connect,
    };
    Ok(Resolved { host, port, sslmode, connect: sqlx::ConnectOptions::disable_statement_logging(connect) })
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
            return Err(ProbeError::new(Unknown::NotConfigured, message).hint("set sslmode"));
        }
    })
}

/// Says goodbye; the server logs it otherwise. That it failed to matters to nobody.
pub(in crate::probes) async fn close(connection: PgConnection) {
    let _ = connection.close().await;
}

/// The SQLSTATE of a refusal.
pub(in crate::probes) fn sqlstate(error: &sqlx::Error) -> Option<String> {
    let sqlx::Error::Database(refusal) = error else { return None };
    Some(net::short(refusal.code().as_deref().unwrap_or("?????"), 5))
}

/// What an error at a step shows of the server, or why it shows nothing.
pub(super) fn seen_of(error: &sqlx::Error, step: Step, shown: &str) -> Result<Seen, ProbeError> {
    if let Some(fault) = TlsFault::find(error) {
        return Ok(Seen::Tls { fault, not_after: None });
    }
    if let Some(sqlstate) = sqlstate(error) {
        return Ok(Seen::Rejected { sqlstate, step });
    }
    match error {
        sqlx::Error::Tls(cause) if cause.to_string().contains("does not support TLS") => Ok(Seen::NoTls),
        sqlx::Error::Tls(_) => Ok(Seen::Tls { fault: TlsFault::Other, not_after: None }),
        sqlx::Error::Io(io) => io_seen(io.kind(), step, shown),
        // A connection that ends where the answer to the wish for TLS should stand reads as a zero.
        sqlx::Error::Protocol(message) if message.contains("SSLRequest: 0x00") => Ok(Seen::Dropped(Step::Tls)),
        sqlx::Error::Configuration(_) => {
            Err(ProbeError::new(Unknown::NotConfigured, "the connection's options make no sense together"))
        }
        _ => Ok(Seen::NotPostgres),
    }
}

fn io_seen(kind: ErrorKind, step: Step, shown: &str) -> Result<Seen, ProbeError> {
    let host = line(shown);
    let (reason, message) = match kind {
        ErrorKind::ConnectionRefused => return Ok(Seen::Refused),
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe => return Ok(Seen::Dropped(step)),
        ErrorKind::PermissionDenied => (Unknown::Denied, format!("this user may not connect to {host}")),
        ErrorKind::NotFound => (Unknown::Unreachable, format!("there is no PostgreSQL socket at {host}")),
        ErrorKind::TimedOut => (Unknown::TimedOut, format!("{host} does not answer a connection")),
        ErrorKind::InvalidData => return Ok(Seen::Tls { fault: TlsFault::Other, not_after: None }),
        other => (Unknown::Unreachable, format!("no way to {host} from this host ({other})")),
    };
    Err(ProbeError::new(reason, message))
}
