//! One connection: who we are, `PING`, `INFO`, and a command that has to be refused.

use super::resp::{self, Reply, Trouble};
use super::{Answer, Info, Redis, Seen};
use crate::evidence::Unknown;
use crate::probes::peer::{Dialed, dial, shake};
use crate::probes::{Control, Place, ProbeError, net};
use std::net::SocketAddr;
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
    let start = Instant::now();
    let addresses = net::look_up(&host, port, &options.host, deadline).await.map_err(|error| error.id("dns"))?;
    let lookup_ms = net::millis_since(start);
    let start = Instant::now();
    let stream = match dial(&addresses, &options.host, deadline).await? {
        Dialed::Open(stream) => stream,
        Dialed::Refused => return Ok(Seen::Refused),
        Dialed::Reset => return Ok(Seen::Dropped),
    };
    let connect_ms = net::millis_since(start);
    let talk = talk(BufReader::new(stream), login.as_deref());
    Ok(match timeout_at(net::before(deadline), talk).await {
        Err(_) => silent(&addresses, &host, Seen::Silent, deadline).await,
        Ok(Err(Ended::Dropped)) => silent(&addresses, &host, Seen::Dropped, deadline).await,
        Ok(Err(Ended::NotRedis)) => silent(&addresses, &host, Seen::NotRedis, deadline).await,
        Ok(Err(Ended::Rejected(code))) => Seen::Rejected(code),
        Ok(Ok(answer)) => Seen::Answered(Answer { lookup_ms, connect_ms, ..answer }),
    })
}

/// What it is that did not answer: a server that wants TLS takes plain words for nothing, or for an end.
async fn silent(addresses: &[SocketAddr], host: &str, seen: Seen, deadline: Instant) -> Seen {
    let greeted = async {
        let Ok(Dialed::Open(mut stream)) = dial(addresses, host, deadline).await else { return None };
        shake(&mut stream, host, None).await
    };
    match timeout_at(deadline, greeted).await {
        Ok(Some(peer)) => Seen::TlsRequired { not_after: peer.not_after },
        _ => seen,
    }
}

async fn talk(mut connection: Connection, login: Option<&[u8]>) -> Result<Answer, Ended> {
    if let Some(login) = login {
        expect(ask(&mut connection, login).await?, "OK")?;
    }
    let start = Instant::now();
    expect(ask(&mut connection, &resp::command(&[b"PING"])).await?, "PONG")?;
    let ping_ms = net::millis_since(start);
    let mut info = match ask(&mut connection, &resp::command(&[b"INFO"])).await? {
        Reply::Bulk(text) => Some(info(&text)),
        Reply::Error(code) if code == "NOPERM" => None,
        Reply::Error(code) => return Err(Ended::Rejected(code)),
        Reply::Simple(_) | Reply::Other => return Err(Ended::NotRedis),
    };
    if let Some(info) = info.as_mut().filter(|info| info.cluster == Some(true)) {
        info.cluster_ok = match ask(&mut connection, &resp::command(&[b"CLUSTER", b"INFO"])).await? {
            Reply::Bulk(text) => Some(text.lines().any(|line| line.trim_end() == "cluster_state:ok")),
            _ => None,
        };
    }
    let absent = resp::command(&[b"READBACK.MUSTNOTEXIST"]);
    let control = match ask(&mut connection, &absent).await {
        Ok(Reply::Error(_)) => Control::Refused,
        Ok(_) => Control::Passed,
        Err(_) => Control::Unclear,
    };
    Ok(Answer { lookup_ms: 0, connect_ms: 0, ping_ms, info, control })
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
        mode: word("redis_mode"),
        role: word("role"),
        link_up: field("master_link_status").map(|status| status == "up"),
        loading: field("loading").map(|flag| flag != "0"),
        snapshot_ok: field("rdb_last_bgsave_status").map(|status| status == "ok"),
        append_ok: field("aof_last_write_status").map(|status| status == "ok"),
        used_memory: number("used_memory"),
        max_memory: number("maxmemory"),
        policy: word("maxmemory_policy"),
        can_expire: can_expire(text),
        good_replicas: number("min_slaves_good_slaves"),
        cluster: field("cluster_enabled").map(|flag| flag != "0"),
        cluster_ok: None,
        clients: number("connected_clients"),
        uptime_s: number("uptime_in_seconds"),
    }
}

/// Whether a key of any database has an end (`db0:keys=3,expires=1,…`); `None` where there is no key.
fn can_expire(text: &str) -> Option<bool> {
    let mut databases = text.lines().filter_map(|line| line.strip_prefix("db")?.split_once(":keys="));
    let first = databases.next()?;
    Some(std::iter::once(first).chain(databases).any(|(_, counts)| !counts.contains(",expires=0,")))
}
