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
const GUARDS: &str = include_str!("../migrations/sqlite/0007_guards.sql");
const HOURS: &str = include_str!("../migrations/sqlite/0008_log_hour.sql");

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
    ("readback_review_attribution", RULES),
    ("readback_presence", PRESENCE),
];

/// What only a log of the console's own has.
const OF_OWN_LOG: (&str, &str) = ("readback_log_no_update", GUARDS);

/// The same for one that has few rows yet; without it a histogram counts the rows.
const OF_SHORT_LOG: (&str, &str) = (HOUR_TABLE, HOURS);

/// See [`super::hours`].
pub(super) const HOUR_TABLE: &str = "readback_log_hour";

/// How many rows can be counted while somebody waits for the file to open.
const SHORT: i64 = 200_000;

/// How many of the parts, from the first on, reading needs.
const NEEDED: usize = 2;

/// What stands in a file: names, and how they were made.
struct Stands(Vec<(String, Option<String>)>);

impl Stands {
    async fn look(connection: &mut SqliteConnection) -> Result<Self, StoreError> {
        let sql = "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index', 'trigger')";
        sqlx::query_as(sql).fetch_all(connection).await.map(Self).map_err(from_sqlx)
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// What makes those of the parts that do not stand.
    fn missing(&self, parts: &[(&str, &'static str)]) -> Vec<&'static str> {
        parts.iter().filter(|(name, _)| !self.has(name)).map(|(_, sql)| *sql).collect()
    }

    /// Whether the log is the console's own, or will be.
    fn is_own_log(&self) -> bool {
        let made = self.0.iter().find(|(name, _)| name == "alert_operation_log");
        made.is_none_or(|(_, sql)| sql.as_deref() == Some(log_table()))
    }
}

/// The statement that makes the log, as the engine keeps it.
pub(super) fn log_table() -> &'static str {
    let from = LOG.find("CREATE TABLE").unwrap_or_default();
    LOG[from..].split(';').next().unwrap_or_default()
}

/// Makes what is missing, in one transaction, and checks the log.
pub(super) async fn ensure(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    if !wanted(connection).await?.is_empty() {
        let mut turn = connection.begin_with("BEGIN IMMEDIATE").await.map_err(from_sqlx)?;
        // Another console may have made them while this one waited for its turn.
        for sql in wanted(&mut turn).await? {
            sqlx::raw_sql(sql).execute(&mut *turn).await.map_err(from_sqlx)?;
        }
        turn.commit().await.map_err(from_sqlx)?;
    }
    columns(connection).await
}

/// What makes the parts that are missing.
async fn wanted(connection: &mut SqliteConnection) -> Result<Vec<&'static str>, StoreError> {
    let stands = Stands::look(connection).await?;
    let mut wanted = stands.missing(&PARTS);
    if stands.is_own_log() {
        wanted.extend(stands.missing(&[OF_OWN_LOG]));
        if !stands.has(OF_SHORT_LOG.0) && is_short(connection, &stands).await? {
            wanted.push(OF_SHORT_LOG.1);
        }
    }
    Ok(wanted)
}

async fn is_short(connection: &mut SqliteConnection, stands: &Stands) -> Result<bool, StoreError> {
    if !stands.has("alert_operation_log") {
        return Ok(true);
    }
    let sql = "SELECT count(*) <= $1 FROM (SELECT 1 FROM alert_operation_log LIMIT $1 + 1)";
    sqlx::query_scalar(sql).bind(SHORT).fetch_one(connection).await.map_err(from_sqlx)
}

/// Checks without making anything.
pub(super) async fn verify(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    if !Stands::look(connection).await?.missing(&PARTS[..NEEDED]).is_empty() {
        return Err(StoreError::Refused(
            "the file has not got the console's tables; open it once without --read-only".to_owned(),
        ));
    }
    columns(connection).await
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
