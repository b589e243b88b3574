//! Many rows at once: one transaction, and so one wait for the disk.

use super::{SqliteStore, write};
use crate::store::batch::which;
use crate::store::deadline::in_time;
use crate::store::rows::LogRow;
use crate::store::sqlx_error::from_sqlx;
use crate::store::{StoreError, limits};
use crate::timeline::{Entry, NewOperation, Operation};
use jiff::{SignedDuration, Timestamp};
use sqlx::{Connection, SqliteConnection};

const FIND: &str = "
    SELECT id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor, action_detail, success,
           substr(error_message, 1, 65536) AS error_message,
           CASE WHEN length(context) > 65536 THEN '\"left out: too large\"' ELSE context END AS context,
           created_at
    FROM alert_operation_log WHERE id IN (SELECT value FROM json_each($1))";

impl SqliteStore {
    /// The file's connections, for a question.
    pub(in crate::store) fn pool(&self) -> &sqlx::SqlitePool {
        &self.pool
    }

    /// See [`crate::store::AnyStore::append_all`].
    pub(in crate::store) async fn append_all(&self, rows: &[NewOperation]) -> Result<Vec<bool>, StoreError> {
        self.may_write()?;
        rows.iter().try_for_each(limits::operation)?;
        let new = in_time(async {
            let mut turn = self.writer.turn().await?;
            let new = append(turn.connection(), rows).await?;
            turn.give_back();
            Ok(new)
        })
        .await?;
        if !new.is_empty() {
            self.changes.ring();
        }
        Ok(which(rows, new))
    }

    /// See [`crate::store::AnyStore::find`].
    pub(in crate::store) async fn find(&self, ids: &[String]) -> Result<Vec<Operation>, StoreError> {
        let ids = serde_json::to_string(ids).unwrap_or_default();
        in_time(async {
            let mut connection = self.pool.acquire().await.map_err(from_sqlx)?;
            let found: Vec<LogRow> =
                sqlx::query_as(FIND).bind(ids).fetch_all(&mut *connection).await.map_err(from_sqlx)?;
            Ok(found.into_iter().map(Entry::from).filter_map(Entry::into_operation).collect())
        })
        .await
    }
}

async fn append(connection: &mut SqliteConnection, rows: &[NewOperation]) -> Result<Vec<String>, StoreError> {
    let mut turn = connection.begin_with("BEGIN IMMEDIATE").await.map_err(from_sqlx)?;
    let mut at = Timestamp::now();
    let mut new = Vec::new();
    for row in rows {
        if write::insert_operation(&mut turn, row, at).await? {
            new.push(row.id.clone());
        }
        // In the order in which they were told.
        at = at.checked_add(SignedDuration::from_micros(1)).unwrap_or(at);
    }
    turn.commit().await.map_err(from_sqlx)?;
    Ok(new)
}
