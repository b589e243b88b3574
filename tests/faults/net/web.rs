//! A web server on loopback that answers one route as a line of the matrix says, with or without TLS.

use super::faultproxy::{Fault, FaultProxy};
use super::tls::{Authorities, Tls};
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// The path that is asked for.
const ROUTE: &str = "/health";

/// What the server does.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Web {
    status: String,
    headers: Vec<String>,
    body: String,
    /// How often the body stands there.
    repeat: usize,
    /// What the headers say of the body's length, where that is not its length.
    length: Option<usize>,
    /// What time it says that it is.
    ahead_s: Clock,
    /// How it ends the answer.
    then: Then,
    /// These words instead of an answer, whatever is asked.
    raw: Option<String>,
    /// What it answers to other paths.
    others: Others,
    tls: Option<Tls>,
    /// What happens to its connections.
    network: Fault,
}

impl Default for Web {
    fn default() -> Self {
        Self {
            status: "200 OK".to_owned(),
            headers: Vec::new(),
            body: "status: pass".to_owned(),
            repeat: 1,
            length: None,
            ahead_s: Clock::Ahead(0),
            then: Then::Close,
            raw: None,
            others: Others::NotFound,
            tls: None,
            network: Fault::Pass,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
enum Clock {
    /// So many seconds more than it is.
    Ahead(i64),
    /// Nothing.
    Unsaid(#[allow(dead_code, reason = "it is told by its being there")] Unsaid),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Unsaid {
    None,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Then {
    Close,
    /// Keeps the connection, without a word more.
    Hold,
    /// A byte now and then, for ever.
    Drip,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Others {
    NotFound,
    /// The same answer.
    Same,
    /// The same page, as not found.
    SamePage,
    /// None.
    Silence,
}

impl Web {
    /// Starts it; its URL, and what stands before it.
    pub(crate) async fn start(&self, authorities: &Authorities) -> (String, FaultProxy) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = listener.local_addr().unwrap().to_string();
        let acceptor = self.tls.as_ref().map(|tls| tls.acceptor(authorities));
        let web = Arc::new(self.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (web, acceptor) = (Arc::clone(&web), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        Some(acceptor) => match acceptor.accept(stream).await {
                            Ok(stream) => web.answer(stream).await,
                            Err(error) => Err(error),
                        },
                        None => web.answer(stream).await,
                    }
                });
            }
        });
        let proxy = FaultProxy::start(&server, self.network.clone()).await;
        let (scheme, host) = if self.tls.is_some() { ("https", "localhost") } else { ("http", "127.0.0.1") };
        (format!("{scheme}://{host}:{}{ROUTE}", proxy.port), proxy)
    }

    async fn answer(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") && self.raw.is_none() {
            head.push(stream.read_u8().await?);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let asked = head.split(' ').nth(1).unwrap_or_default();
        let is_route = asked.split('?').next() == Some(ROUTE);
        let words = match (&self.raw, self.others) {
            (Some(words), _) => words.clone(),
            _ if head.starts_with("HEAD ") => self.written("200 OK", &[], ""),
            _ if is_route => self.written(&self.status, &self.headers, &self.body.repeat(self.repeat)),
            (_, Others::Same) => self.written(&self.status, &self.headers, &self.body.repeat(self.repeat)),
            (_, Others::SamePage) => self.written("404 Not Found", &[], &self.body),
            (_, Others::NotFound) => self.written("404 Not Found", &[], "no such page"),
            (_, Others::Silence) => return std::future::pending().await,
        };
        stream.write_all(words.as_bytes()).await?;
        stream.flush().await?;
        match self.then {
            Then::Hold if is_route || self.raw.is_some() => std::future::pending().await,
            Then::Drip if is_route || self.raw.is_some() => loop {
                tokio::time::sleep(Duration::from_millis(100)).await;
                stream.write_all(b"x").await?;
                stream.flush().await?;
            },
            _ => {
                stream.shutdown().await?;
                // Closed before the other side has had its say, the kernel would reset.
                tokio::io::copy(&mut stream, &mut tokio::io::sink()).await.map(drop)
            }
        }
    }

    fn written(&self, status: &str, headers: &[String], body: &str) -> String {
        let mut lines = vec![format!("HTTP/1.1 {status}"), "Connection: close".to_owned()];
        if !headers.iter().any(|header| header.starts_with("Transfer-Encoding")) {
            lines.push(format!("Content-Length: {}", self.length.unwrap_or(body.len())));
        }
        if let Clock::Ahead(ahead) = self.ahead_s {
            let time = Timestamp::now() + SignedDuration::from_secs(ahead);
            lines.push(format!("Date: {}", DateTimePrinter::new().timestamp_to_rfc9110_string(&time).unwrap()));
        }
        lines.extend_from_slice(headers);
        format!("{}\r\n\r\n{body}", lines.join("\r\n"))
    }
}
