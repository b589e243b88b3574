//! Judges a certificate's time, and the two clocks that it is judged by: this host's and the server's.

use super::Http;
use crate::evidence::{Fact, Quantity, Unknown, Verdict};
use crate::probes::net::TlsFault;
use crate::probes::tls::Certificate;
use jiff::{SignedDuration, Timestamp};

/// How far two clocks may be apart.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// A verdict, its reason and its summary.
pub(super) type Found = (Verdict, &'static str, String);

/// What is wrong with the time of a certificate that was accepted, or with a clock. `None` where nothing is.
pub(super) fn of_accepted(
    options: &Http,
    certificate: Option<&Certificate>,
    peer_clock: Option<Timestamp>,
    at: Timestamp,
) -> Option<Found> {
    let skewed = peer_clock.filter(|peer| is_skewed(*peer, at));
    if let Some(certificate) = certificate {
        if skewed.is_some_and(|peer| certificate.counts_at(peer) != certificate.counts_at(at)) {
            return Some(undecided(certificate));
        }
        if !certificate.counts_at(at) {
            return Some(not_now(certificate, at));
        }
        let ends_soon =
            |end: Timestamp| end.duration_since(at) < SignedDuration::from_hours(24 * i64::from(options.warn_days));
        let words =
            |end: Timestamp| format!("ends at {end:.0}, {} days from now", end.duration_since(at).as_hours() / 24);
        if ends_soon(certificate.ends_at) {
            let summary = format!("the certificate {}", words(certificate.ends_at));
            return Some((Verdict::Warn, "tls_ends_soon", summary));
        }
        if let Some(end) = certificate.chain_ends_at.filter(|end| ends_soon(*end)) {
            let summary = format!("a certificate that the server sends with its own {}", words(end));
            return Some((Verdict::Warn, "tls_chain_ends_soon", summary));
        }
    }
    skewed.map(|peer| {
        let apart = peer.duration_since(at).abs().as_secs();
        (Verdict::Warn, "clock", format!("the server's clock and this host's are {apart} s apart"))
    })
}

/// What a failed handshake says.
pub(super) fn of_refused(
    fault: TlsFault,
    certificate: Option<&Certificate>,
    peer_clock: Option<Timestamp>,
    at: Timestamp,
) -> Found {
    let skewed = peer_clock.filter(|peer| is_skewed(*peer, at));
    match (fault, certificate, skewed) {
        (TlsFault::Expired | TlsFault::NotYetValid, Some(certificate), Some(peer)) if certificate.counts_at(peer) => {
            undecided(certificate)
        }
        (TlsFault::NotTls, ..) => {
            (Verdict::Fail, "tls_protocol", "the url says https, and what answers does not speak TLS".to_owned())
        }
        _ => (Verdict::Fail, reason(fault), format!("TLS: {}", fault.word())),
    }
}

/// What is shown of a certificate and of the server's clock.
pub(super) fn facts(certificate: Option<&Certificate>, peer_clock: Option<Timestamp>, at: Timestamp) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(certificate) = certificate {
        facts.push(Fact::new("certificate starts at", Quantity::At(certificate.starts_at)));
        facts.push(Fact::new("certificate ends at", Quantity::At(certificate.ends_at)));
        facts.push(Fact::text("certificate issued by", certificate.issuer.as_str()));
        let chain = certificate.chain_ends_at.filter(|end| *end < certificate.ends_at);
        facts.extend(chain.map(|end| Fact::new("its chain ends at", Quantity::At(end))));
    }
    if let Some(peer) = peer_clock.filter(|peer| is_skewed(*peer, at)) {
        facts.push(Fact::new("the server's clock", Quantity::At(peer)));
    }
    facts
}

fn is_skewed(peer: Timestamp, at: Timestamp) -> bool {
    peer.duration_since(at).abs() > SKEW
}

/// By one clock the certificate counts, by the other it does not.
fn undecided(certificate: &Certificate) -> Found {
    let summary = format!(
        "by the server's clock the certificate (up to {:.0}) counts differently than by this host's: one is wrong",
        certificate.ends_at
    );
    (Verdict::Unknown(Unknown::Garbled), "clock", summary)
}

fn not_now(certificate: &Certificate, at: Timestamp) -> Found {
    let fault = if at < certificate.starts_at { TlsFault::NotYetValid } else { TlsFault::Expired };
    (Verdict::Fail, reason(fault), format!("TLS: {}", fault.word()))
}

fn reason(fault: TlsFault) -> &'static str {
    match fault {
        TlsFault::Expired => "tls_expired",
        TlsFault::NotYetValid => "tls_not_yet_valid",
        TlsFault::WrongName => "tls_name",
        TlsFault::UnknownIssuer => "tls_ca",
        TlsFault::NotTls => "tls_protocol",
        TlsFault::Other => "tls_handshake",
    }
}
