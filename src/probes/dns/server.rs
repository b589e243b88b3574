//! Asks name servers themselves, by UDP: the one that an option names, or those of /etc/resolv.conf for the
//! reason that `getaddrinfo` does not tell.

use super::query::{A, AAAA, Query, Reply};
use super::{Answer, Why};
use futures_util::future::join_all;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

/// The most that is read of a message, in bytes: more does not come by UDP unless asked for.
const MESSAGE_LIMIT: usize = 4096;
/// The most servers of /etc/resolv.conf; the C library takes no more.
const MOST_SERVERS: usize = 3;
/// The port of name servers.
const PORT: u16 = 53;

/// What one server says of a name: both kinds of address. `None` where the name can't be asked for.
pub(super) async fn ask(server: SocketAddr, name: &str, deadline: Instant) -> Option<(Answer, Option<Why>)> {
    let (four, six) = (query(name, A)?, query(name, AAAA)?);
    let (four, six) = tokio::join!(exchange(server, &four, deadline), exchange(server, &six, deadline));
    Some(both(four, six))
}

/// Why these servers don't answer for a name: the first that says so, else how the first one fails.
pub(super) async fn why(servers: &[SocketAddr], name: &str, deadline: Instant) -> Option<Why> {
    let asked = servers.iter().map(|server| async move {
        let query = query(name, A)?;
        exchange(*server, &query, deadline).await.1
    });
    let said: Vec<Why> = join_all(asked).await.into_iter().flatten().collect();
    said.iter().find(|why| !matches!(why, Why::Timeout | Why::NoServer)).or(said.first()).copied()
}

/// Of both questions one answer.
pub(super) fn both(four: Said, six: Said) -> (Answer, Option<Why>) {
    let why = four.1.or(six.1);
    let mut addresses: Vec<IpAddr> = four.0.into_iter().chain(six.0).collect();
    addresses.sort_unstable();
    addresses.dedup();
    if !addresses.is_empty() {
        return (Answer::Found(addresses), why);
    }
    match why {
        None => (Answer::NoName, Some(Why::NoAddress)),
        Some(Why::Nxdomain) => (Answer::NoName, why),
        Some(_) => (Answer::Failed, why),
    }
}

/// Addresses, and why there are none, or not all.
type Said = (Vec<IpAddr>, Option<Why>);

fn query(name: &str, kind: u16) -> Option<Query> {
    let random = *uuid::Uuid::now_v7().as_bytes();
    Query::new(name, kind, u16::from_be_bytes([random[14], random[15]]))
}

/// Asks, and once more at half time: a datagram may get lost.
async fn exchange(server: SocketAddr, query: &Query, deadline: Instant) -> Said {
    let failed = |why| (Vec::new(), Some(why));
    let local: IpAddr = if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let Ok(socket) = UdpSocket::bind((local, 0)).await else { return failed(Why::NoServer) };
    if socket.connect(server).await.is_err() {
        return failed(Why::NoServer);
    }
    let now = Instant::now();
    let half = now + deadline.saturating_duration_since(now) / 2;
    for until in [half, deadline] {
        if socket.send(&query.message).await.is_err() {
            return failed(Why::NoServer);
        }
        if let Ok(said) = timeout_at(until, receive(&socket, query)).await {
            return said;
        }
    }
    failed(Why::Timeout)
}

async fn receive(socket: &UdpSocket, query: &Query) -> Said {
    let mut message = vec![0; MESSAGE_LIMIT];
    loop {
        match socket.recv(&mut message).await {
            Ok(length) => match query.read(&message[..length]) {
                Reply::Other => {}
                Reply::Answer { addresses, why } => return (addresses, why),
            },
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // The host is there, and nothing listens; or there is no way to it.
            Err(_) => return (Vec::new(), Some(Why::NoServer)),
        }
    }
}

/// A server of the options: `IP` or `IP:PORT`.
pub(super) fn address(text: &str) -> Option<SocketAddr> {
    text.parse().ok().or_else(|| Some(SocketAddr::new(text.parse().ok()?, PORT)))
}

/// The servers of a resolv.conf; the C library's own choice where it names none.
pub(super) fn servers(resolv_conf: &str) -> Vec<SocketAddr> {
    let named = resolv_conf.lines().filter_map(|line| line.trim_start().strip_prefix("nameserver"));
    let servers: Vec<SocketAddr> =
        named.filter_map(|rest| address(rest.split_whitespace().next()?)).take(MOST_SERVERS).collect();
    if servers.is_empty() { vec![SocketAddr::new(Ipv4Addr::LOCALHOST.into(), PORT)] } else { servers }
}
