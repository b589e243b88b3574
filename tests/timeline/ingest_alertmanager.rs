//! A real Alertmanager tells the real listener: what fires, what resolves, what is grouped and what is silenced, with a
//! store that is killed and started in between.

use crate::support::alertmanager::Alertmanager;
use crate::support::ingest::{self, Running, until};
use crate::support::overheard::Overheard;
use crate::support::pgserver::Cluster;
use crate::support::service;
use jiff::{SignedDuration, Timestamp};
use readback::config::IngestSettings;
use readback::store::{Access, AnyStore, StoreUrl};
use readback::timeline::{Entry, EventType};
use serde_json::{Value, json};
use std::time::Duration;

/// What a server says when it takes connections.
const READY: &str = "ready to accept connections";

fn program() -> Option<String> {
    service::address("alertmanager", "READBACK_TEST_ALERTMANAGER")
}

fn alert(name: &str, instance: &str) -> Value {
    json!({
        "labels": { "alertname": name, "instance": instance, "severity": "critical" },
        "annotations": { "summary": format!("{instance} does not answer") },
        "generatorURL": "http://prometheus.example/graph",
        "startsAt": Timestamp::now().to_string(),
        "endsAt": later(SignedDuration::from_mins(30)),
    })
}

fn later(by: SignedDuration) -> String {
    Timestamp::now().checked_add(by).unwrap().to_string()
}

fn ended(alert: &Value) -> Value {
    let mut alert = alert.clone();
    alert["endsAt"] = Timestamp::now().to_string().into();
    alert
}

/// The rows about this instance, oldest first.
fn about<'a>(rows: &'a [Entry], instance: &str) -> Vec<&'a Entry> {
    rows.iter().filter(|row| row.context()["labels"]["instance"] == instance).collect()
}

/// Waits until the log has these steps of an instance; its rows.
async fn steps(running: &Running, instance: &str, steps: &[EventType]) -> Vec<Entry> {
    until(&running.store, async || {
        let rows = running.rows().await;
        let its: Vec<Entry> = about(&rows, instance).into_iter().cloned().collect();
        let kinds: Vec<EventType> = its.iter().filter_map(Entry::event_type).collect();
        assert!(kinds.len() <= steps.len(), "more than was told: {kinds:?}");
        (kinds == steps).then_some(its)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_alertmanager_loses_nothing_while_the_store_is_away() {
    use EventType::{AlertReceived, Resolved};
    let Some(program) = program() else { return };
    if service::is_left_out("postgres") {
        return;
    }
    let cluster = Cluster::init().await;
    let server = cluster.start("main", "", &[], READY).await;
    let port = server.port;
    let url = format!("postgres://tester@127.0.0.1:{port}/postgres?sslmode=disable");
    let store = AnyStore::open(&StoreUrl::parse(&url).unwrap(), Access::ReadWrite).await.unwrap();
    let running = Running::start(store, IngestSettings::default()).await;
    let mut overheard = Overheard::start(running.address).await;
    let sender = Alertmanager::start(&program, overheard.address, "5m").await;
    let tell = async |alerts: &[&Value]| sender.post("/api/v2/alerts", &json!(alerts)).await;

    // One that fires, and a group of two.
    let (api, one, two) = (alert("ApiDown", "api-1"), alert("DiskFull", "db-1"), alert("DiskFull", "db-2"));
    tell(&[&api, &one, &two]).await;
    let rows = steps(&running, "api-1", &[AlertReceived]).await;
    let context = rows[0].context();
    assert_eq!((rows[0].actor(), &context["receiver"]), (Some("alertmanager"), &json!("read.back")));
    assert_eq!(rows[0].detail(), "ApiDown firing: api-1 does not answer");
    let (first, second) =
        (steps(&running, "db-1", &[AlertReceived]).await, steps(&running, "db-2", &[AlertReceived]).await);
    assert_eq!(first[0].incident(), second[0].incident());
    assert_ne!(first[0].incident(), rows[0].incident());

    // One of the group ends.
    tell(&[&ended(&one)]).await;
    let rows = steps(&running, "db-1", &[AlertReceived, Resolved]).await;
    assert_eq!(rows[1].incident(), first[0].incident());
    assert!(rows[1].context().get("timeout").is_none());

    // The store is killed; one ends and one begins meanwhile.
    server.kill().await;
    let queue = alert("QueueFull", "queue-1");
    tell(&[&ended(&api), &queue]).await;
    let refused = tokio::time::timeout(ingest::PATIENCE, overheard.until_unavailable(2)).await;
    refused.expect("Alertmanager was told 503, and asked again");
    assert!(running.metric("refused_total{reason=\"store\"}").await >= 2);
    let server = cluster.start_again("main", port, READY).await;
    steps(&running, "api-1", &[AlertReceived, Resolved]).await;
    let told = steps(&running, "queue-1", &[AlertReceived]).await;
    assert!(told[0].context().get("implied").is_none(), "{:?}", told[0]);

    // What is silenced never comes, and what is told after it does.
    let matcher = json!({ "name": "instance", "value": "cache-1", "isRegex": false });
    let silence = json!({
        "matchers": [matcher], "startsAt": Timestamp::now().to_string(), "endsAt": later(SignedDuration::from_mins(10)),
        "createdBy": "tester", "comment": "it is being moved",
    });
    sender.post("/api/v2/silences", &silence).await;
    tell(&[&alert("CacheDown", "cache-1"), &alert("CacheDown", "cache-2")]).await;
    steps(&running, "cache-2", &[AlertReceived]).await;
    tell(&[&ended(&two), &ended(&queue)]).await;
    steps(&running, "db-2", &[AlertReceived, Resolved]).await;
    steps(&running, "queue-1", &[AlertReceived, Resolved]).await;
    let rows = running.rows().await;
    assert_eq!((rows.len(), about(&rows, "cache-1").len()), (9, 0));
    assert_eq!(running.metric("quarantined_total").await, 0);

    drop(sender);
    running.end().await.unwrap();
    drop(server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_that_a_real_alertmanager_takes_for_the_end_is_marked_and_the_alert_is_seen_to_fire_again() {
    use EventType::{AlertReceived, Resolved};
    let Some(program) = program() else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = AnyStore::open(&StoreUrl::sqlite(folder.path().join("log.db")), Access::ReadWrite).await.unwrap();
    let settings = IngestSettings { resolve_timeout: Duration::from_secs(2), ..IngestSettings::default() };
    let running = Running::start(store, settings).await;
    let sender = Alertmanager::start(&program, running.address, "2s").await;
    // A sender that says neither when it began nor when it ends: Alertmanager does, by its own clock.
    let labels = json!({ "alertname": "HostDown", "instance": "host-1" });
    let alert = json!([{ "labels": labels }]);
    sender.post("/api/v2/alerts", &alert).await;
    let rows = steps(&running, "host-1", &[AlertReceived, Resolved]).await;
    assert_eq!(rows[1].context()["timeout"], true, "{:?}", rows[1]);
    // It still fires, with the start that it had.
    let alert = json!([{ "labels": labels, "startsAt": rows[0].context()["starts_at"] }]);
    sender.post("/api/v2/alerts", &alert).await;
    let rows = steps(&running, "host-1", &[AlertReceived, Resolved, AlertReceived]).await;
    assert_eq!((&rows[2].context()["again"], rows[2].incident()), (&json!(1), rows[0].incident()));
    steps(&running, "host-1", &[AlertReceived, Resolved, AlertReceived, Resolved]).await;
    drop(sender);
    running.end().await.unwrap();
}
