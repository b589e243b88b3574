//! The TLS that the HTTP probe speaks: ring, the system's roots, and no global provider. Whom to trust is
//! decided as strictly as anywhere; besides, what certificate was shown is kept, of a refused one too.

mod certificate;
mod witness;

pub use certificate::Certificate;
pub(super) use witness::Witness;

use super::ProbeError;
use super::files::read_limited;
use crate::evidence::Unknown;
use crate::guard::line;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most that is read of a CA file, in bytes.
const CA_LIMIT: u64 = 1024 * 1024;

/// Whose certificates are trusted.
pub(super) enum Trust {
    /// Nobody's: for a client that speaks no TLS.
    Nobody,
    /// The system's roots.
    System,
    /// The system's roots and those of a file.
    SystemAnd(PathBuf),
}

/// What judges certificates and keeps the one it was shown.
pub(super) async fn witness(trust: Trust) -> Result<Option<Arc<Witness>>, ProbeError> {
    if matches!(trust, Trust::Nobody) {
        return Ok(None);
    }
    let roots = roots(trust).await?;
    let strict = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build().map_err(|_| {
        ProbeError::new(Unknown::NotConfigured, "no authority is trusted here: this host has no CA certificates")
            .hint("install ca-certificates, or set ca")
    })?;
    Ok(Some(Arc::new(Witness::new(strict))))
}

/// A client's configuration. Without a witness it trusts nobody.
pub(super) fn client_config(witness: Option<Arc<Witness>>) -> Result<ClientConfig, ProbeError> {
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|_| ProbeError::new(Unknown::NotBuilt, "this build knows no version of TLS"))?;
    Ok(match witness {
        Some(witness) => config.dangerous().with_custom_certificate_verifier(witness),
        None => config.with_root_certificates(RootCertStore::empty()),
    }
    .with_no_client_auth())
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The authorities that are trusted.
pub(super) async fn roots(trust: Trust) -> Result<RootCertStore, ProbeError> {
    let mut roots = match trust {
        Trust::Nobody => RootCertStore::empty(),
        // Some hundred certificates, read in one go: not on a runtime's thread.
        _ => tokio::task::spawn_blocking(system_roots).await.unwrap_or_else(|_| RootCertStore::empty()),
    };
    if let Trust::SystemAnd(path) = trust {
        add(&mut roots, &path).await?;
    }
    Ok(roots)
}

/// What can't be read is left out: a server that needs it then reads "issuer not trusted here".
fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

async fn add(roots: &mut RootCertStore, path: &Path) -> Result<(), ProbeError> {
    let shown = path.to_string_lossy();
    let wrong = |what: String| ProbeError::new(Unknown::NotConfigured, format!("the CA file {} {what}", line(&shown)));
    let pem = read_limited(path, CA_LIMIT).await.map_err(|trouble| wrong(trouble.to_string()))?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let (added, _) = roots.add_parsable_certificates(certificates.unwrap_or_default());
    if added == 0 { Err(wrong("holds no certificate".to_owned())) } else { Ok(()) }
}
