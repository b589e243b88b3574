//! A verifier that is exactly as strict as webpki's, and remembers what it was shown.

use super::Certificate;
use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Judges certificates and keeps the first one that it was shown.
#[derive(Debug)]
pub(in crate::probes) struct Witness {
    strict: Arc<WebPkiServerVerifier>,
    /// The time it judges by, where that is not now.
    at: Option<UnixTime>,
    shown: OnceLock<Certificate>,
}

impl Witness {
    pub(super) fn new(strict: Arc<WebPkiServerVerifier>) -> Self {
        Self { strict, at: None, shown: OnceLock::new() }
    }

    /// What it was shown; `None` where there was no certificate that can be read.
    pub(in crate::probes) fn certificate(&self) -> Option<Certificate> {
        self.shown.get().cloned()
    }

    /// One that judges as if it were that time: as strict about name and issuer, and for nothing but to ask a
    /// server whose certificate does not count now what time it has.
    pub(in crate::probes) fn judging_at(&self, time: Timestamp) -> Self {
        let at = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(time.as_second()).unwrap_or_default()));
        Self { strict: Arc::clone(&self.strict), at: Some(at), shown: OnceLock::new() }
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(certificate) = Certificate::read(end_entity, intermediates) {
            // The first one counts.
            let _ = self.shown.set(certificate);
        }
        let now = self.at.unwrap_or(now);
        self.strict.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.strict.supported_verify_schemes()
    }
}
