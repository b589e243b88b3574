//! Following a real log: many writers with open transactions, a hundred thousand appends, a server that is killed. No
//! row is lost, none comes twice, no chain forks.

use crate::support::pg::TestDb;
use crate::support::pgserver;
use crate::support::rig::Rig;
use jiff::Timestamp;
use readback::app::StoreState;
use readback::review::{NewReviewEvent, ReviewAct, ReviewId};
use readback::store::{Access, AnyStore, Outcome, Since, Store, StoreError, StoreUrl, Tail, chain};
use readback::timeline::filter::Pushed;
use readback::timeline::{Entry, EventType, NewOperation};
use sqlx::{AssertSqlSafe, Connection, Executor};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Barrier;

async fn open(url: &str) -> AnyStore {
    let store = AnyStore::open(&StoreUrl::parse(url).unwrap(), Access::ReadWrite).await.unwrap();
    store.ready().await.unwrap();
    store
}

fn insert(id: &str) -> String {
    format!("INSERT INTO alert_operation_log (id, event_type, actor) VALUES ('{id}', 'USER_ACTION', 'other')")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_hold_transactions_open_and_every_row_is_shown_once() {
    const WRITERS: usize = 8;
    const ROUNDS: usize = 12;
    let Some(db) = TestDb::create().await else { return };
    let folder = tempfile::tempdir().unwrap();
    drop(open(&db.url()).await);
    db.sql(&insert("the-first")).await.unwrap();
    let mut rig = Rig::start(&db.url(), folder.path(), 1).await;
    rig.until("the log is read", |facts| !facts.log.entries.is_empty()).await;
    rig.press("3").await;
    let gate = Arc::new(Barrier::new(WRITERS + 1));
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let (db, gate) = (db.clone(), Arc::clone(&gate));
        writers.spawn(async move {
            let mut connection = db.connect().await;
            for round in 0..ROUNDS {
                let mut turn = connection.begin().await.unwrap();
                turn.execute(AssertSqlSafe(insert(&format!("slow-{writer}-{round}")))).await.unwrap();
                // Every transaction is open, with a time of its own, while somebody else commits newer rows.
                gate.wait().await;
                gate.wait().await;
                turn.commit().await.unwrap();
            }
        });
    }
    for round in 0..ROUNDS {
        gate.wait().await;
        let quick = format!("quick-{round}");
        db.sql(&insert(&quick)).await.unwrap();
        // The newer row is on the screen before the older ones are committed.
        rig.until(&quick, |facts| facts.log.entries.iter().any(|row| row.id() == quick)).await;
        gate.wait().await;
    }
    writers.join_all().await;
    let rows = (WRITERS + 1) * ROUNDS + 1;
    rig.until("every row", |facts| facts.log.entries.len() >= rows).await;
    let ids: BTreeSet<&str> = rig.app.facts().log.entries.iter().map(Entry::id).collect();
    assert_eq!((ids.len(), rig.app.facts().log.entries.len()), (rows, rows));
    assert!(rig.app.facts().log.entries.is_sorted_by(|a, b| a.newest_first(b).is_lt()));
    rig.end().await;
    db.drop().await;
}

/// Rows of another program, many in a statement.
fn batch(writer: usize, number: usize, is_postgres: bool) -> String {
    let (head, kind, rows) = if is_postgres {
        (String::new(), "'USER_ACTION'::alert_event_type", format!("generate_series(1, {BATCH}) n"))
    } else {
        let series = format!("WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {BATCH}) ");
        (series, "'USER_ACTION'", "s".to_owned())
    };
    format!(
        "{head}INSERT INTO alert_operation_log (id, event_type, actor)
         SELECT 'b-{writer}-{number}-' || n, {kind}, 'other' FROM {rows}"
    )
}

fn row(id: String) -> NewOperation {
    NewOperation { actor: Some("ingest".to_owned()), ..NewOperation::new(id, EventType::AlertReceived) }
}

/// A step of a reviewer; the even ones are all about one incident, the others each about one of their own.
fn step(reviewer: usize, version: u64) -> Outcome {
    let incident = if reviewer.is_multiple_of(2) { "INC-0".to_owned() } else { format!("INC-{reviewer}") };
    let act = ReviewAct::FieldSet { field: "impact".to_owned(), value: format!("step {version}"), diligence: None };
    let operation = NewOperation {
        incident_id: Some(incident.clone()),
        actor: Some("console:ann".to_owned()),
        success: Some(true),
        ..NewOperation::new(format!("op-{reviewer}-{version}"), EventType::UserAction)
    };
    let event = NewReviewEvent {
        id: format!("r-{reviewer}-{version}"),
        review: ReviewId(format!("review-{reviewer}")),
        incident_id: incident,
        act,
        actor: "console:ann".to_owned(),
        occurred_at: Timestamp::now(),
        expected_version: version,
    };
    Outcome { event, operation: Some(operation) }
}

