//! The HTTP client of every question that is asked: one TLS, no proxy (who is asked is who answers), no redirects
//! (where they lead is another claim).

use super::ProbeError;
use super::tls::{self, Trust};
use crate::evidence::Unknown;
use reqwest::{Client, ClientBuilder, Url};
use rustls::ClientConfig;
use std::path::PathBuf;

/// A client that trusts the system's roots, and those of `ca`.
pub(crate) async fn client(url: &Url, ca: Option<PathBuf>) -> Result<Client, ProbeError> {
    let trust = match (url.scheme(), ca) {
        ("https", Some(ca)) => Trust::SystemAnd(ca),
        ("https", None) => Trust::System,
        _ => Trust::Nobody,
    };
    built(builder(tls::client_config(tls::witness(trust).await?)?))
}

/// What every client has.
pub(super) fn builder(tls: ClientConfig) -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .user_agent(concat!("readback/", env!("CARGO_PKG_VERSION")))
}

pub(super) fn built(builder: ClientBuilder) -> Result<Client, ProbeError> {
    let wrong = |_| ProbeError::new(Unknown::NotConfigured, "no HTTP client can be made of these options");
    builder.build().map_err(wrong)
}
