//! Writing. `BEGIN IMMEDIATE` takes the file's write lock first, so what is read before an insert still holds
//! at the insert. The database's clock is this machine's.

use crate::review::Recorded;
use crate::store::chain::{self, Head};
use crate::store::micros::Micros;
use crate::store::rows::{HeadRow, RecordRow};
use crate::store::sqlx_error::from_sqlx;
use crate::store::{Outcome, StoreError};
use crate::timeline::{NewOperation, Operation, OwnEvent};
use jiff::Timestamp;
use sqlx::{Connection, SqliteConnection};

const INSERT_OPERATION: &str = "
    INSERT INTO alert_operation_log (id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor,
                                     action_detail, success, error_message, context, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";

const INSERT_OWN: &str = "
    INSERT INTO readback_event (id, incident_id, kind, subject, actor, summary, success, context, occurred_at,
                                recorded_at)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 WHERE NOT EXISTS (SELECT 1 FROM readback_event WHERE id = $1)";

const INSERT_RECORD: &str = "
    INSERT INTO readback_review_event (id, scope, seq, review, version, prev_hash, hash, body, operation_id,
                                       occurred_at, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

const FIND_RECORD: &str = "
    SELECT id, scope, seq, review, version, hash, body, occurred_at, recorded_at
    FROM readback_review_event WHERE id = $1";

/// Appends to the log.
pub(super) async fn append(connection: &mut SqliteConnection, row: &NewOperation) -> Result<(), StoreError> {
    insert_operation(connection, row, Timestamp::now()).await.map(drop)
}

/// Appends rows with the time they bring, all or none.
pub(super) async fn import(connection: &mut SqliteConnection, rows: &[Operation]) -> Result<(), StoreError> {
    let mut turn = connection.begin_with("BEGIN IMMEDIATE").await.map_err(from_sqlx)?;
    for row in rows {
        insert_operation(&mut turn, &row.row, row.created_at).await?;
    }
    turn.commit().await.map_err(from_sqlx)
}

/// Appends an event of the console's own.
pub(super) async fn append_own(connection: &mut SqliteConnection, event: &OwnEvent) -> Result<(), StoreError> {
    sqlx::query(INSERT_OWN)
        .bind(&event.id)
        .bind(&event.incident_id)
        .bind(event.kind.name())
        .bind(&event.subject)
        .bind(&event.actor)
        .bind(&event.summary)
        .bind(event.success)
        .bind(event.context.to_string())
        .bind(Micros::from(event.occurred_at))
        .bind(Micros::from(Timestamp::now()))
        .execute(connection)
        .await
        .map(drop)
        .map_err(from_sqlx)
}

/// Records a review step: its record, the head of its chain and its row in the log, or none of them.
pub(super) async fn record(connection: &mut SqliteConnection, outcome: &Outcome) -> Result<Recorded, StoreError> {
    let event = &outcome.event;
    let mut turn = connection.begin_with("BEGIN IMMEDIATE").await.map_err(from_sqlx)?;
    let first: Option<RecordRow> =
        sqlx::query_as(FIND_RECORD).bind(&event.id).fetch_optional(&mut *turn).await.map_err(from_sqlx)?;
    if let Some(first) = first {
        return first.recorded();
    }
    let actual: i64 =
        sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM readback_review_event WHERE review = $1")
            .bind(&event.review.0)
            .fetch_one(&mut *turn)
            .await
            .map_err(from_sqlx)?;
    if actual as u64 != event.expected_version {
        return Err(StoreError::Conflict { actual: actual as u64 });
    }
    let head = head(&mut turn, &event.incident_id).await?;
    let (recorded, body) = chain::seal(event, &head, Timestamp::now())?;
    insert_record(&mut turn, outcome, &recorded, body).await?;
    move_head(&mut turn, &recorded).await?;
    if let Some(row) = &outcome.operation {
        insert_operation(&mut turn, row, recorded.recorded_at).await?;
    }
    turn.commit().await.map_err(from_sqlx)?;
    Ok(recorded)
}

async fn head(connection: &mut SqliteConnection, scope: &str) -> Result<Head, StoreError> {
    let sql = "SELECT scope, seq, hash, recorded_at FROM readback_chain_head WHERE scope = $1";
    let row: Option<HeadRow> = sqlx::query_as(sql).bind(scope).fetch_optional(connection).await.map_err(from_sqlx)?;
    Ok(row.map_or_else(|| Head::genesis(scope), Head::from))
}

async fn insert_record(
    connection: &mut SqliteConnection,
    outcome: &Outcome,
    recorded: &Recorded,
    body: Vec<u8>,
) -> Result<(), StoreError> {
    let event = &outcome.event;
    sqlx::query(INSERT_RECORD)
        .bind(&event.id)
        .bind(&event.incident_id)
        .bind(recorded.seq as i64)
        .bind(&event.review.0)
        .bind(event.expected_version as i64 + 1)
        .bind(&recorded.prev_hash)
        .bind(&recorded.hash)
        .bind(body)
        .bind(outcome.operation.as_ref().map(|row| &row.id))
        .bind(Micros::from(event.occurred_at))
        .bind(Micros::from(recorded.recorded_at))
        .execute(connection)
        .await
        .map(drop)
        .map_err(from_sqlx)
}

async fn move_head(connection: &mut SqliteConnection, recorded: &Recorded) -> Result<(), StoreError> {
    let sql = if recorded.seq == 1 {
        "INSERT INTO readback_chain_head (scope, seq, hash, recorded_at) VALUES ($1, $2, $3, $4)"
    } else {
        "UPDATE readback_chain_head SET seq = $2, hash = $3, recorded_at = $4 WHERE scope = $1"
    };
    sqlx::query(sql)
        .bind(&recorded.event.incident_id)
        .bind(recorded.seq as i64)
        .bind(&recorded.hash)
        .bind(Micros::from(recorded.recorded_at))
        .execute(connection)
        .await
        .map(drop)
        .map_err(from_sqlx)
}

/// Inserts a row; whether it is new.
pub(super) async fn insert_operation(
    connection: &mut SqliteConnection,
    row: &NewOperation,
    at: Timestamp,
) -> Result<bool, StoreError> {
    sqlx::query(INSERT_OPERATION)
        .bind(&row.id)
        .bind(&row.incident_id)
        .bind(&row.approval_id)
        .bind(&row.audit_log_id)
        .bind(&row.auto_repair_id)
        .bind(row.event_type.name())
        .bind(&row.actor)
        .bind(&row.action_detail)
        .bind(row.success)
        .bind(&row.error_message)
        .bind(row.context.to_string())
        .bind(Micros::from(at))
        .execute(connection)
        .await
        .map(|done| done.rows_affected() > 0)
        .map_err(from_sqlx)
}
