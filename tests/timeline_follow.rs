//! Following a real log: many writers with open transactions, a hundred thousand appends, a server that is killed. No
//! row is lost, none comes twice, no chain forks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

#[path = "support/pg.rs"]
#[allow(dead_code, reason = "of the databases of other tests it needs a part")]
mod pg;
#[path = "support/pgserver.rs"]
mod pgserver;
mod support;

use jiff::Timestamp;
use pg::TestDb;
use readback::app::StoreState;
use readback::review::{NewReviewEvent, ReviewAct, ReviewId};
use readback::store::{Access, AnyStore, Outcome, Store, StoreUrl, chain, newest};
use readback::timeline::{Entry, EventType, NewOperation};
use sqlx::{AssertSqlSafe, Connection, Executor};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::rig::Rig;
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

/// Rows of other programs, many in a statement.
fn batch(writer: usize, number: usize, rows: usize, is_postgres: bool) -> String {
    let kind = if is_postgres { "'USER_ACTION'::alert_event_type" } else { "'USER_ACTION'" };
    let (head, series) = if is_postgres {
        ("", format!("generate_series(1, {rows}) n"))
    } else {
        let head = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ";
        return format!(
            "{head}{rows}) INSERT INTO alert_operation_log (id, event_type, actor)
             SELECT 'b-{writer}-{number}-' || n, {kind}, 'other' FROM s"
        );
    };
    format!(
        "{head}INSERT INTO alert_operation_log (id, event_type, actor)
         SELECT 'b-{writer}-{number}-' || n, {kind}, 'other' FROM {series}"
    )
}

fn step(incident: usize, version: u64) -> Outcome {
    let id = format!("r-{incident}-{version}");
    let act = ReviewAct::FieldSet { field: "impact".to_owned(), value: format!("step {version}"), diligence: None };
    let operation = NewOperation {
        incident_id: Some(format!("INC-{incident}")),
        actor: Some("console:ann".to_owned()),
        success: Some(true),
        ..NewOperation::new(format!("op-{incident}-{version}"), EventType::UserAction)
    };
    let event = NewReviewEvent {
        id,
        review: ReviewId(format!("review-{incident}")),
        incident_id: format!("INC-{incident}"),
        act,
        actor: "console:ann".to_owned(),
        occurred_at: Timestamp::now(),
        expected_version: version,
    };
    Outcome { event, operation: Some(operation) }
}

/// What the server says when it is up.
const READY: &str = "database system is ready to accept connections";
const BATCHES: usize = 16;
const BATCH: usize = 1_000;
const OTHERS: usize = 6;
const INCIDENTS: usize = 4;
const STEPS: u64 = 500;

/// Six programs and four reviewers append a hundred thousand rows while somebody follows.
async fn a_hundred_thousand_appends(url: &str, write: impl AsyncFn(usize, usize) + Send + Sync) {
    let store = Arc::new(open(url).await);
    let mut reviewers = tokio::task::JoinSet::new();
    for incident in 0..INCIDENTS {
        let store = Arc::clone(&store);
        reviewers.spawn(async move {
            for version in 0..STEPS {
                let step = step(incident, version);
                // Sent again with the same id, as a console does, while others hold the file's lock too long.
                while let Err(error) = store.record(&step).await {
                    assert!(error.is_transient(), "{error}");
                }
            }
        });
    }
    let total = OTHERS * BATCHES * BATCH + INCIDENTS * STEPS as usize;
    assert!(total + INCIDENTS * STEPS as usize >= 100_000, "records and rows");
    let follower = async {
        let mut seen: HashSet<String> = HashSet::new();
        while seen.len() < total {
            // A store that is away for a moment says so; what came meanwhile is read all the same.
            let _ = store.changed().await;
            let rows = loop {
                match newest(&*store, Timestamp::now(), usize::MAX).await {
                    Ok((rows, _)) => break rows,
                    Err(error) => assert!(error.is_transient(), "{error}"),
                }
            };
            let ids: HashSet<String> = rows.iter().map(|row| row.id().to_owned()).collect();
            assert_eq!(ids.len(), rows.len(), "no row twice");
            seen.extend(ids);
        }
        seen
    };
    let others = async {
        let writers = (0..OTHERS).map(|writer| {
            let write = &write;
            async move {
                for number in 0..BATCHES {
                    write(writer, number).await;
                }
            }
        });
        futures_util::future::join_all(writers).await;
    };
    let (seen, ()) = tokio::join!(tokio::time::timeout(Duration::from_mins(2), follower), others);
    reviewers.join_all().await;
    assert_eq!(seen.expect("rows were lost on the way").len(), total);
    let reviews = store.reviews().await.unwrap();
    let heads = store.heads().await.unwrap();
    assert_eq!(chain::verify_heads(&reviews, &heads), Ok(()), "no fork, no gap");
    let mut by_incident: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for recorded in &reviews {
        by_incident.entry(&recorded.event.incident_id).or_default().push(recorded.seq);
    }
    assert_eq!(by_incident.len(), INCIDENTS);
    assert!(by_incident.values().all(|seqs| *seqs == (1..=STEPS).collect::<Vec<_>>()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_appends_on_postgres_lose_nothing_and_no_chain_forks() {
    let Some(db) = TestDb::create().await else { return };
    a_hundred_thousand_appends(&db.url(), async |writer, number| {
        db.sql(&batch(writer, number, BATCH, true)).await.unwrap();
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
        connection.execute(AssertSqlSafe(batch(writer, number, BATCH, false))).await.unwrap();
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
