//! A listener of `readback ingest` on loopback, and who sends to it.

use jiff::Timestamp;
use readback::cli::ingest::{Listener, Token};
use readback::config::IngestSettings;
use readback::guard::{Fingerprinter, Secret, Watch};
use readback::store::{AnyStore, Store};
use readback::timeline::Entry;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

/// Long enough for a loaded machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// What senders show.
pub(crate) const TOKEN: &str = "not-a-real-token-0001";

/// A running listener.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) store: Arc<AnyStore>,
    end: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    /// Starts one with a token and other settings.
    pub(crate) async fn start(store: AnyStore, settings: IngestSettings) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let store = Arc::new(store);
        let (end, ended) = oneshot::channel();
        let listener = Listener {
            store: Arc::clone(&store),
            settings,
            token: Some(Token::new(TOKEN.as_bytes()).unwrap()),
            watch: watch::channel(Watch::default()).1,
            key: Fingerprinter::new(&Secret::new("an invented key")),
        };
        let task = tokio::spawn(async move {
            listener.serve(socket, async { ended.await.unwrap_or_default() }).await;
        });
        Self { address, store, end, task }
    }

    /// Tells it to end; what comes back ends when it has.
    pub(crate) fn end(self) -> JoinHandle<()> {
        self.end.send(()).unwrap();
        self.task
    }

    /// Sends a notification with the token.
    pub(crate) async fn tell(&self, body: &str) -> Reply {
        request(self.address, "POST", "/alertmanager", &[&bearer()], body.as_bytes()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        request(self.address, "GET", path, &[], b"").await
    }

    /// A figure of its metrics.
    pub(crate) async fn metric(&self, name: &str) -> u64 {
        let text = self.get("/metrics").await.body;
        let line = text.lines().find(|line| line.split(' ').next() == Some(&format!("readback_ingest_{name}")));
        line.unwrap_or_else(|| panic!("no {name} in\n{text}")).rsplit(' ').next().unwrap().parse().unwrap()
    }

    /// Every row, oldest first. A connection that was cut while nobody used it is found out by who uses it next.
    pub(crate) async fn rows(&self) -> Vec<Entry> {
        let read = async {
            loop {
                match self.store.page(None, 5_000).await {
                    Err(error) if error.is_transient() => tokio::task::yield_now().await,
                    read => return read.unwrap(),
                }
            }
        };
        let mut page = tokio::time::timeout(PATIENCE, read).await.expect("the store answers in time");
        page.reverse();
        page
    }
}

pub(crate) fn bearer() -> String {
    format!("Authorization: Bearer {TOKEN}")
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// One request on a connection of its own.
pub(crate) async fn request(to: SocketAddr, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.write_all(head(method, path, headers, body.len()).as_bytes()).await.unwrap();
    // A listener that has said enough may hang up before the end of the body.
    let _ = stream.write_all(body).await;
    reply(&mut stream).await
}

pub(crate) fn head(method: &str, path: &str, headers: &[&str], length: usize) -> String {
    let more: String = headers.iter().flat_map(|header| [header, "\r\n"]).collect();
    format!("{method} {path} HTTP/1.1\r\nHost: readback\r\nConnection: close\r\nContent-Length: {length}\r\n{more}\r\n")
}

/// Reads what comes back to its end.
pub(crate) async fn reply(stream: &mut TcpStream) -> Reply {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("an answer in time");
    let text = String::from_utf8(bytes).unwrap();
    assert!(read.is_ok() || !text.is_empty(), "{read:?}");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text.as_str(), ""));
    let status = head.split(' ').nth(1).unwrap_or_else(|| panic!("no status in {text:?}")).parse().unwrap();
    Reply { status, head: head.to_lowercase(), body: body.to_owned() }
}

/// An alert as Alertmanager sends it: its instance, and when it ended.
pub(crate) fn alert(name: &str, instance: &str, end: Option<&str>) -> Value {
    json!({
        "status": if end.is_some() { "resolved" } else { "firing" },
        "labels": { "alertname": name, "instance": instance, "severity": "critical" },
        "annotations": { "summary": format!("{instance} is down") },
        "startsAt": "2026-01-02T03:04:05.678901234Z",
        "endsAt": end.unwrap_or("0001-01-01T00:00:00Z"),
        "generatorURL": "http://prom/graph",
        "fingerprint": readback::timeline::stable_id(&[name, instance])[..8],
    })
}

/// A notification of these alerts.
pub(crate) fn payload(group: &str, alerts: &[Value]) -> String {
    json!({ "version": "4", "groupKey": group, "status": "firing", "receiver": "read\\.back", "alerts": alerts })
        .to_string()
}

/// Waits until this holds; the rows are asked again at every change of the store.
pub(crate) async fn until<T>(store: &AnyStore, holds: impl AsyncFn() -> Option<T>) -> T {
    let began = Timestamp::now();
    let wait = async {
        loop {
            if let Some(found) = holds().await {
                return found;
            }
            let _ = tokio::time::timeout(Duration::from_millis(200), store.changed()).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("it never came to hold, since {began}"))
}
