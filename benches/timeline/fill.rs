//! Fills a log over a year, ending now: a tenth of the rows alerts, one in 97 failed, 200 rows an incident, one row in a
//! million of a rare actor. Without the indexes, which are made afterwards: by row it would take an hour.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};
use std::path::Path;
use std::time::{Duration, Instant};

/// A year.
const SECONDS: u64 = 365 * 86_400;

const SQLITE: &str = include_str!("../../src/store/migrations/sqlite/0001_alert_operation_log.sql");
const POSTGRES: &str = include_str!("../../src/store/migrations/postgres/0001_alert_operation_log.sql");
/// The counts by the hour, and the trigger that keeps them.
const HOURS: &str = include_str!("../../src/store/migrations/sqlite/0008_log_hour.sql");

/// The statements that make the table's indexes, and the names of these.
fn indexes(migration: &str) -> impl Iterator<Item = (&str, &str)> {
    migration
        .lines()
        .filter(|line| line.starts_with("CREATE INDEX"))
        .map(|line| (line, line.split(' ').nth(2).unwrap()))
}

fn drop_indexes(migration: &str) -> String {
    indexes(migration).flat_map(|(_, name)| ["DROP INDEX ", name, ";"]).collect()
}

fn make_indexes(migration: &str) -> String {
    indexes(migration).map(|(statement, _)| statement).collect()
}

/// The columns of row n, but for its type and time.
fn columns(is: &str) -> String {
    format!(
        "'INC-' || (n / 200), CASE WHEN n % 1000000 = 7 THEN 'rare' ELSE 'actor-' || (n % 40) END,
         'restart of service ' || (n % 90), n % 97 <> 0, {is}"
    )
}

/// Fills a file, which nobody has analysed then: readback never does.
pub(crate) async fn sqlite(file: &Path, rows: u64) -> Duration {
    let mut db = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    let began = Instant::now();
    let step = SECONDS * 1_000_000 / rows;
    let context = "'{\"alert_name\":\"OdooDown\",\"severity\":\"P' || (n % 4) || '\"}'";
    let sql = format!(
        "PRAGMA synchronous = OFF; DROP TRIGGER readback_log_hour_count; DROP TABLE readback_log_hour; {drop}
         WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows})
         INSERT INTO alert_operation_log (id, incident_id, actor, action_detail, success, context, event_type, created_at)
         SELECT printf('%08x-0000-7000-8000-%012x', n * 2654435761 % 4294967296, n), {columns},
                CASE n % 10 WHEN 0 THEN 'ALERT_RECEIVED' WHEN 1 THEN 'RESOLVED' WHEN 2 THEN 'EXECUTION_STARTED'
                            WHEN 3 THEN 'EXECUTION_COMPLETED' ELSE 'USER_ACTION' END,
                (unixepoch() * 1000000) - ({rows} - n) * {step}
         FROM s; {make} {HOURS}; PRAGMA wal_checkpoint(TRUNCATE);",
        drop = drop_indexes(SQLITE),
        columns = columns(context),
        make = make_indexes(SQLITE),
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
        drop = drop_indexes(POSTGRES),
        columns = columns(context),
        make = make_indexes(POSTGRES),
    );
    for sql in [sql.as_str(), "VACUUM ANALYZE alert_operation_log", "CHECKPOINT"] {
        db.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    }
    let took = began.elapsed();
    let bytes: i64 =
        sqlx::query_scalar("SELECT pg_total_relation_size('alert_operation_log')").fetch_one(&mut db).await.unwrap();
    (took, bytes as u64)
}
