//! Rows per second of what integrity costs: leaves and root alone, the chain of reviews, and sealing and checking a day on
//! each engine (`PostgreSQL` where `READBACK_TEST_PG` names a server that may create databases). The bar is 200,000 rows/s for a
//! check of what is in memory.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and one that can't go on should say so"
)]

use readback::review::{NewReviewEvent, Recorded, ReviewAct, ReviewId};
use readback::store::chain::verify_chain;
use readback::store::segments::{seal, verify};
use readback::store::{Access, AnyStore, MemoryStore, Outcome, Store, StoreUrl};
use readback::timeline::segment::{Leaf, LogLeaf, Text, Tree};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::time::{Duration, Instant};

/// More than one segment holds.
fn rows() -> u32 {
    // Once through, to see that it works.
    if std::env::args().any(|arg| arg == "--test") { 3_000 } else { 300_000 }
}

const RECORDS: u64 = 4_000;
const CONTEXT: &str =
    r#"{"alert_name": "ApiDown", "severity": "P1", "labels": {"instance": "api-1", "team": "web"}, "n": 1.10}"#;
const DAY: i64 = 1_770_076_800_000_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    leaves();
    let records = runtime.block_on(records());
    tell("the chain of reviews, checked in memory", RECORDS, || verify_chain(&records).expect("it holds"));
    runtime.block_on(sqlite());
    runtime.block_on(postgres());
}

fn tell<T>(what: &str, rows: u64, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    say(what, rows, start.elapsed());
    done
}

fn say(what: &str, rows: u64, took: Duration) {
    println!(
        "{what:<48} {rows:>8} rows {:>9.3} s {:>10.0} rows/s",
        took.as_secs_f64(),
        rows as f64 / took.as_secs_f64()
    );
}

fn leaves() {
    let ids: Vec<String> = (0..rows()).map(|n| format!("018f0000-0000-7000-8000-{n:012x}")).collect();
    tell("leaves and root, in memory", rows().into(), || {
        let (mut tree, mut scratch) = (Tree::default(), Vec::new());
        for (n, id) in ids.iter().enumerate() {
            let row = LogLeaf {
                action_detail: Some("restart api-1"),
                actor: Some("telegram:100"),
                approval_id: None,
                audit_log_id: None,
                auto_repair_id: None,
                context: Text::Whole(CONTEXT),
                created_at: &(DAY + n as i64).to_string(),
                error_message: None,
                event_type: "USER_ACTION",
                id,
                incident_id: Some("INC-7"),
                success: Some(true),
            };
            tree.push(row.hash(&mut scratch));
        }
        tree.root()
    });
}

async fn records() -> Vec<Recorded> {
    let store = MemoryStore::new(Access::ReadWrite);
    for version in 0..RECORDS {
        let event = NewReviewEvent {
            id: format!("event-{version}"),
            review: ReviewId("review".to_owned()),
            incident_id: "INC-7".to_owned(),
            expected_version: version,
            actor: "console:ann".to_owned(),
            occurred_at: jiff::Timestamp::UNIX_EPOCH,
            act: ReviewAct::FieldSet { field: "impact".to_owned(), value: format!("step {version}"), diligence: None },
        };
        store.record(&Outcome { event, operation: None }).await.expect("recorded");
    }
    store.reviews().await.expect("read")
}

async fn sealed_and_checked(engine: &str, store: &AnyStore) {
    let mut db = store.segments().await.expect("a connection").expect("it outlives the process");
    let start = Instant::now();
    seal(&mut db, Duration::from_secs(10)).await.expect("sealed");
    say(&format!("{engine}: sealing"), rows().into(), start.elapsed());
    let start = Instant::now();
    let (audit, _) = verify(&mut db, None).await.expect("checked");
    say(&format!("{engine}: checking"), rows().into(), start.elapsed());
    assert!(!audit.is_broken() && audit.tables[0].rows == u64::from(rows()), "{audit:?}");
}

async fn sqlite() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("bench.db");
    let store = AnyStore::open(&StoreUrl::sqlite(&file), Access::ReadWrite).await.expect("open");
    let mut other = SqliteConnectOptions::new().filename(&file).connect().await.expect("open");
    let sql = format!(
        "INSERT INTO alert_operation_log (id, event_type, actor, action_detail, success, incident_id, context, created_at)
         WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {})
         SELECT printf('018f0000-0000-7000-8000-%012x', n), 'USER_ACTION', 'telegram:100', 'restart api-1', 1, 'INC-7',
                '{CONTEXT}', {DAY} + n FROM s",
        rows() - 1
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut other).await.expect("filled");
    let size = "SELECT sum(pgsize) FROM dbstat WHERE name = 'readback_segment_mark'";
    sealed_and_checked("SQLite", &store).await;
    let marks: Result<i64, _> = sqlx::query_scalar(size).fetch_one(&mut other).await;
    if let Ok(marks) = marks {
        println!("{:<48} {marks:>8} bytes", "SQLite: marks on disk");
    }
    other.close().await.expect("closed");
}

async fn postgres() {
    let Ok(server) = std::env::var("READBACK_TEST_PG") else {
        println!("PostgreSQL: left out, READBACK_TEST_PG is not set");
        return;
    };
    let name = format!("rb_bench_{}", std::process::id());
    let options: PgConnectOptions = server.parse().expect("a URL");
    let mut admin = options.clone().connect().await.expect("a server");
    let run = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::raw_sql(run).execute(&mut admin).await.expect("a database");
    let (before, after) = server.split_once('?').unwrap_or((&server, ""));
    let (host, _) = before.rsplit_once('/').expect("it names a database");
    let url = StoreUrl::parse(&format!("{host}/{name}?{after}")).expect("a URL");
    let store = AnyStore::open(&url, Access::ReadWrite).await.expect("open");
    store.ready().await.expect("tables");
    let mut other = options.database(&name).connect().await.expect("a server");
    let sql = format!(
        "INSERT INTO alert_operation_log (id, event_type, actor, action_detail, success, incident_id, context, created_at)
         SELECT '018f0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'), 'USER_ACTION', 'telegram:100', 'restart api-1', true,
                'INC-7', '{CONTEXT}', timestamptz 'epoch' + ({DAY} + n) * interval '1 microsecond'
         FROM generate_series(0, {}) n; ANALYZE alert_operation_log",
        rows() - 1
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut other).await.expect("filled");
    sealed_and_checked("PostgreSQL", &store).await;
    let sizes = "SELECT pg_total_relation_size('readback_segment_mark'), pg_total_relation_size('alert_operation_log')";
    let (marks, log): (i64, i64) = sqlx::query_as(sizes).fetch_one(&mut other).await.expect("sizes");
    println!("{:<48} {marks:>8} bytes, beside {log} of the log", "PostgreSQL: marks on disk");
    other.close().await.expect("closed");
    drop(store);
    let run = AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
    sqlx::raw_sql(run).execute(&mut admin).await.expect("dropped");
}
