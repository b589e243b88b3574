//! Writing. `BEGIN IMMEDIATE` takes the file's write lock first, so what is read before an insert still holds
//! at the insert. The database's clock is this machine's.

use crate::review::Recorded;
use crate::store::chain::{self, GENESIS};
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

/// Takes the file's write lock, and says all that has to be known before a step; a chain without a record has no head.
const LOOK: &str = "
    BEGIN IMMEDIATE;
    SELECT coalesce(h.scope, $1) AS scope, coalesce(h.seq, 0) AS seq, coalesce(h.hash, $4) AS hash,
           coalesce(h.recorded_at, 0) AS recorded_at,
           coalesce((SELECT version FROM readback_review_event WHERE review = $2 ORDER BY version DESC LIMIT 1), 0)
               AS version,
           EXISTS (SELECT 1 FROM readback_review_event WHERE id = $3) AS known
    FROM (SELECT 1) LEFT JOIN readback_chain_head h ON h.scope = $1";

/// The record, its row in the log, the head of its chain.
const WRITE: &str = "
    INSERT INTO readback_review_event (id, scope, seq, review, version, prev_hash, hash, body, operation_id,
                                       occurred_at, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);
    INSERT INTO alert_operation_log (id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor,
                                     action_detail, success, error_message, context, created_at)
    SELECT $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $11 WHERE $12 IS NOT NULL ON CONFLICT DO NOTHING;
    INSERT INTO readback_chain_head (scope, seq, hash, recorded_at) SELECT $2, $3, $7, $11 WHERE $3 = 1;
    UPDATE readback_chain_head SET seq = $3, hash = $7, recorded_at = $11 WHERE scope = $2 AND $3 > 1;
    COMMIT";

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

/// Records a review step: its record, the head of its chain and its row in the log, or none of them. Where it fails, the
/// connection is in the transaction still: it has to be closed.
pub(super) async fn record(connection: &mut SqliteConnection, outcome: &Outcome) -> Result<Recorded, StoreError> {
    let event = &outcome.event;
    let look: Look = sqlx::query_as(LOOK)
        .bind(&event.incident_id)
        .bind(&event.review.0)
        .bind(&event.id)
        .bind(GENESIS)
        .fetch_one(&mut *connection)
        .await
        .map_err(from_sqlx)?;
    if look.known {
        let first: RecordRow =
            sqlx::query_as(FIND_RECORD).bind(&event.id).fetch_one(&mut *connection).await.map_err(from_sqlx)?;
        sqlx::query("ROLLBACK").execute(connection).await.map_err(from_sqlx)?;
        return first.recorded();
    }
    if look.version as u64 != event.expected_version {
        return Err(StoreError::Conflict { actual: look.version as u64 });
    }
    let (recorded, body) = chain::seal(event, &look.head.into(), Timestamp::now())?;
    write(connection, outcome, &recorded, body).await?;
    Ok(recorded)
}

/// What is known before a step.
#[derive(sqlx::FromRow)]
struct Look {
    #[sqlx(flatten)]
    head: HeadRow,
    version: i64,
    known: bool,
}

async fn write(
    connection: &mut SqliteConnection,
    outcome: &Outcome,
    recorded: &Recorded,
    body: Vec<u8>,
) -> Result<(), StoreError> {
    let (event, row) = (&outcome.event, outcome.operation.as_ref());
    sqlx::query(WRITE)
        .bind(&event.id)
        .bind(&event.incident_id)
        .bind(recorded.seq as i64)
        .bind(&event.review.0)
        .bind(event.expected_version as i64 + 1)
        .bind(&recorded.prev_hash)
        .bind(&recorded.hash)
        .bind(body)
        .bind(row.map(|row| &row.id))
        .bind(Micros::from(event.occurred_at))
        .bind(Micros::from(recorded.recorded_at))
        .bind(row.map(|row| &row.id))
        .bind(row.map(|row| &row.incident_id))
        .bind(row.map(|row| &row.approval_id))
        .bind(row.map(|row| &row.audit_log_id))
        .bind(row.map(|row| &row.auto_repair_id))
        .bind(row.map(|row| row.event_type.name()))
        .bind(row.map(|row| &row.actor))
        .bind(row.map(|row| &row.action_detail))
        .bind(row.and_then(|row| row.success))
        .bind(row.map(|row| &row.error_message))
        .bind(row.map(|row| row.context.to_string()))
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