/// What the server says when it is up.
const READY: &str = "database system is ready to accept connections";
/// Programs that write many rows in a transaction.
const PROGRAMS: usize = 4;
const BATCHES: usize = 16;
const BATCH: usize = 1_000;
/// Listeners that write what is told in a notification.
const LISTENERS: usize = 3;
const NOTIFICATIONS: usize = 100;
const ALERTS: usize = 100;
/// Who writes a row at a time.
const WATCHERS: usize = 4;
const SINGLE: usize = 1_000;
const REVIEWERS: usize = 8;
const STEPS: u64 = 250;
/// Every one of them is a row of the timeline.
const TOTAL: usize =
    PROGRAMS * BATCHES * BATCH + LISTENERS * NOTIFICATIONS * ALERTS + WATCHERS * SINGLE + REVIEWERS * STEPS as usize;

/// What was answered; nothing where others hold the file's lock too long, and it is to be asked again, as a console does.
fn taken<T>(answer: Result<T, StoreError>) -> Option<T> {
    match answer {
        Ok(taken) => Some(taken),
        Err(error) => {
            assert!(error.is_transient(), "{error}");
            None
        }
    }
}

/// What is recorded since; without a place, nothing but the mark.
async fn tail(store: &AnyStore, since: Option<&Since>) -> Tail {
    loop {
        if let Some(tail) = taken(store.tail(since, 2_000, &Pushed::default()).await) {
            return tail;
        }
    }
}

/// Everything that is recorded, as it comes; ends when all of it has come.
async fn followed(store: &AnyStore) -> HashSet<String> {
    let mut mark = tail(store, None).await.mark;
    let mut seen = HashSet::new();
    while seen.len() < TOTAL {
        // A store that is away for a moment says so; what came meanwhile is read all the same.
        let _ = store.changed().await;
        let (mut since, mut next, mut of_tail) = (Since::from(mark), None, HashSet::new());
        loop {
            let tail = tail(store, Some(&since)).await;
            next.get_or_insert(tail.mark);
            assert!(tail.rows.iter().all(|row| of_tail.insert(row.id().to_owned())), "no row twice in a tail");
            match tail.more {
                Some(more) => since = more,
                None => break,
            }
        }
        mark = next.unwrap_or(mark);
        seen.extend(of_tail);
    }
    seen
}

