//! The listener of `readback ingest alertmanager` on real sockets and real stores.
// The stores are those of the stories in tests/store.
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss)]

use crate::support::bench::{Bench, story};
use crate::support::ingest::{self, Running, alert, bearer, head, payload, request, until};
use crate::support::pg;
use crate::support::proxy;
use readback::config::IngestSettings;
use readback::store::{Access, AnyStore, StoreUrl};
use readback::timeline::{Entry, EventType, OwnKind};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn listener(bench: &Bench) -> Running {
    Running::start(bench.open(Access::ReadWrite).await, IngestSettings::default()).await
}

async fn in_memory(settings: IngestSettings) -> Running {
    Running::start(AnyStore::open(&StoreUrl::memory(), Access::ReadWrite).await.unwrap(), settings).await
}

fn kinds(rows: &[Entry]) -> Vec<EventType> {
    rows.iter().filter_map(Entry::event_type).collect()
}

story!(alerts_are_recorded_once_each_whatever_their_order_and_number on sqlite, memory, postgres);
async fn alerts_are_recorded_once_each_whatever_their_order_and_number(bench: &Bench) {
    let running = listener(bench).await;
    let fired = payload("g", &[alert("ApiDown", "a", None), alert("ApiDown", "b", None)]);
    // On a multiple of the timeout: its sender may have fallen silent.
    let ended =
        payload("g", &[alert("ApiDown", "a", Some("2026-01-02T03:14:05.678901234Z")), alert("ApiDown", "b", None)]);
    for body in [&fired, &fired, &ended, &ended, &ended] {
        assert_eq!(running.tell(body).await.status, 200);
    }
    let rows = running.rows().await;
    assert_eq!(kinds(&rows), [EventType::AlertReceived, EventType::AlertReceived, EventType::Resolved]);
    assert!(rows.iter().all(|row| row.incident().is_some() && row.incident() == rows[0].incident()));
    // It fires again, with the start it had: no repetition, whoever may send it.
    assert_eq!(running.tell(&fired).await.status, 200);
    let rows = running.rows().await;
    assert_eq!((rows.len(), rows[3].event_type()), (4, Some(EventType::AlertReceived)));
    assert_eq!(rows[3].context()["again"], 1);
    for (name, count) in [("notifications_total", 6), ("alerts_received_total", 12), ("rows_appended_total", 4)] {
        assert_eq!(running.metric(name).await, count, "{name}");
    }
    assert_eq!(running.metric("duplicates_total").await, 8);
    assert_eq!(running.metric("request_duration_seconds_count").await, 6);
    assert!(running.metric("last_received_timestamp_seconds").await > 1_700_000_000);
    running.end().await.unwrap();
}

story!(what_is_sent_from_many_sides_at_once_is_recorded_once on sqlite, postgres);
async fn what_is_sent_from_many_sides_at_once_is_recorded_once(bench: &Bench) {
    const SENDERS: usize = 8;
    const EACH: usize = 60;
    let running = listener(bench).await;
    // A second listener on the same store, as two of them would stand for availability.
    let second = Running::start(bench.open(Access::ReadWrite).await, IngestSettings::default()).await;
    let mut senders = tokio::task::JoinSet::new();
    for sender in 0..SENDERS {
        let address = if sender % 2 == 0 { running.address } else { second.address };
        senders.spawn(async move {
            for number in 0..EACH {
                // Each alert comes from two senders.
                let instance = format!("{}-{number}", sender / 2);
                let body = payload(&instance, &[alert("ApiDown", &instance, None)]);
                let reply = request(address, "POST", "/alertmanager", &[&bearer()], body.as_bytes()).await;
                assert_eq!(reply.status, 200, "{reply:?}");
            }
        });
    }
    senders.join_all().await;
    let rows = running.rows().await;
    assert_eq!(rows.len(), SENDERS / 2 * EACH);
    assert_eq!(
        running.metric("duplicates_total").await + second.metric("duplicates_total").await,
        (SENDERS / 2 * EACH) as u64
    );
    second.end().await.unwrap();
    running.end().await.unwrap();
}

