//! Fills a log over a year, ending now: a tenth of the rows alerts, one in 97 failed, 200 rows an incident, one row in a
//! million of a rare actor. Without the indexes, which are made afterwards: by row it would take an hour.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};
use std::path::Path;
use std::time::{Duration, Instant};

const INDEXES: [(&str, &str); 5] = [
    ("ix_aol_incident_id", "incident_id"),
    ("ix_aol_approval_id", "approval_id"),
    ("ix_aol_event_type", "event_type"),
    ("ix_aol_created_at", "created_at DESC"),
    ("ix_aol_actor", "actor"),
];
/// A year.
const SECONDS: u64 = 365 * 86_400;

fn drop_indexes() -> String {
    INDEXES.map(|(name, _)| format!("DROP INDEX {name};")).concat()
}

fn make_indexes(at: &str) -> String {
    let make = |(name, columns): (&str, &str)| {
        let columns = if name == "ix_aol_created_at" { at } else { columns };
        format!("CREATE INDEX {name} ON alert_operation_log ({columns});")
    };
    INDEXES.map(make).concat()
}

/// The columns of row n, but for its type and time.
fn columns(is: &str) -> String {
    format!(
        "'INC-' || (n / 200), CASE WHEN n % 1000000 = 7 THEN 'rare' ELSE 'actor-' || (n % 40) END,
         'restart of service ' || (n % 90), n % 97 <> 0, {is}"
    )
}

/// Fills a file.
pub(crate) async fn sqlite(file: &Path, rows: u64) -> Duration {
    let mut db = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    let began = Instant::now();
    let step = SECONDS * 1_000_000 / rows;
    let context = "'{\"alert_name\":\"OdooDown\",\"severity\":\"P' || (n % 4) || '\"}'";
    let sql = format!(
        "PRAGMA synchronous = OFF; {drop}
         WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows})
         INSERT INTO alert_operation_log (id, incident_id, actor, action_detail, success, context, event_type, created_at)
         SELECT printf('%08x-0000-7000-8000-%012x', n * 2654435761 % 4294967296, n), {columns},
                CASE n % 10 WHEN 0 THEN 'ALERT_RECEIVED' WHEN 1 THEN 'RESOLVED' WHEN 2 THEN 'EXECUTION_STARTED'
                            WHEN 3 THEN 'EXECUTION_COMPLETED' ELSE 'USER_ACTION' END,
                (unixepoch() * 1000000) - ({rows} - n) * {step}
         FROM s; {make} ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);",
        drop = drop_indexes(),
        columns = columns(context),
        make = make_indexes("created_at DESC, id DESC"),
    );
    db.execute(AssertSqlSafe(sql)).await.unwrap();
    db.close().await.unwrap();
    began.elapsed()
}

/// Fills a server; how long it took, and the bytes.
pub(crate) async fn postgres(url: &str, rows: u64) -> (Duration, u64) {
    let mut db = PgConnection::connect(url).await.unwrap();
    let began = Instant::now();
    let step = SECONDS * 1_000_000 / rows;
    let context = "jsonb_build_object('alert_name', 'OdooDown', 'severity', 'P' || (n % 4))";
    let sql = format!(
        "{drop}
         INSERT INTO alert_operation_log (id, incident_id, actor, action_detail, success, context, event_type, created_at)
         SELECT lpad(to_hex(n * 2654435761 % 4294967296), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'), {columns},
                (CASE n % 10 WHEN 0 THEN 'ALERT_RECEIVED' WHEN 1 THEN 'RESOLVED' WHEN 2 THEN 'EXECUTION_STARTED'
                             WHEN 3 THEN 'EXECUTION_COMPLETED' ELSE 'USER_ACTION' END)::alert_event_type,
                now() - ({rows} - n) * interval '{step} microseconds'
         FROM generate_series(1::bigint, {rows}) n; {make}",
        drop = drop_indexes(),
        columns = columns(context),
        make = make_indexes("created_at DESC"),
    );
    for sql in [sql.as_str(), "VACUUM ANALYZE alert_operation_log", "CHECKPOINT"] {
        db.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    }
    let took = began.elapsed();
    let bytes: i64 =
        sqlx::query_scalar("SELECT pg_total_relation_size('alert_operation_log')").fetch_one(&mut db).await.unwrap();
    (took, bytes as u64)
}
