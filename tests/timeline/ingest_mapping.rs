//! What a notification of Alertmanager becomes, and what the log makes of notifications that come twice, late or again.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use readback::cli::ingest::absorb;
use readback::guard::Watch;
use readback::store::{Access, AnyStore, Store, StoreUrl};
use readback::timeline::ingest::{Columns, History, Mapping, Notification, Source, notification};
use readback::timeline::{Entry, EventType, NewOperation};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

const FIXTURE: &str = include_str!("../fixtures/ingest/webhook_v4.json");

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn read_as(body: &str, change: impl FnOnce(&mut Mapping<'_>)) -> Notification {
    let watch = Watch::default();
    let mut mapping = Mapping {
        watch: &watch,
        incident_label: None,
        resolve_timeout: SignedDuration::from_mins(5),
        most_alerts: 100,
        received: at("2026-01-02T03:05:00Z"),
    };
    change(&mut mapping);
    notification(body.as_bytes(), &mapping)
}

fn read(body: &str) -> Notification {
    read_as(body, |_| {})
}

/// The fixture with its only alert changed.
fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut payload: Value = serde_json::from_str(FIXTURE).unwrap();
    change(&mut payload["alerts"][0]);
    payload.to_string()
}

fn row(body: &str) -> NewOperation {
    let told = read(body);
    assert_eq!(told.poison, []);
    told.arrivals[0].row(&told.incident, 0)
}

#[test]
fn a_notification_becomes_a_row_with_everything_that_was_claimed_and_nothing_that_acts() {
    let told = read(FIXTURE);
    assert_eq!((told.truncated, told.arrivals.len(), told.poison.len()), (2, 1, 0));
    let row = told.arrivals[0].row(&told.incident, 0);
    assert_eq!((row.event_type, row.actor.as_deref()), (EventType::AlertReceived, Some("alertmanager")));
    assert_eq!(
        row.action_detail.as_deref(),
        Some("ApiDown firing (2 more of its group were left out by the sender): api-1 down ␛]52;c;AAAA␇")
    );
    assert!(row.incident_id.unwrap().starts_with("AM-20260102-030405-"));
    let context = &row.context;
    for (key, value) in [
        ("alert_name", json!("ApiDown")),
        ("severity", json!("critical")),
        ("receiver", json!("read.back")),
        ("notification_reason", json!("first notification")),
        ("truncated_alerts", json!(2)),
        ("starts_at", json!("2026-01-02T03:04:05.678901234Z")),
        ("occurred_at", json!("2026-01-02T03:04:05.678901234Z")),
        ("fingerprint", json!("1a30ba71cca2921f")),
        ("ends_at", Value::Null),
        ("late", Value::Null),
    ] {
        assert_eq!(context.get(key).unwrap_or(&Value::Null), &value, "{key}");
    }
    assert_eq!(context["labels"]["instance"], "api-1");
    assert!(!context.to_string().contains('\u{1b}') && !context.to_string().contains("futureField"));
}

#[test]
fn the_same_alert_has_the_same_row_and_an_end_of_its_own() {
    let firing = row(FIXTURE);
    assert_eq!(firing, row(FIXTURE));
    let end = |end: &str| {
        let end = end.to_owned();
        row(&changed(|alert| {
            alert["status"] = "resolved".into();
            alert["endsAt"] = end.into();
        }))
    };
    let (first, second) = (end("2026-01-02T03:10:00Z"), end("2026-01-02T03:11:00Z"));
    assert_eq!((first.event_type, second.event_type), (EventType::Resolved, EventType::Resolved));
    assert!(first.id != firing.id && first.id != second.id);
    assert_eq!(first.context["occurred_at"], "2026-01-02T03:10:00Z");
    assert_ne!(row(&changed(|alert| alert["startsAt"] = "2026-01-02T03:04:05.678901235Z".into())).id, firing.id);
    assert_ne!(row(&changed(|alert| alert["fingerprint"] = "1a30ba71cca2921e".into())).id, firing.id);
}

