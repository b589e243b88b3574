//! `readback ingest alertmanager` under load: 500 alerts a second for a minute, one in each notification, which is the
//! most work that they can be. Prints how long senders waited, counted from the moment at which each notification was
//! due, so that a late answer delays nobody else's clock. `SQLite` on disk, and `PostgreSQL` where `READBACK_TEST_PG` says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that can't go on should say so"
)]
#![allow(clippy::print_stdout, reason = "the figures are what it is for")]

#[path = "../tests/support/pg.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the tests")]
mod pg;

use readback::cli::ingest::{Listener, Token};
use readback::config::IngestSettings;
use readback::guard::{Fingerprinter, Secret, Watch};
use readback::store::{Access, AnyStore, StoreUrl};
use readback::timeline::stable_id;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

const ALERTS_A_SECOND: usize = 500;
const CONNECTIONS: usize = 32;
const TOKEN: &str = "not-a-real-token-0001";

fn main() {
    let is_a_try = std::env::args().any(|arg| arg == "--test");
    let seconds = if is_a_try { 1 } else { 60 };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).unwrap();
        let mut stores = vec![("sqlite", StoreUrl::sqlite(folder.path().join("log.db")))];
        let db = if std::env::var("READBACK_TEST_PG").is_ok() { pg::TestDb::create().await } else { None };
        stores.extend(db.as_ref().map(|db| ("postgres", StoreUrl::parse(&db.url()).unwrap())));
        for (name, url) in stores {
            for each in [1, 10] {
                load(name, &url, each, seconds).await;
            }
        }
        if let Some(db) = db {
            db.drop().await;
        }
    });
}

/// So many seconds with so many alerts in each notification.
async fn load(name: &str, url: &StoreUrl, each: usize, seconds: usize) {
    let store = Arc::new(AnyStore::open(url, Access::ReadWrite).await.unwrap());
    store.ready().await.unwrap();
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let (end, ended) = oneshot::channel::<()>();
    let listener = Listener {
        store: Arc::clone(&store),
        settings: IngestSettings::default(),
        token: Some(Token::new(TOKEN.as_bytes()).unwrap()),
        watch: watch::channel(Watch::default()).1,
        key: Fingerprinter::new(&Secret::new("an invented key")),
    };
    let listening =
        tokio::spawn(async move { listener.serve(socket, async { ended.await.unwrap_or_default() }).await });
    let run = jiff::Timestamp::now().to_string();
    let notifications = ALERTS_A_SECOND * seconds / each;
    let gap = Duration::from_secs(1) / u32::try_from(ALERTS_A_SECOND / each).unwrap();
    let (start, used) = (Instant::now() + Duration::from_millis(100), cpu_ms());
    let mut senders = JoinSet::new();
    for sender in 0..CONNECTIONS {
        let run = run.clone();
        senders.spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let mut waits = Vec::new();
            for number in (sender..notifications).step_by(CONNECTIONS) {
                let request = request(address, &payload(&run, number, each));
                let due = start + gap * u32::try_from(number).unwrap();
                sleep_until(due).await;
                stream.write_all(request.as_bytes()).await.unwrap();
                answer(&mut stream).await;
                waits.push(due.elapsed());
            }
            waits
        });
    }
    let mut waits: Vec<Duration> = senders.join_all().await.into_iter().flatten().collect();
    let took = start.elapsed().as_secs_f64();
    waits.sort_unstable();
    let at = |part: f64| waits[((waits.len() - 1) as f64 * part) as usize].as_secs_f64() * 1_000.0;
    println!(
        "{name:<9} {:>5.0} alerts/s, {each:>2} in each of {notifications} notifications, {took:.0} s: \
         {:.2} ms of processor for each alert, p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, p99.9 {:.1} ms, longest {:.1} ms",
        (notifications * each) as f64 / took,
        (cpu_ms() - used) as f64 / (notifications * each) as f64,
        at(0.5),
        at(0.9),
        at(0.99),
        at(0.999),
        at(1.0),
    );
    end.send(()).unwrap();
    listening.await.unwrap();
    store.close().await;
}

/// The processor time that this process has used, its senders' included, in milliseconds: on a busy machine the truer
/// figure.
fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11..13].iter().map(|ticks| ticks.parse::<u64>().unwrap() * 10).sum()
}

/// Alerts of a group of their own, as Prometheus labels them.
fn payload(run: &str, number: usize, each: usize) -> String {
    let alerts: Vec<Value> = (0..each)
        .map(|alert| {
            let instance = format!("host-{number}-{alert}:9100");
            json!({
                "status": "firing", "fingerprint": &stable_id(&[run, &instance])[..8],
                "labels": { "alertname": "HostDown", "instance": instance, "job": "node", "severity": "critical", "team": "infra" },
                "annotations": {
                    "summary": format!("{instance} does not answer"),
                    "description": "The exporter of this host has not answered for five minutes; look at its console first.",
                    "runbook_url": "https://runbooks.example/host-down",
                },
                "startsAt": run, "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://prometheus.example/graph?g0.expr=up",
            })
        })
        .collect();
    let group = format!("{{}}:{{instance=\"host-{number}\"}}");
    json!({ "version": "4", "groupKey": group, "status": "firing", "receiver": "readback", "alerts": alerts })
        .to_string()
}

fn request(to: SocketAddr, body: &str) -> String {
    let length = body.len();
    format!(
        "POST /alertmanager HTTP/1.1\r\nHost: {to}\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// Reads one answer, which has to be 200.
async fn answer(stream: &mut TcpStream) {
    let mut text = Vec::new();
    let mut part = [0; 1_024];
    while !text.ends_with(b"recorded\n") {
        let read = stream.read(&mut part).await.unwrap();
        text.extend_from_slice(&part[..read]);
        let said = String::from_utf8_lossy(&text);
        assert!(read > 0 && (said.len() < 12 || said.starts_with("HTTP/1.1 200")), "{said}");
    }
}
