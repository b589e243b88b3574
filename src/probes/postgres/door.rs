//! The way to a server, before anybody logs in: the name, the port, the wish for TLS, the certificate. Each on its own,
//! so that what fails has a name.

use super::{Seen, Step};
use crate::probes::ProbeError;
use crate::probes::net::{self, millis_since};
use crate::probes::peer::{Dialed, Peer, dial, shake};
use crate::probes::tls::Trust;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// The wish for TLS, as the protocol has it.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// What was seen on the way to a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// How many addresses the name has; none for a socket.
    pub addresses: u64,
    /// Looking the name up, in milliseconds.
    pub lookup_ms: u64,
    /// Opening a connection, in milliseconds.
    pub tcp_ms: u64,
    /// Whether the server offers TLS; `None` where it said neither.
    pub offers_tls: Option<bool>,
    /// What its certificate shows, where there was a handshake.
    pub peer: Option<Peer>,
}

/// What is asked of the certificate.
pub(super) enum Handshake {
    /// Nothing: TLS is not wanted.
    No,
    /// To be seen.
    Look,
    /// To be verified by these authorities.
    Verify(Trust),
}

/// Goes the way as far as it leads; what stops it is what was seen of the server.
pub(super) async fn walk(
    host: &str,
    port: u16,
    shown: &str,
    handshake: Handshake,
    deadline: Instant,
) -> Result<Result<Way, Seen>, ProbeError> {
    let start = Instant::now();
    let addresses = net::look_up(host, port, shown, deadline).await.map_err(|error| match error.id {
        Some(_) => error,
        None => error.id("dns"),
    })?;
    let lookup_ms = millis_since(start);
    let start = Instant::now();
    let mut stream = match dial(&addresses, shown, deadline).await? {
        Dialed::Open(stream) => stream,
        Dialed::Refused => return Ok(Err(Seen::Refused)),
        Dialed::Reset => return Ok(Err(Seen::Dropped(Step::Tls))),
    };
    let tcp_ms = millis_since(start);
    let mut way = Way { addresses: addresses.len() as u64, lookup_ms, tcp_ms, offers_tls: None, peer: None };
    let asked = async {
        way.offers_tls = match wish(&mut stream).await {
            Ok(b'S') => Some(true),
            Ok(b'N') => Some(false),
            // An error in words, from a server that can't even start a process for us.
            Ok(b'E') => None,
            Ok(_) => return Some(Seen::NotPostgres),
            Err(_) => return Some(Seen::Dropped(Step::Tls)),
        };
        way.peer = match handshake {
            Handshake::Look if way.offers_tls == Some(true) => shake(&mut stream, host, None).await,
            Handshake::Verify(trust) if way.offers_tls == Some(true) => shake(&mut stream, host, Some(trust)).await,
            _ => None,
        };
        None
    };
    match timeout_at(deadline, asked).await {
        Err(_) => Ok(Err(Seen::Silent(Step::Tls))),
        Ok(Some(seen)) => Ok(Err(seen)),
        Ok(None) => Ok(Ok(way)),
    }
}

async fn wish(stream: &mut TcpStream) -> std::io::Result<u8> {
    stream.write_all(&SSL_REQUEST).await?;
    stream.read_u8().await
}
