//! The tables: made where they are missing, checked where they stand.

use crate::guard;
use crate::store::StoreError;
use crate::store::sqlx_error::from_sqlx;
use sqlx::{Connection, SqliteConnection};

const LOG: &str = include_str!("../migrations/sqlite/0001_alert_operation_log.sql");
const OWN: &str = include_str!("../migrations/sqlite/0002_readback.sql");
const ANNOTATION: &str = include_str!("../migrations/sqlite/0003_annotation.sql");
const SEALS: &str = include_str!("../migrations/sqlite/0004_segment.sql");

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

/// What stands: the log, the console's own tables, the index of annotations, the seals (a file of an earlier console
/// has not got the last two).
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stands {
    log: bool,
    own: bool,
    annotation: bool,
    seals: bool,
}

impl Stands {
    const ALL: Self = Self { log: true, own: true, annotation: true, seals: true };
}

/// Makes what is missing, in one transaction, and checks the log.
pub(super) async fn ensure(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    if stands(connection).await? != Stands::ALL {
        let mut turn = connection.begin_with("BEGIN IMMEDIATE").await.map_err(from_sqlx)?;
        // Another console may have made them while this one waited for its turn.
        let stands = stands(&mut turn).await?;
        let parts = [(stands.log, LOG), (stands.own, OWN), (stands.annotation, ANNOTATION), (stands.seals, SEALS)];
        for (stands, sql) in parts {
            if !stands {
                sqlx::raw_sql(sql).execute(&mut *turn).await.map_err(from_sqlx)?;
            }
        }
        turn.commit().await.map_err(from_sqlx)?;
    }
    columns(connection).await
}

/// Checks without making anything.
pub(super) async fn verify(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let Stands { log, own, annotation: _, seals: _ } = stands(connection).await?;
    if !(log && own) {
        return Err(StoreError::Refused(
            "the file has not got the console's tables; open it once without --read-only".to_owned(),
        ));
    }
    columns(connection).await
}

async fn stands(connection: &mut SqliteConnection) -> Result<Stands, StoreError> {
    let sql = "SELECT name FROM sqlite_master WHERE type IN ('table', 'index')";
    let names: Vec<String> = sqlx::query_scalar(sql).fetch_all(connection).await.map_err(from_sqlx)?;
    let has = |name: &str| names.iter().any(|known| known == name);
    Ok(Stands {
        log: has("alert_operation_log"),
        own: has("readback_chain_head"),
        annotation: has("readback_event_annotation"),
        seals: has("readback_segment"),
    })
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
