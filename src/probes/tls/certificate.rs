//! What is kept of a certificate: from when to when it counts, and who issued it. Foreign text, so sanitised.

use crate::guard::line;
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use serde::{Deserialize, Serialize};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

/// The most that is shown of an issuer's name, in characters.
const NAME_LIMIT: usize = 80;

/// A server's certificate, as far as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// From when it counts.
    pub starts_at: Timestamp,
    /// Up to when it counts.
    pub ends_at: Timestamp,
    /// The common name of who issued it, or the organisation; empty where it has neither.
    pub issuer: String,
    /// When the first of the certificates that came with it ends.
    pub chain_ends_at: Option<Timestamp>,
}

impl Certificate {
    /// Reads what a server shows. `None` where its own certificate can't be read; of those that come with it,
    /// the ones that can't are left out.
    pub(in crate::probes) fn read(
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> Option<Self> {
        let (_, own) = X509Certificate::from_der(end_entity).ok()?;
        let ends = |der: &CertificateDer<'_>| {
            let (_, other) = X509Certificate::from_der(der).ok()?;
            Timestamp::from_second(other.validity().not_after.timestamp()).ok()
        };
        Some(Self {
            starts_at: Timestamp::from_second(own.validity().not_before.timestamp()).ok()?,
            ends_at: Timestamp::from_second(own.validity().not_after.timestamp()).ok()?,
            issuer: issuer(&own),
            chain_ends_at: intermediates.iter().filter_map(ends).min(),
        })
    }

    /// Whether it counts at that time.
    pub fn counts_at(&self, time: Timestamp) -> bool {
        (self.starts_at..=self.ends_at).contains(&time)
    }
}

fn issuer(certificate: &X509Certificate<'_>) -> String {
    let issuer = certificate.issuer();
    let name = issuer.iter_common_name().chain(issuer.iter_organization()).find_map(|name| name.as_str().ok());
    line(name.unwrap_or_default()).chars().take(NAME_LIMIT).collect()
}