#[test]
fn a_resolved_that_may_be_silence_says_so_and_one_that_was_measured_does_not() {
    let resolved = |end: &str, generator: &str| {
        row(&changed(|alert| {
            alert["status"] = "resolved".into();
            alert["startsAt"] = "2026-01-02T03:00:00.5Z".into();
            alert["endsAt"] = end.into();
            alert["generatorURL"] = generator.into();
        }))
        .context
    };
    let flags = |context: &Value| (context.get("timeout").is_some(), context.get("timeout_suspected").is_some());
    assert_eq!(flags(&resolved("2026-01-02T03:05:00.5Z", "")), (true, false));
    assert_eq!(flags(&resolved("2026-01-02T03:05:00.5Z", "http://prom/graph")), (false, true));
    assert_eq!(flags(&resolved("2026-01-02T03:04:00.5Z", "")), (false, false));
    assert_eq!(flags(&resolved("2026-01-02T03:00:00.5Z", "")), (false, false));
}

#[test]
fn a_secret_in_an_annotation_is_withheld_and_its_place_is_said() {
    let secret = ["not-", "a-real-", "one-71c2"].concat();
    let row = row(&changed(|alert| {
        alert["annotations"]["description"] = format!("see password={secret} there").into();
        alert["labels"]["db_password"] = secret.clone().into();
    }));
    let text = format!("{row:?}");
    assert!(!text.contains("71c2"), "{text}");
    let places: Vec<&str> =
        row.context["withheld"].as_array().unwrap().iter().map(|hit| hit["at"].as_str().unwrap()).collect();
    assert_eq!(places, ["labels.db_password", "annotations.description"]);
}

#[test]
fn what_is_no_notification_is_poison_and_the_good_alerts_beside_a_bad_one_are_taken() {
    let canary = "canary-71c2";
    for (body, why) in [
        ("", "JSON that ends too early, at line 1 column 0"),
        ("{\"canary-71c2", "JSON that ends too early"),
        ("canary-71c2", "not JSON, at line 1 column 1"),
        ("[\"canary-71c2\"]", "not a notification of Alertmanager"),
        ("{\"version\":\"canary-71c2\",\"alerts\":[]}", "not version \"4\""),
        ("{\"version\":\"4\",\"alerts\":\"canary-71c2\"}", "not a notification of Alertmanager"),
    ] {
        let told = read(body);
        let [poison] = told.poison.as_slice() else { panic!("{body}") };
        assert!(poison.why.starts_with(why) && poison.length == body.len(), "{poison:?}");
        assert!(!format!("{poison:?}").contains(canary), "{poison:?}");
        assert!(told.arrivals.is_empty());
    }
    let mut payload: Value = serde_json::from_str(FIXTURE).unwrap();
    let good = payload["alerts"][0].clone();
    for (key, value) in
        [("status", canary), ("startsAt", canary), ("labels", canary), ("startsAt", "0001-01-01T00:00:00Z")]
    {
        let mut bad = good.clone();
        bad[key] = value.into();
        payload["alerts"].as_array_mut().unwrap().push(bad);
    }
    let told = read(&payload.to_string());
    assert_eq!((told.arrivals.len(), told.poison.len()), (1, 4));
    assert_eq!(told.poison[0].at, "alerts[1]");
    assert!(!format!("{:?}", told.poison).contains(canary));
    let told = read_as(FIXTURE, |mapping| mapping.most_alerts = 0);
    assert!(told.arrivals.is_empty() && told.poison[0].why.contains("max_alerts"));
}

