//! Certificates that are made for the test, good and bad, and servers that show them.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use serde::Deserialize;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio_rustls::TlsAcceptor;

const DAY: i64 = 24 * 3600;

/// An authority of the test's own.
struct Authority {
    der: CertificateDer<'static>,
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let (key, params) = (KeyPair::generate().unwrap(), authority(name, 3650));
        let certificate = params.self_signed(&key).unwrap();
        Self { der: certificate.der().clone(), pem: certificate.pem(), issuer: Issuer::new(params, key) }
    }
}

/// One that the probe trusts, and one that nobody does.
pub(crate) struct Authorities {
    known: Authority,
    unknown: Authority,
}

impl Authorities {
    pub(crate) fn new() -> Self {
        Self { known: Authority::new("Trusted in the test"), unknown: Authority::new("Nobody's") }
    }

    /// What the probe is told to trust.
    pub(crate) fn ca(&self) -> &str {
        &self.known.pem
    }
}

/// The certificate that a server shows.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Tls {
    starts_in_days: i64,
    ends_in_days: i64,
    name: String,
    issuer: By,
    /// When the one between it and the authority ends; without it there is none.
    chain_ends_in_days: Option<i64>,
    /// Whether a client has to show one as well.
    wants_certificate: bool,
    /// Whether nothing newer than TLS 1.2 is spoken.
    is_old: bool,
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            starts_in_days: -30,
            ends_in_days: 90,
            name: "localhost".to_owned(),
            issuer: By::Known,
            chain_ends_in_days: None,
            wants_certificate: false,
            is_old: false,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum By {
    Known,
    Unknown,
    Itself,
}

impl Tls {
    pub(crate) fn acceptor(&self, authorities: &Authorities) -> TlsAcceptor {
        let (chain, key) = self.chain(authorities);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = if self.is_old { &[&rustls::version::TLS12][..] } else { rustls::ALL_VERSIONS };
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let config = config.with_protocol_versions(versions).unwrap();
        let config = if self.wants_certificate {
            let mut roots = RootCertStore::empty();
            roots.add(authorities.known.der.clone()).unwrap();
            let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            config.with_client_cert_verifier(clients)
        } else {
            config.with_no_client_auth()
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        TlsAcceptor::from(Arc::new(config.with_single_cert(chain, key).unwrap()))
    }

    fn chain(&self, authorities: &Authorities) -> (Vec<CertificateDer<'static>>, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![self.name.clone()]).unwrap();
        set_validity(&mut params, self.starts_in_days, self.ends_in_days);
        let authority = match self.issuer {
            By::Known => &authorities.known,
            By::Unknown => &authorities.unknown,
            By::Itself => return (vec![params.self_signed(&key).unwrap().der().clone()], key),
        };
        let Some(days) = self.chain_ends_in_days else {
            return (vec![params.signed_by(&key, &authority.issuer).unwrap().der().clone()], key);
        };
        let (own, between) = (KeyPair::generate().unwrap(), self::authority("In between", days));
        let middle = between.signed_by(&own, &authority.issuer).unwrap();
        let leaf = params.signed_by(&key, &Issuer::new(between, own)).unwrap();
        (vec![leaf.der().clone(), middle.der().clone()], key)
    }
}

fn authority(name: &str, days: i64) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    set_validity(&mut params, -3650, days);
    params
}

/// From when to when a certificate counts.
fn set_validity(params: &mut CertificateParams, starts_in_days: i64, ends_in_days: i64) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let in_days = |days: i64| {
        let moved = now.checked_add_signed(days * DAY).unwrap();
        date_time_ymd(1970, 1, 1) + Duration::from_secs(moved)
    };
    params.not_before = in_days(starts_in_days);
    params.not_after = in_days(ends_in_days);
}