story!(poison_is_taken_quarantined_and_never_stored on sqlite, postgres);
async fn poison_is_taken_quarantined_and_never_stored(bench: &Bench) {
    let running = listener(bench).await;
    let canary = "canary-71c2";
    let mut bad = alert("ApiDown", "a", None);
    bad["startsAt"] = canary.into();
    let half = payload("g", &[alert("ApiDown", "b", None), bad]);
    let broken = format!("{{\"version\": \"4\", {canary}");
    for body in [&half, &broken, &half, &broken] {
        assert_eq!(running.tell(body).await.status, 200);
    }
    let rows = running.rows().await;
    assert_eq!(kinds(&rows), [EventType::AlertReceived]);
    let mut notes: Vec<_> = rows.iter().filter(|row| matches!(row, Entry::Own(_))).collect();
    notes.sort_by_key(|note| note.context()["at"].to_string());
    let [alert, whole] = notes.as_slice() else { panic!("{notes:?}") };
    assert!(
        matches!(alert, Entry::Own(event) if event.kind == OwnKind::Note && event.subject == "ingest:alertmanager")
    );
    assert_eq!((&alert.context()["at"], &whole.context()["at"]), (&json!("alerts[1]"), &json!("the payload")));
    assert_eq!(whole.context()["length"], broken.len());
    assert_eq!(whole.context()["payload"]["fingerprint"].as_str().map(str::len), Some(16));
    assert!(!format!("{rows:?}").contains(canary));
    assert_eq!(running.metric("quarantined_total").await, 4);
    running.end().await.unwrap();
}

