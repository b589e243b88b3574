//! The client, what was wrong with TLS, and what time the server has.

use super::{Seen, look};
use crate::probes::ProbeError;
use crate::probes::net::{self, TlsFault};
use crate::probes::tls::{self, Witness};
use crate::probes::web;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{AGE, DATE, HeaderMap};
use reqwest::{Client, Url};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::time::{Instant, timeout_at};

/// Who is asked, and where.
pub(super) struct Asker<'a> {
    pub(super) host: &'a str,
    pub(super) addresses: &'a [SocketAddr],
}

impl Asker<'_> {
    /// A new connection for each question, to the addresses that were looked up.
    pub(super) fn client(&self, witness: Option<Arc<Witness>>) -> Result<Client, ProbeError> {
        let builder = web::builder(tls::client_config(witness)?);
        web::built(builder.resolve_to_addrs(self.host, self.addresses).pool_max_idle_per_host(0))
    }
}

/// What was wrong with TLS. Of a server whose certificate does not count now the time is asked: it may be this
/// host's clock that is wrong.
pub(super) async fn tls_fault(
    asker: &Asker<'_>,
    url: &Url,
    fault: TlsFault,
    error: &reqwest::Error,
    witness: Option<Arc<Witness>>,
    deadline: Instant,
) -> Seen {
    if wants_certificate(error) {
        return Seen::WantsCertificate;
    }
    let certificate = witness.as_ref().and_then(|witness| witness.certificate());
    let counts = certificate.as_ref().and_then(|certificate| match fault {
        TlsFault::Expired => Some(certificate.ends_at),
        TlsFault::NotYetValid => Some(certificate.starts_at),
        _ => None,
    });
    let peer_clock = match (witness, counts) {
        (Some(witness), Some(time)) => ask_time(asker, url, witness.judging_at(time), deadline).await,
        _ => None,
    };
    Seen::Tls { fault, certificate, peer_clock }
}

/// In TLS 1.3 the server says so after the handshake, in an alert of its own.
fn wants_certificate(error: &reqwest::Error) -> bool {
    net::causes(error)
        .filter_map(|cause| cause.downcast_ref::<rustls::Error>())
        .any(|cause| matches!(cause, rustls::Error::AlertReceived(rustls::AlertDescription::CertificateRequired)))
}

/// The server's clock, by a question that carries nothing: no path, no query, no user.
async fn ask_time(asker: &Asker<'_>, url: &Url, witness: Witness, deadline: Instant) -> Option<Timestamp> {
    let client = asker.client(Some(Arc::new(witness))).ok()?;
    let mut root = url.clone();
    root.set_path("/");
    root.set_query(None);
    // These fail only for URLs that can't have the part.
    let _ = root.set_username("");
    let _ = root.set_password(None);
    let response = timeout_at(deadline, client.head(root).send()).await.ok()?.ok()?;
    peer_clock(response.headers(), Instant::now())
}

/// What time the server has now, by an answer that came then. A cache hands on an old date with its age.
pub(super) fn peer_clock(headers: &HeaderMap, came: Instant) -> Option<Timestamp> {
    let date = DateTimeParser::new().parse_timestamp(look::text(headers, DATE.as_str())?).ok()?;
    let since = SignedDuration::try_from(came.elapsed()).ok()?;
    let age = SignedDuration::from_secs(i64::try_from(age(headers).unwrap_or_default()).ok()?);
    date.checked_add(since).ok()?.checked_add(age).ok()
}

pub(super) fn age(headers: &HeaderMap) -> Option<u64> {
    look::text(headers, AGE.as_str())?.trim().parse().ok()
}
