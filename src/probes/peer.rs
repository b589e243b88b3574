//! Who is at the other end: opens a connection, and shakes hands over TLS to see the certificate, whatever is wrong
//! with it. Nothing is asked and nothing is sent over such a handshake: the connection that carries a password is
//! another one, with the verification that was asked for.

use super::ProbeError;
use super::net::TlsFault;
use super::tls::{self, Certificate, Trust};
use crate::evidence::Unknown;
use crate::guard::line;
use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme};
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// How a host answered a connection.
pub(super) enum Dialed {
    /// Something accepted.
    Open(TcpStream),
    /// The host is there, and nothing listens.
    Refused,
    /// Accepted and dropped at once.
    Reset,
}

/// What a handshake shows of the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// When its certificate ends.
    pub not_after: Option<Timestamp>,
    /// What somebody would say who verifies it in full.
    pub verified: Verified,
}

/// What a full verification of a certificate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verified {
    /// Nobody asked.
    NotAsked,
    /// It is for this name, within its time, and from an authority that is trusted here.
    Good,
    /// It would be refused for this.
    Bad(TlsFault),
}

/// Opens a connection to the first address that accepts; `shown` stands for the host in messages.
pub(super) async fn dial(addresses: &[SocketAddr], shown: &str, deadline: Instant) -> Result<Dialed, ProbeError> {
    let shown = line(shown);
    let Ok(answer) = timeout_at(deadline, TcpStream::connect(addresses)).await else {
        let message = format!("{shown} does not answer a connection: a firewall on the way, or the host is gone");
        return Err(ProbeError::new(Unknown::TimedOut, message).hint("ip route get ADDRESS"));
    };
    let kind = match answer {
        Ok(stream) => return Ok(Dialed::Open(stream)),
        Err(error) => error.kind(),
    };
    match kind {
        ErrorKind::ConnectionRefused => Ok(Dialed::Refused),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => Ok(Dialed::Reset),
        ErrorKind::PermissionDenied => {
            Err(ProbeError::new(Unknown::Denied, format!("this machine does not permit a connection to {shown}")))
        }
        ErrorKind::TimedOut => Err(ProbeError::new(Unknown::TimedOut, format!("{shown} does not answer a connection"))),
        other => Err(ProbeError::new(Unknown::Unreachable, format!("no way to {shown} from this host ({other})"))
            .hint("ip route get ADDRESS")),
    }
}

/// Shakes hands on an open connection and looks at the certificate, which is verified where there is somebody to trust;
/// `None` where no handshake came about. The caller bounds the time.
pub(super) async fn shake(stream: &mut TcpStream, host: &str, trust: Option<Trust>) -> Option<Peer> {
    let name = ServerName::try_from(host.to_owned()).ok()?;
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(Arc::clone(&provider))))
        .with_no_client_auth();
    let mut connection = ClientConnection::new(Arc::new(config), name.clone()).ok()?;
    greet(stream, &mut connection).await?;
    let (leaf, between) = connection.peer_certificates()?.split_first()?;
    let verified = match trust {
        None => Verified::NotAsked,
        // What can't be read of a CA file vouches for nobody.
        Some(trust) => {
            let roots = tls::roots(trust).await.unwrap_or_else(|_| RootCertStore::empty());
            fault(roots, provider, leaf, between, &name).map_or(Verified::Good, Verified::Bad)
        }
    };
    Some(Peer { not_after: Certificate::read(leaf, &[]).map(|certificate| certificate.ends_at), verified })
}

/// The handshake, to its end.
async fn greet(stream: &mut TcpStream, connection: &mut ClientConnection) -> Option<()> {
    let mut chunk = [0; 8 * 1024];
    while connection.is_handshaking() {
        send(stream, connection).await?;
        if !connection.is_handshaking() {
            break;
        }
        let bytes = stream.read(&mut chunk).await.ok().filter(|bytes| *bytes > 0)?;
        let mut left = &chunk[..bytes];
        while !left.is_empty() {
            connection.read_tls(&mut left).ok()?;
            connection.process_new_packets().ok()?;
        }
    }
    connection.send_close_notify();
    send(stream, connection).await
}

async fn send(stream: &mut TcpStream, connection: &mut ClientConnection) -> Option<()> {
    let mut bytes = Vec::new();
    while connection.wants_write() {
        connection.write_tls(&mut bytes).ok()?;
    }
    stream.write_all(&bytes).await.ok()
}

/// What a client that verifies in full would refuse this certificate for.
fn fault(
    roots: RootCertStore,
    provider: Arc<CryptoProvider>,
    leaf: &CertificateDer<'_>,
    between: &[CertificateDer<'_>],
    name: &ServerName<'_>,
) -> Option<TlsFault> {
    // It can't be made without roots: then nobody is trusted.
    let Ok(verifier) = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build() else {
        return Some(TlsFault::UnknownIssuer);
    };
    let answer = verifier.verify_server_cert(leaf, between, name, &[], UnixTime::now());
    answer.err().map(|error| TlsFault::of(&error))
}

/// Takes every certificate, so that one that is refused elsewhere can be looked at here.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _leaf: &CertificateDer<'_>,
        _between: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, leaf, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, leaf, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