#[test]
fn a_label_can_name_the_incident_and_a_late_alert_says_that_it_is() {
    let told = read_as(FIXTURE, |mapping| {
        mapping.incident_label = Some("instance");
        mapping.received = at("2026-01-02T04:00:00Z");
    });
    assert_eq!(told.arrivals[0].incident.as_deref(), Some("api-1"));
    assert_eq!(told.arrivals[0].row("x", 0).context["late"], true);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_payload_makes_the_reader_fail_or_a_row_that_does_not_fit(
        text in "\\PC{0,60}", name in "\\PC{0,60}", value in "\\PC{0,300}", status in "firing|resolved|\\PC{0,9}",
    ) {
        read(&text);
        let mut body = changed(|alert| {
            alert["status"] = status.into();
            alert["labels"] = json!({ "alertname": &value, &name: &text });
            alert["annotations"] = json!({ &name: &value, "summary": &value });
            alert["endsAt"] = "2026-01-02T03:10:00Z".into();
            alert["fingerprint"] = text.clone().into();
        });
        for _ in 0..2 {
            let told = read_as(&body, |mapping| mapping.incident_label = Some("alertname"));
            for arrival in &told.arrivals {
                let row = arrival.row(arrival.incident.as_deref().unwrap_or(&told.incident), 7);
                prop_assert!(row.incident_id.unwrap().chars().count() <= 30);
                prop_assert!(row.action_detail.unwrap().chars().count() <= 200);
                prop_assert!(row.id.len() == 36 && !row.context.to_string().contains("\\u0000"));
            }
            let half = (0..=body.len() / 2).rfind(|at| body.is_char_boundary(*at)).unwrap_or(0);
            body.truncate(half);
        }
    }
}

async fn memory() -> AnyStore {
    AnyStore::open(&StoreUrl::memory(), Access::ReadWrite).await.unwrap()
}

/// A notification of these alerts: the name of each, and the minute it ended in.
fn told(alerts: &[(char, Option<u8>)]) -> Notification {
    told_by("", alerts)
}

/// The same of a sender that names this generator.
fn told_by(generator: &str, alerts: &[(char, Option<u8>)]) -> Notification {
    let alerts: Vec<Value> = alerts
        .iter()
        .map(|(name, end)| {
            json!({
                "status": if end.is_some() { "resolved" } else { "firing" },
                "labels": { "alertname": "ApiDown", "instance": name.to_string() },
                "startsAt": format!("2026-01-02T03:00:0{}Z", *name as u32 % 10),
                "endsAt": end.map_or("0001-01-01T00:00:00Z".to_owned(), |end| format!("2026-01-02T03:{end:02}:00Z")),
                "fingerprint": format!("00000000000000{:02x}", *name as u32),
                "generatorURL": generator,
            })
        })
        .collect();
    read(&json!({ "version": "4", "groupKey": "{}:{alertname=\"ApiDown\"}", "alerts": alerts }).to_string())
}

async fn tell(store: &AnyStore, alerts: &[(char, Option<u8>)]) -> (u64, u64) {
    let absorbed = absorb(store, &[&told(alerts)], Timestamp::now()).await.unwrap();
    (absorbed.appended, absorbed.duplicates)
}

/// The rows, oldest first: the kind and the instance.
async fn log(store: &AnyStore) -> Vec<(EventType, String)> {
    let mut page = store.page(None, 1_000).await.unwrap();
    page.reverse();
    let row = |entry: Entry| {
        (entry.event_type().unwrap(), entry.context()["labels"]["instance"].as_str().unwrap().to_owned())
    };
    page.into_iter().map(row).collect()
}

#[tokio::test]
async fn what_is_told_twice_is_recorded_once() {
    let store = memory().await;
    assert_eq!(tell(&store, &[('a', None), ('b', None)]).await, (2, 0));
    assert_eq!(tell(&store, &[('a', None), ('b', None)]).await, (0, 2));
    assert_eq!(tell(&store, &[('a', Some(9)), ('b', None)]).await, (1, 1));
    assert_eq!(tell(&store, &[('a', Some(9)), ('b', None)]).await, (0, 2));
}