/// A hundred thousand rows are appended while somebody follows.
async fn a_hundred_thousand_appends(url: &str, write: impl AsyncFn(usize, usize) + Send + Sync) {
    const { assert!(TOTAL >= 100_000) };
    let (store, other) = (Arc::new(open(url).await), Arc::new(open(url).await));
    let mut writers = tokio::task::JoinSet::new();
    for reviewer in 0..REVIEWERS {
        let store = Arc::clone(if reviewer % 4 < 2 { &store } else { &other });
        writers.spawn(async move {
            for version in 0..STEPS {
                let step = step(reviewer, version);
                while taken(store.record(&step).await).is_none() {}
            }
        });
    }
    for listener in 0..LISTENERS {
        let store = Arc::clone(&other);
        writers.spawn(async move {
            for number in 0..NOTIFICATIONS {
                let rows: Vec<_> = (0..ALERTS).map(|n| row(format!("n-{listener}-{number}-{n}"))).collect();
                while taken(store.append_all(&rows).await).is_none() {}
            }
        });
    }
    for watcher in 0..WATCHERS {
        let store = Arc::clone(&store);
        writers.spawn(async move {
            for n in 0..SINGLE {
                let row = row(format!("w-{watcher}-{n}"));
                while taken(store.append(&row).await).is_none() {}
            }
        });
    }
    let programs = async {
        let programs = (0..PROGRAMS).map(|program| {
            let write = &write;
            async move {
                for number in 0..BATCHES {
                    write(program, number).await;
                }
            }
        });
        futures_util::future::join_all(programs).await;
    };
    let (seen, ()) = tokio::join!(tokio::time::timeout(Duration::from_mins(2), followed(&store)), programs);
    writers.join_all().await;
    assert_eq!(seen.expect("rows were lost on the way").len(), TOTAL);
    let reviews = store.reviews().await.unwrap();
    let heads = store.heads().await.unwrap();
    assert_eq!(chain::verify_heads(&reviews, &heads), Ok(()), "no fork, no gap");
    let mut by_incident: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for recorded in &reviews {
        by_incident.entry(&recorded.event.incident_id).or_default().push(recorded.seq);
    }
    assert_eq!(by_incident.len(), REVIEWERS / 2 + 1);
    for (incident, seqs) in by_incident {
        let steps = if incident == "INC-0" { STEPS * REVIEWERS as u64 / 2 } else { STEPS };
        assert_eq!(seqs, (1..=steps).collect::<Vec<_>>(), "{incident}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_appends_on_postgres_lose_nothing_and_no_chain_forks() {
    let Some(db) = TestDb::create().await else { return };
    a_hundred_thousand_appends(&db.url(), async |writer, number| {
        db.sql(&batch(writer, number, true)).await.unwrap();
    })
    .await;
    db.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_appends_on_sqlite_lose_nothing_and_no_chain_forks() {
    use sqlx::ConnectOptions;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).busy_timeout(Duration::from_mins(1));
    a_hundred_thousand_appends(&format!("sqlite:{}", file.display()), async |writer, number| {
        let mut connection = options.connect().await.unwrap();
        connection.execute(AssertSqlSafe(batch(writer, number, false))).await.unwrap();
        connection.close().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_postgres_is_told_within_two_seconds_what_was_read_stays_and_the_rest_follows() {
    if pg_is_left_out() {
        return;
    }
    let cluster = pgserver::Cluster::init().await;
    let server = cluster.start("main", "", &[], READY).await;
    let port = server.port;
    let url = format!("postgres://tester@127.0.0.1:{port}/postgres?sslmode=disable");
    drop(open(&url).await);
    say(&url, &insert("before")).await;
    let folder = tempfile::tempdir().unwrap();
    let mut rig = follow(&url, folder.path()).await;
    rig.until("the row", |facts| facts.log.entries.len() == 1).await;

    let killed = Instant::now();
    server.kill().await;
    rig.until("the console says so", |facts| matches!(facts.store, StoreState::Unavailable(_))).await;
    let took = killed.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(rig.screen().contains("no database") && rig.screen().contains("USER_ACTION"), "{}", rig.screen());
    assert_eq!(rig.app.facts().log.entries.len(), 1, "what was read stays");

    let _server = cluster.start_again("main", port, READY).await;
    say(&url, &insert("meanwhile")).await;
    rig.until("what came meanwhile", |facts| facts.log.entries.len() == 2).await;
    assert!(!rig.screen().contains("no database"), "{}", rig.screen());
    say(&url, &insert("afterwards")).await;
    rig.until("what comes afterwards", |facts| facts.log.entries.len() == 3).await;
    rig.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_comes_long_after_the_others_leaves_them_where_they_are() {
    let Some(db) = TestDb::create().await else { return };
    let folder = tempfile::tempdir().unwrap();
    drop(open(&db.url()).await);
    db.sql(
        "INSERT INTO alert_operation_log (id, event_type, created_at) VALUES
         ('a', 'ALERT_RECEIVED', '2026-02-04T01:00:00Z'), ('b', 'RESOLVED', '2026-02-04T01:09:00Z')",
    )
    .await
    .unwrap();
    let mut rig = follow(&db.url(), folder.path()).await;
    db.sql(&insert("c")).await.unwrap();
    rig.until("the new row", |facts| facts.log.entries.iter().any(|row| row.id() == "c")).await;
    let ids: Vec<&str> = rig.app.facts().log.entries.iter().map(Entry::id).collect();
    assert_eq!((ids, rig.app.facts().log.complete), (vec!["c", "b", "a"], true));
    rig.end().await;
    db.drop().await;
}

fn pg_is_left_out() -> bool {
    std::env::var("READBACK_TEST_WITHOUT").unwrap_or_default().contains("postgres")
}

async fn follow(url: &str, folder: &Path) -> Rig {
    let mut rig = Rig::start(url, folder, 1).await;
    rig.until("the log is read", |facts| facts.log.read).await;
    rig.press("3").await;
    rig
}

/// Says something to the server as another program would.
async fn say(url: &str, sql: &str) {
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}
