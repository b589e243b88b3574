//! What the network probes share: looking a name up, knocking at a port, telling errors apart.

use super::ProbeError;
use crate::evidence::Unknown;
use crate::guard::line;
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};

/// How a port answered a knock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Door {
    /// Something accepted.
    Open,
    /// The host is there, and nothing listens.
    Refused,
    /// Accepted and dropped at once.
    Reset,
}

/// What is wrong with a peer's TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TlsFault {
    /// The certificate has expired.
    Expired,
    /// The certificate is not valid yet.
    NotYetValid,
    /// The certificate is for another name.
    WrongName,
    /// The certificate is not from an authority that is trusted here.
    UnknownIssuer,
    /// What answered does not speak TLS.
    NotTls,
    /// Anything else.
    Other,
}

impl TlsFault {
    /// The fault in an error or in what caused it.
    pub(super) fn find(error: &(dyn Error + 'static)) -> Option<Self> {
        causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()).map(Self::of)
    }

    /// The fault that an error of TLS means.
    pub(super) fn of(error: &rustls::Error) -> Self {
        use rustls::CertificateError as Bad;
        match error {
            rustls::Error::InvalidCertificate(Bad::Expired | Bad::ExpiredContext { .. }) => Self::Expired,
            rustls::Error::InvalidCertificate(Bad::NotValidYet | Bad::NotValidYetContext { .. }) => Self::NotYetValid,
            rustls::Error::InvalidCertificate(Bad::NotValidForName | Bad::NotValidForNameContext { .. }) => {
                Self::WrongName
            }
            rustls::Error::InvalidCertificate(Bad::UnknownIssuer) => Self::UnknownIssuer,
            rustls::Error::InvalidMessage(_) => Self::NotTls,
            _ => Self::Other,
        }
    }

    /// In words, to stand after "TLS:".
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Expired => "the certificate has expired",
            Self::NotYetValid => "the certificate is not valid yet",
            Self::WrongName => "the certificate is for another name",
            Self::UnknownIssuer => "the certificate's issuer is not trusted here",
            Self::NotTls => "what answers there does not speak TLS",
            Self::Other => "the handshake failed",
        }
    }
}

/// An error and its causes, those inside `io::Error` too (its `source` skips what it wraps).
pub(super) fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<std::io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}

/// The kind of the I/O error in an error or in what caused it; the innermost says most.
pub(super) fn io_kind(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    causes(error).filter_map(|cause| cause.downcast_ref::<std::io::Error>()).map(std::io::Error::kind).last()
}

/// A port from an option's value.
pub(super) fn port(value: &str, shown: &str) -> Result<u16, ProbeError> {
    value.trim().parse().ok().filter(|port| *port != 0).ok_or_else(|| {
        ProbeError::new(Unknown::NotConfigured, format!("the port ({}) is not a number from 1 to 65535", line(shown)))
    })
}

/// The addresses of a host, as this machine's resolver gives them. `shown` stands for it in messages.
pub(super) async fn look_up(
    host: &str,
    port: u16,
    shown: &str,
    deadline: Instant,
) -> Result<Vec<SocketAddr>, ProbeError> {
    let shown = line(shown);
    let hint = format!("getent hosts {shown}; the same inside the container that uses it may answer otherwise");
    let found = match timeout_at(deadline, lookup_host((host, port))).await {
        Err(_) => {
            let message = format!("looking up {shown} took too long: the resolver does not answer");
            return Err(ProbeError::new(Unknown::TimedOut, message).hint("cat /etc/resolv.conf"));
        }
        Ok(Err(error)) if error.to_string().contains("Temporary failure") => {
            let message = format!("{shown} can't be looked up: the resolver failed");
            return Err(ProbeError::new(Unknown::Unreachable, message).hint("cat /etc/resolv.conf"));
        }
        Ok(Err(_)) => Vec::new(),
        Ok(Ok(found)) => found.collect(),
    };
    if found.is_empty() {
        let message = format!("no such name from this host: {shown}");
        return Err(ProbeError::new(Unknown::Unreachable, message).hint(hint));
    }
    Ok(found)
}

/// Opens a connection to the first address that accepts, and closes it.
pub(super) async fn knock(addresses: &[SocketAddr], shown: &str, deadline: Instant) -> Result<Door, ProbeError> {
    let shown = line(shown);
    let Ok(answer) = timeout_at(deadline, TcpStream::connect(addresses)).await else {
        let message = format!("{shown} does not answer a connection: a firewall on the way, or the host is gone");
        return Err(ProbeError::new(Unknown::TimedOut, message));
    };
    let kind = match answer {
        Ok(_) => return Ok(Door::Open),
        Err(error) => error.kind(),
    };
    match kind {
        ErrorKind::ConnectionRefused => Ok(Door::Refused),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => Ok(Door::Reset),
        ErrorKind::PermissionDenied => {
            Err(ProbeError::new(Unknown::Denied, format!("this machine does not permit a connection to {shown}")))
        }
        ErrorKind::TimedOut => Err(ProbeError::new(Unknown::TimedOut, format!("{shown} does not answer a connection"))),
        other => Err(ProbeError::new(Unknown::Unreachable, format!("no way to {shown} from this host ({other})"))
            .hint("ip route get ADDRESS")),
    }
}

/// When the main question has to be answered, so that time is left to ask why there was no answer.
pub(super) fn before(deadline: Instant) -> Instant {
    let left = deadline.saturating_duration_since(Instant::now());
    deadline - (left / 5).min(Duration::from_secs(1))
}

/// Milliseconds since then.
pub(super) fn millis_since(start: Instant) -> u64 {
    start.elapsed().as_millis() as u64
}

/// The first of foreign words, safe to show: one line, at most `most` characters.
pub(super) fn short(text: &str, most: usize) -> String {
    line(text).chars().take(most).collect()
}