#[tokio::test]
async fn an_alert_that_fires_again_with_its_old_start_is_no_repetition_and_its_end_is_recorded_again() {
    use EventType::{AlertReceived, Resolved};
    let store = memory().await;
    for (alerts, expected) in [
        ([('a', None)], (1, 0)),
        ([('a', Some(9))], (1, 0)),
        ([('a', None)], (1, 0)),
        ([('a', None)], (0, 1)),
        ([('a', Some(9))], (1, 0)),
        ([('a', Some(9))], (0, 1)),
        ([('a', Some(12))], (1, 0)),
        ([('a', None)], (1, 0)),
    ] {
        assert_eq!(tell(&store, &alerts).await, expected, "{alerts:?}");
    }
    let kinds: Vec<EventType> = log(&store).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [AlertReceived, Resolved, AlertReceived, Resolved, Resolved, AlertReceived]);
}

#[tokio::test]
async fn an_end_that_overtakes_its_beginning_has_a_beginning_and_leaves_nothing_open() {
    let store = memory().await;
    assert_eq!(tell(&store, &[('a', Some(9))]).await, (2, 0));
    assert_eq!(tell(&store, &[('a', None)]).await, (0, 1));
    let page = store.page(None, 10).await.unwrap();
    assert_eq!(page[0].event_type(), Some(EventType::Resolved));
    assert_eq!(page[1].context()["implied"], true);
    assert!(page[0].at() > page[1].at());
    // Later it is no longer the one that was overtaken.
    let later = Timestamp::now().checked_add(SignedDuration::from_mins(2)).unwrap();
    let absorbed = absorb(&store, &[&told(&[('a', None)])], later).await.unwrap();
    assert_eq!(absorbed.appended, 1);
}

#[tokio::test]
async fn a_late_peer_opens_nothing_anew_where_prometheus_told_the_end_itself() {
    let generator = "http://prometheus.example/graph";
    // Of this one the start is on the minute.
    let (firing, ended, timed_out) = ([('d', None)], [('d', Some(9))], [('d', Some(10))]);
    let after = |seconds: i64| Timestamp::now().checked_add(SignedDuration::from_secs(seconds)).unwrap();
    for (generator, end, seconds, appended) in [
        (generator, &ended, 1, 0),
        (generator, &ended, 90, 1),
        // Its end is on a multiple of the timeout: its sender may be silent, and the alert firing.
        (generator, &timed_out, 1, 1),
        // Who names no generator may use a start twice.
        ("", &ended, 1, 1),
    ] {
        let store = memory().await;
        for alerts in [&firing, end] {
            assert_eq!(absorb(&store, &[&told_by(generator, alerts)], Timestamp::now()).await.unwrap().appended, 1);
        }
        let late = absorb(&store, &[&told_by(generator, &firing)], after(seconds)).await.unwrap();
        assert_eq!(late.appended, appended, "{generator:?} {end:?} {seconds}");
        let again = absorb(&store, &[&told_by(generator, end)], after(seconds + 1)).await.unwrap();
        assert_eq!(again.appended, appended, "the late peer's end: {generator:?} {end:?} {seconds}");
    }
}

#[tokio::test]
async fn an_alert_keeps_its_incident_when_the_first_of_its_group_is_gone() {
    let store = memory().await;
    for alerts in [&[('a', None)][..], &[('a', None), ('b', None)], &[('a', Some(9)), ('b', None)], &[('b', Some(10))]]
    {
        tell(&store, alerts).await;
    }
    let page = store.page(None, 10).await.unwrap();
    assert_eq!(page.len(), 4);
    assert!(page.iter().all(|row| row.incident() == page[0].incident()));
}

