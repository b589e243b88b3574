//! One connection: who we are, `PING`, `INFO`, and a command that has to be refused.

use super::resp::{self, Reply, Trouble};
use super::{Answer, Info, Redis, Seen};
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::{Control, Place, ProbeError, net};
use std::io::ErrorKind;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// Why a conversation ended before its end.
enum Ended {
    Dropped,
    NotRedis,
    Rejected(String),
}

impl From<Trouble> for Ended {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Ended => Self::Dropped,
            Trouble::NotResp => Self::NotRedis,
        }
    }
}

type Connection = BufReader<TcpStream>;

pub(super) async fn look(options: &Redis, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
    let host = at.resolve(&options.host).await?;
    let port = net::port(&at.resolve(&options.port).await?, &options.port)?;
    let user = match &options.user {
        Some(user) => Some(at.resolve(user).await?),
        None => None,
    };
    let password = match &options.password_key {
        Some(key) => Some(at.secret(key).await?),
        None => None,
    };
    if user.is_some() && password.is_none() {
        return Err(ProbeError::new(
            Unknown::NotConfigured,
            "a user without password_key: there is nothing to log in with",
        ));
    }
    let login = password.as_ref().map(|password| match &user {
        Some(user) => resp::command(&[b"AUTH", user.as_bytes(), password.expose()]),
        None => resp::command(&[b"AUTH", password.expose()]),
    });
    let addresses = net::look_up(&host, port, &options.host, deadline).await?;
    let start = Instant::now();
    let stream = match timeout_at(deadline, TcpStream::connect(addresses.as_slice())).await {
        Err(_) => return Err(no_way(options, ErrorKind::TimedOut)),
        Ok(Err(error)) => return refused(options, error.kind()),
        Ok(Ok(stream)) => stream,
    };
    let connect_ms = net::millis_since(start);
    let talk = talk(BufReader::new(stream), login.as_deref(), connect_ms);
    Ok(match timeout_at(deadline, talk).await {
        Err(_) => Seen::Silent,
        Ok(Err(Ended::Dropped)) => Seen::Dropped,
        Ok(Err(Ended::NotRedis)) => Seen::NotRedis,
        Ok(Err(Ended::Rejected(code))) => Seen::Rejected(code),
        Ok(Ok(answer)) => Seen::Answered(answer),
    })
}

async fn talk(mut connection: Connection, login: Option<&[u8]>, connect_ms: u64) -> Result<Answer, Ended> {
    if let Some(login) = login {
        expect(ask(&mut connection, login).await?, "OK")?;
    }
    let start = Instant::now();
    expect(ask(&mut connection, &resp::command(&[b"PING"])).await?, "PONG")?;
    let ping_ms = net::millis_since(start);
    let info = match ask(&mut connection, &resp::command(&[b"INFO"])).await? {
        Reply::Bulk(text) => Some(info(&text)),
        Reply::Error(code) if code == "NOPERM" => None,
        Reply::Error(code) => return Err(Ended::Rejected(code)),
        Reply::Simple(_) | Reply::Other => return Err(Ended::NotRedis),
    };
    let absent = resp::command(&[b"READBACK.MUSTNOTEXIST"]);
    let control = match ask(&mut connection, &absent).await {
        Ok(Reply::Error(_)) => Control::Refused,
        Ok(_) => Control::Passed,
        Err(_) => Control::Unclear,
    };
    Ok(Answer { connect_ms, ping_ms, info, control })
}

async fn ask(connection: &mut Connection, command: &[u8]) -> Result<Reply, Trouble> {
    connection.write_all(command).await.map_err(|_| Trouble::Ended)?;
    resp::reply(connection).await
}

fn expect(reply: Reply, word: &str) -> Result<(), Ended> {
    match reply {
        Reply::Simple(said) if said == word => Ok(()),
        Reply::Error(code) => Err(Ended::Rejected(code)),
        _ => Err(Ended::NotRedis),
    }
}

/// The fields of `INFO`. Pure.
pub(super) fn info(text: &str) -> Info {
    let field = |name: &str| text.lines().find_map(|line| line.trim_end().strip_prefix(name)?.strip_prefix(':'));
    let word = |name| field(name).map(|value| net::short(value, 40));
    let number = |name| field(name).and_then(|value| value.parse().ok());
    Info {
        version: word("redis_version"),
        role: word("role"),
        link_up: field("master_link_status").map(|status| status == "up"),
        loading: field("loading").map(|flag| flag != "0"),
        snapshot_ok: field("rdb_last_bgsave_status").map(|status| status == "ok"),
        append_ok: field("aof_last_write_status").map(|status| status == "ok"),
        used_memory: number("used_memory"),
        max_memory: number("maxmemory"),
        policy: word("maxmemory_policy"),
        clients: number("connected_clients"),
        uptime_s: number("uptime_in_seconds"),
    }
}

fn refused(options: &Redis, kind: ErrorKind) -> Result<Seen, ProbeError> {
    match kind {
        ErrorKind::ConnectionRefused => Ok(Seen::Refused),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => Ok(Seen::Dropped),
        other => Err(no_way(options, other)),
    }
}

fn no_way(options: &Redis, kind: ErrorKind) -> ProbeError {
    let host = line(&options.host);
    match kind {
        ErrorKind::TimedOut => ProbeError::new(
            Unknown::TimedOut,
            format!("{host} does not answer a connection: a firewall on the way, or the host is gone"),
        ),
        ErrorKind::PermissionDenied => {
            ProbeError::new(Unknown::Denied, format!("this machine does not permit a connection to {host}"))
        }
        other => ProbeError::new(Unknown::Unreachable, format!("no way to {host} from this host ({other})")),
    }
}