story!(alerts_that_their_sender_left_out_are_told_though_all_that_came_are_known on sqlite, postgres);
async fn alerts_that_their_sender_left_out_are_told_though_all_that_came_are_known(bench: &Bench) {
    let running = listener(bench).await;
    let whole = payload("g", &[alert("ApiDown", "a", None)]);
    let cut = |count: u64| {
        let mut body: serde_json::Value = serde_json::from_str(&whole).unwrap();
        body["truncatedAlerts"] = count.into();
        body.to_string()
    };
    for body in [&whole, &cut(190), &cut(190), &cut(195)] {
        assert_eq!(running.tell(body).await.status, 200);
    }
    let rows = running.rows().await;
    assert_eq!(kinds(&rows), [EventType::AlertReceived]);
    let mut counts: Vec<_> = rows.iter().filter_map(|row| row.context()["truncated_alerts"].as_u64()).collect();
    counts.sort_unstable();
    assert_eq!(counts, [190, 195], "{rows:?}");
    running.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_wrongly_is_told_so_and_counted() {
    let running = in_memory(IngestSettings { max_bytes: 4_096, ..IngestSettings::default() }).await;
    let body = payload("g", &[alert("ApiDown", "a", None)]);
    let ask = async |method: &str, path: &str, headers: &[&str], body: &str| {
        request(running.address, method, path, headers, body.as_bytes()).await
    };
    for wrong in ["X: y", "Authorization: Bearer not-a-real-token-0002", "Authorization: Basic not-a-real-token-0001"] {
        let reply = ask("POST", "/alertmanager", &[wrong], &body).await;
        assert_eq!(reply.status, 401, "{wrong}");
        assert!(reply.head.contains("www-authenticate: bearer") && !reply.body.contains("token-0001"), "{reply:?}");
    }
    assert_eq!(ask("POST", "/", &[&bearer()], &body).await.status, 404);
    let reply = ask("GET", "/alertmanager", &[&bearer()], "").await;
    assert!(reply.status == 405 && reply.head.contains("allow: post"), "{reply:?}");
    let reply = ask("DELETE", "/metrics", &[], "").await;
    assert!(reply.status == 405 && reply.head.contains("allow: get, head"), "{reply:?}");
    let large = payload("g", &[alert("ApiDown", &"x".repeat(5_000), None)]);
    assert_eq!(ask("POST", "/alertmanager", &[&bearer()], &large).await.status, 413);
    // Without a length, in pieces.
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let piece = format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    let head = format!("POST /alertmanager HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{}\r\n\r\n", bearer());
    stream.write_all(format!("{head}{piece}").as_bytes()).await.unwrap();
    assert_eq!(ingest::reply(&mut stream).await.status, 413);
    for (reason, count) in [("unauthorised", 3), ("not_found", 1), ("method", 2), ("too_large", 2), ("store", 0)] {
        assert_eq!(running.metric(&format!("refused_total{{reason=\"{reason}\"}}")).await, count, "{reason}");
    }
    // That something is missing stands in the log.
    let rows = running.rows().await;
    assert_eq!((kinds(&rows).len(), rows.len()), (0, 2));
    assert!(rows.iter().all(|row| row.detail().contains("its alerts are not in the log")), "{rows:?}");
    running.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_requests_are_told_to_come_later_and_not_to_go_away() {
    let running = in_memory(IngestSettings { rate: 2, ..IngestSettings::default() }).await;
    let mut statuses = Vec::new();
    for _ in 0..30 {
        let reply = running.tell(&payload("g", &[])).await;
        assert!(reply.status == 200 || reply.head.contains("retry-after: "), "{reply:?}");
        statuses.push(reply.status);
    }
    assert!(statuses.starts_with(&[200; 4]) && statuses.contains(&503), "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 503].contains(status)), "4xx would be dropped by Alertmanager");
    running.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_too_many_is_turned_away_and_the_others_go_on() {
    let running = in_memory(IngestSettings { connections: 2, ..IngestSettings::default() }).await;
    let mut seats = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        // Its answer has come, so it has its seat, and keeps it.
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        seats.push(stream);
    }
    let mut third = TcpStream::connect(running.address).await.unwrap();
    let turned_away = ingest::reply(&mut third).await;
    assert!(turned_away.status == 503 && turned_away.head.contains("retry-after"), "{turned_away:?}");
    let mut first = seats.remove(0);
    let body = payload("g", &[alert("ApiDown", "a", None)]);
    first.write_all(head("POST", "/alertmanager", &[&bearer()], body.len()).as_bytes()).await.unwrap();
    first.write_all(body.as_bytes()).await.unwrap();
    let mut rest = String::new();
    first.read_to_string(&mut rest).await.unwrap();
    assert!(rest.contains("recorded"), "{rest}");
    running.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_under_way_is_finished_before_the_listener_ends() {
    let running = in_memory(IngestSettings::default()).await;
    let store = std::sync::Arc::clone(&running.store);
    let address = running.address;
    let body = payload("g", &[alert("ApiDown", "a", None)]);
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(head("POST", "/alertmanager", &[&bearer(), "Expect: 100-continue"], body.len()).as_bytes())
        .await
        .unwrap();
    // The listener has begun to read the request when it asks for the body.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).await.unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    let ended = running.end();
    stream.write_all(body.as_bytes()).await.unwrap();
    assert_eq!(ingest::reply(&mut stream).await.status, 200);
    tokio::time::timeout(ingest::PATIENCE, ended).await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    assert_eq!(readback::store::Store::page(&*store, None, 10).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_goes_away_is_no_lost_alert_and_health_says_what_is_true() {
    let Some(db) = pg::TestDb::create().await else { return };
    let (proxy, port) = proxy::Proxy::start(0, db.address()).await;
    let role = db.role().await;
    // Its owner makes the tables; the listener's role may append.
    let owner = AnyStore::open(&StoreUrl::parse(&db.url()).unwrap(), Access::ReadWrite).await.unwrap();
    owner.ready().await.unwrap();
    let grants = format!(
        "GRANT SELECT, INSERT ON alert_operation_log, readback_event, readback_review_event, readback_chain_head TO {}",
        role.name
    );
    db.sql(&grants).await.unwrap();
    let url = StoreUrl::parse(&db.url_for(&role, Some(port))).unwrap();
    let store = AnyStore::open(&url, Access::ReadWrite).await.unwrap();
    let running = Running::start(store, IngestSettings::default()).await;
    let tell = async |name: &str| running.tell(&payload(name, &[alert("ApiDown", name, None)])).await;
    assert_eq!((tell("a").await.status, running.get("/healthz").await.status), (200, 200));
    proxy.cut().await;
    let reply = tell("b").await;
    assert!(reply.status == 503 && reply.head.contains("retry-after: "), "{reply:?}");
    // Poison is not lost either: it is not taken before it can be quarantined.
    assert_eq!(running.tell("poison").await.status, 503);
    let health = until(&owner, async || {
        let reply = running.get("/healthz").await;
        (reply.status == 503).then_some(reply)
    });
    assert_eq!(health.await.body.trim(), "the store takes no rows");
    assert_eq!(running.metric("store_up").await, 0);
    let (proxy, _) = proxy::Proxy::start(port, db.address()).await;
    until(&owner, async || (running.get("/healthz").await.status == 200).then_some(())).await;
    assert_eq!((tell("b").await.status, tell("b").await.status, running.tell("poison").await.status), (200, 200, 200));
    assert_eq!(running.metric("store_up").await, 1);
    let rows = running.rows().await;
    assert_eq!((kinds(&rows).len(), rows.len()), (2, 3));
    // A role that may not append: the store answers, and takes nothing.
    db.sql(&format!("REVOKE INSERT ON alert_operation_log FROM {}", role.name)).await.unwrap();
    assert_eq!(tell("c").await.status, 503);
    until(&owner, async || (running.get("/healthz").await.status == 503).then_some(())).await;
    running.end().await.unwrap();
    proxy.cut().await;
    owner.close().await;
    db.drop_role(role).await;
    db.drop().await;
}
