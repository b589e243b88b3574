//! A proxy on loopback that does to a server's connections what a bad network or a stranger in between does:
//! delays, hangs, resets, cuts, garbage, another server's words. No sleeps but those that are the fault itself.

use serde::Deserialize;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, sink};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

/// What is done to a connection, as TOML has it: `"hang"`, `{ latency = 300 }`, `{ http = { status = 500 } }`.
/// Numbers of bytes are counted in what the server answers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Fault {
    /// Nothing.
    #[default]
    Pass,
    /// Each piece of an answer comes this many milliseconds late.
    Latency(u64),
    /// Accepted, never answered.
    Hang,
    /// Accepted, then reset.
    Reset,
    /// Accepted, then closed.
    Fin,
    /// Reset after this many bytes.
    ResetAfter(usize),
    /// Closed after this many bytes.
    CutAfter(usize),
    /// Silent after this many bytes.
    StallAfter(usize),
    /// This many bytes each second, one by one.
    Slow(u64),
    /// Bytes of no protocol answer the first bytes of the client.
    Garbage,
    /// A server of its own answers every HTTP request, and closes.
    Http(Answer),
    /// As `fault` does, but only HTTP requests whose head holds `word`; the others go through. One request for
    /// each connection.
    Only { word: String, fault: Box<Fault> },
}

/// What `http` answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) body: String,
    #[serde(default = "plain")]
    pub(crate) content_type: String,
    /// Further lines of the head (`Location: …`).
    #[serde(default)]
    pub(crate) headers: Vec<String>,
}

fn plain() -> String {
    "text/html".to_owned()
}

/// The most that is read of a request's head.
const HEAD: usize = 64 * 1024;

/// The proxy. Dropping it cuts every connection.
pub(crate) struct FaultProxy {
    pub(crate) port: u16,
    fault: Arc<Mutex<Fault>>,
    task: JoinHandle<()>,
}

impl FaultProxy {
    /// Stands before a server: `host:port`, or `unix:///path`.
    pub(crate) async fn start(server: &str, fault: Fault) -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (server, fault) = (server.to_owned(), Arc::new(Mutex::new(fault)));
        let shared = Arc::clone(&fault);
        let task = tokio::spawn(async move {
            let mut links = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                let (server, fault) = (server.clone(), shared.lock().unwrap().clone());
                links.spawn(async move { link(near, &server, fault).await });
            }
        });
        Self { port, fault, task }
    }

    /// What is done to each connection from now on.
    pub(crate) fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn link(mut near: TcpStream, server: &str, fault: Fault) -> io::Result<()> {
    let (mut fault, mut head) = (fault, Vec::new());
    if let Fault::Only { word, fault: named } = fault {
        head = head_of(&mut near).await?;
        let said = String::from_utf8_lossy(&head).to_lowercase();
        fault = if said.contains(&word.to_lowercase()) { *named } else { Fault::Pass };
    }
    match fault {
        Fault::Hang => std::future::pending().await,
        Fault::Reset => near.set_zero_linger(),
        Fault::Fin => close(near).await,
        Fault::Garbage => {
            // Not `readable`, which may say so before a byte came: the words would answer nothing then.
            near.peek(&mut [0]).await?;
            near.write_all(b"\x00\xff\x13garbage\x07\x00\r\n\r\n\xfe").await?;
            close(near).await
        }
        Fault::Http(answer) => {
            let head = if head.is_empty() { head_of(&mut near).await? } else { head };
            near.write_all(written(&answer, head.starts_with(b"HEAD ")).as_bytes()).await?;
            close(near).await
        }
        fault => forward(near, server, &fault, &one_request(head)).await,
    }
}

/// A head that was read, with the word that ends the connection after its answer.
fn one_request(head: Vec<u8>) -> Vec<u8> {
    if head.is_empty() {
        return head;
    }
    let first = head.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    [&head[..first], b"Connection: close\r\n", &head[first..]].concat()
}

/// Up to the empty line that ends a request's head, and no byte of what follows it.
async fn head_of(near: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < HEAD {
        head.push(near.read_u8().await?);
    }
    Ok(head)
}

fn written(answer: &Answer, head_only: bool) -> String {
    let mut headers = String::new();
    for header in &answer.headers {
        headers.push_str(header);
        headers.push_str("\r\n");
    }
    let (status, kind, length) = (answer.status, &answer.content_type, answer.body.len());
    let body = if head_only { "" } else { &answer.body };
    format!(
        "HTTP/1.1 {status} It\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
    )
}

/// Closed in order: what the client still sends is read, or the kernel would reset.
async fn close(mut near: TcpStream) -> io::Result<()> {
    near.shutdown().await?;
    copy(&mut near, &mut sink()).await.map(drop)
}

async fn forward(near: TcpStream, server: &str, fault: &Fault, begun: &[u8]) -> io::Result<()> {
    match server.strip_prefix("unix://") {
        Some(path) => relay(near, UnixStream::connect(path).await?, fault, begun).await,
        None => relay(near, TcpStream::connect(server).await?, fault, begun).await,
    }
}

/// How an answer ends.
enum End {
    /// As the server ended it, or closed by the fault.
    Closed,
    Reset,
    Silent,
}

async fn relay(mut near: TcpStream, far: impl AsyncRead + AsyncWrite, fault: &Fault, begun: &[u8]) -> io::Result<()> {
    let (mut from_far, mut to_far) = tokio::io::split(far);
    to_far.write_all(begun).await?;
    let end = {
        let (mut from_near, mut to_near) = near.split();
        let up = async {
            let _ = copy(&mut from_near, &mut to_far).await;
            let _ = to_far.shutdown().await;
            std::future::pending().await
        };
        tokio::select! {
            end = answer(&mut from_far, &mut to_near, fault) => end?,
            end = up => end,
        }
    };
    match end {
        End::Closed => close(near).await,
        End::Reset => near.set_zero_linger(),
        End::Silent => std::future::pending().await,
    }
}

async fn answer(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    fault: &Fault,
) -> io::Result<End> {
    let (limit, end) = match fault {
        Fault::ResetAfter(limit) => (*limit, End::Reset),
        Fault::CutAfter(limit) => (*limit, End::Closed),
        Fault::StallAfter(limit) => (*limit, End::Silent),
        _ => (usize::MAX, End::Closed),
    };
    let (mut buffer, mut left) = ([0; 8192], limit);
    while left > 0 {
        let most = left.min(buffer.len());
        let count = from.read(&mut buffer[..most]).await?;
        if count == 0 {
            return Ok(End::Closed);
        }
        left -= count;
        match fault {
            Fault::Latency(millis) => sleep(Duration::from_millis(*millis)).await,
            Fault::Slow(bytes) => {
                for byte in &buffer[..count - 1] {
                    to.write_u8(*byte).await?;
                    sleep(Duration::from_secs(1) / (*bytes).max(1) as u32).await;
                }
                to.write_u8(buffer[count - 1]).await?;
                continue;
            }
            _ => {}
        }
        to.write_all(&buffer[..count]).await?;
    }
    to.flush().await?;
    Ok(end)
}
