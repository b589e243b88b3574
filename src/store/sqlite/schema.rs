//! The tables: made where they are missing, checked where they stand.

use crate::guard;
use crate::store::StoreError;
use crate::store::sqlx_error::from_sqlx;
use sqlx::{Connection, SqliteConnection};

const LOG: &str = include_str!("../migrations/sqlite/0001_alert_operation_log.sql");
const OWN: &str = include_str!("../migrations/sqlite/0002_readback.sql");
const ANNOTATION: &str = include_str!("../migrations/sqlite/0003_annotation.sql");
const SEALS: &str = include_str!("../migrations/sqlite/0004_segment.sql");
const RULES: &str = include_str!("../migrations/sqlite/0005_review_rules.sql");
const PRESENCE: &str = include_str!("../migrations/sqlite/0006_presence.sql");

/// The columns of `alert_operation_log`.
const COLUMNS: [&str; 12] = [
    "id",
    "incident_id",
    "approval_id",
    "audit_log_id",
    "auto_repair_id",
    "event_type",
    "actor",
    "action_detail",
    "success",
    "error_message",
    "context",
    "created_at",
];

/// What a file is made of: a name that stands where a part does, and what makes the part. A file of an earlier console
/// has not got the last ones: without the index of annotations reading is slower, without the seals none is checked,
/// without the rules only consoles keep to them, and without presence nobody is seen.
const PARTS: [(&str, &str); 6] = [
    ("alert_operation_log", LOG),
    ("readback_chain_head", OWN),
    ("readback_event_annotation", ANNOTATION),
    ("readback_segment", SEALS),
    ("readback_review_rules", RULES),
    ("readback_presence", PRESENCE),
];

/// How many of the parts, from the first on, reading needs.
const NEEDED: usize = 2;

/// Makes what is missing, in one transaction, and checks the log.
pub(super) async fn ensure(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    if !missing(connection, &PARTS).await?.is_empty() {
        let mut turn = connection.begin_with("BEGIN IMMEDIATE").await.map_err(from_sqlx)?;
        // Another console may have made them while this one waited for its turn.
        for sql in missing(&mut turn, &PARTS).await? {
            sqlx::raw_sql(sql).execute(&mut *turn).await.map_err(from_sqlx)?;
        }
        turn.commit().await.map_err(from_sqlx)?;
    }
    columns(connection).await
}

/// Checks without making anything.
pub(super) async fn verify(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    if !missing(connection, &PARTS[..NEEDED]).await?.is_empty() {
        return Err(StoreError::Refused(
            "the file has not got the console's tables; open it once without --read-only".to_owned(),
        ));
    }
    columns(connection).await
}

/// What makes those of the parts that do not stand.
async fn missing(
    connection: &mut SqliteConnection,
    parts: &[(&str, &'static str)],
) -> Result<Vec<&'static str>, StoreError> {
    let sql = "SELECT name FROM sqlite_master WHERE type IN ('table', 'index', 'trigger')";
    let names: Vec<String> = sqlx::query_scalar(sql).fetch_all(connection).await.map_err(from_sqlx)?;
    let stands = |name: &str| names.iter().any(|known| known == name);
    Ok(parts.iter().filter(|(name, _)| !stands(name)).map(|(_, sql)| *sql).collect())
}

/// Whether somebody else's table has the columns.
async fn columns(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let sql = "SELECT name, upper(type) FROM pragma_table_info('alert_operation_log')";
    let there: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(connection).await.map_err(from_sqlx)?;
    for column in COLUMNS {
        let Some((_, kind)) = there.iter().find(|(name, _)| name == column) else {
            return Err(StoreError::Refused(format!("alert_operation_log has no column {column}")));
        };
        if column == "created_at" && !kind.contains("INT") {
            let kind = guard::line(kind);
            return Err(StoreError::Refused(format!(
                "alert_operation_log.created_at is {kind}, it must be INTEGER (microseconds since 1970)"
            )));
        }
    }
    Ok(())
}