#[tokio::test]
async fn what_was_recorded_of_a_large_notification_stands_when_the_rest_could_not_be() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("log.db");
    let store = AnyStore::open(&StoreUrl::sqlite(file.clone()), Access::ReadWrite).await.unwrap();
    let alert = |number: u16| {
        json!({ "status": "firing", "labels": { "alertname": "ApiDown", "instance": number.to_string() },
                "startsAt": "2026-01-02T03:00:00Z", "fingerprint": format!("{number:016x}") })
    };
    let alerts: Vec<Value> = (0..600).map(alert).collect();
    let body = json!({ "version": "4", "groupKey": "{}:{alertname=\"ApiDown\"}", "alerts": alerts }).to_string();
    let told = read_as(&body, |mapping| mapping.most_alerts = 1_000);
    let disk = SqliteConnectOptions::new().filename(file);
    let sql = async |sql: &'static str| {
        let mut connection = disk.connect().await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    };
    sql("CREATE TRIGGER no BEFORE INSERT ON alert_operation_log WHEN NEW.context LIKE '%0000000000000257%'
         BEGIN SELECT RAISE(ABORT, 'the last of them'); END")
    .await;
    absorb(&store, &[&told], Timestamp::now()).await.unwrap_err();
    assert_eq!(store.page(None, 1_000).await.unwrap().len(), 500, "in portions");
    sql("DROP TRIGGER no").await;
    let absorbed = absorb(&store, &[&told], Timestamp::now()).await.unwrap();
    assert_eq!((absorbed.appended, absorbed.duplicates), (100, 500));
    store.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_log_ends_as_the_last_notification_said_however_often_each_came(
        story in prop::collection::vec((prop::sample::select(vec!['a', 'b', 'c']), prop::option::of(5_u8..9), 1_usize..3), 1..14),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (once, often) = (memory().await, memory().await);
            let mut ends = std::collections::BTreeMap::new();
            for (name, end, times) in &story {
                // An alert begins by firing; that an end may overtake it is another test's.
                let is_first = !ends.contains_key(name);
                let end = end.filter(|_| !is_first);
                tell(&once, &[(*name, end)]).await;
                for _ in 0..*times {
                    tell(&often, &[(*name, end)]).await;
                }
                ends.insert(*name, end.is_some());
            }
            let (once, often) = (log(&once).await, log(&often).await);
            assert_eq!(once, often);
            for (name, is_resolved) in ends {
                let last = once.iter().rfind(|(_, instance)| *instance == name.to_string()).unwrap();
                assert_eq!(last.0 == EventType::Resolved, is_resolved, "{name} in {once:?}");
            }
        });
    }
}

#[test]
fn a_record_makes_the_rows_that_it_proves_and_its_times_are_claims() {
    let (watch, columns) = (Watch::default(), Columns::default());
    let zone = jiff::tz::TimeZone::get("Asia/Taipei").unwrap();
    let rows = |source, record: Value| {
        let received = at("2026-03-01T00:00:00Z");
        let history = History { source, columns: &columns, zone: &zone, watch: &watch, received };
        history.rows(record.as_object().unwrap()).map_err(|error| error.to_string())
    };
    let approval = json!({
        "id": "a-1", "incident_id": "INC-1", "created_at": "2026-02-04T09:30:00", "action": "approve",
        "actor": "telegram:1", "decided_at": "2026-02-04T01:31:00+00:00", "unknown": "left alone",
    });
    let made = rows(Source::Approvals, approval.clone()).unwrap();
    let [(sent, first), (decided, second)] = made.as_slice() else { panic!("{made:?}") };
    assert_eq!((first.event_type, second.event_type), (EventType::TelegramSent, EventType::UserAction));
    assert_eq!((*sent, *decided), (at("2026-02-04T01:30:00Z"), at("2026-02-04T01:31:00Z")));
    assert_eq!((second.approval_id.as_deref(), second.actor.as_deref()), (Some("a-1"), Some("telegram:1")));
    assert_eq!(second.context["late"], true);
    assert_eq!(made, rows(Source::Approvals, approval).unwrap());
    let open = json!({ "id": 7, "created_at": "2026-02-04T09:30:00Z" });
    assert_eq!(rows(Source::Approvals, open.clone()).unwrap().len(), 1);
    assert_eq!(rows(Source::Incidents, open.clone()).unwrap()[0].1.incident_id.as_deref(), Some("7"));
    let audit = &rows(Source::AuditLogs, open).unwrap()[0].1;
    assert_eq!((audit.event_type, audit.audit_log_id.as_deref()), (EventType::ExecutionCompleted, Some("7")));
    assert_eq!(rows(Source::Incidents, json!({ "id": "x" })), Err("created_at is missing".to_owned()));
}
