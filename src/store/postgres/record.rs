//! Recording a step of a review. What keeps a chain from forking, measured under load: only who holds the head's row writes
//! a record, with an explicit number, and with a time that is not before the head's.

use super::bind;
use super::swap::{self, Failed};
use super::tips::Tips;
use crate::review::Recorded;
use crate::store::chain::{self, Head};
use crate::store::micros::Micros;
use crate::store::rows::{HeadRow, RecordRow};
use crate::store::{Outcome, StoreError};
use crate::timeline::NewOperation;
use sqlx::{Connection, PgConnection};

/// The row of an outcome stands at the outcome's time.
const INSERT_OPERATION: &str = "
    INSERT INTO alert_operation_log (id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor,
                                     action_detail, success, error_message, context, created_at)
    VALUES ($1, $2, $3, $4, $5, $6::text::alert_event_type, $7, $8, $9, $10, $11::text::jsonb, $12)
    ON CONFLICT DO NOTHING";

const INSERT_RECORD: &str = "
    INSERT INTO readback_review_event (id, scope, seq, review, version, prev_hash, hash, body, operation_id,
                                       occurred_at, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

const FIND_RECORD: &str = "
    SELECT id::text, scope::text, seq, review::text, version, hash, body, occurred_at, recorded_at
    FROM readback_review_event WHERE id = $1";

const MOVE_HEAD: &str = "UPDATE readback_chain_head SET seq = $2, hash = $3, recorded_at = $4 WHERE scope = $1";

/// Records a review step: its record, the head of its chain and its row in the log, or none of them. Most often nobody
/// is in between, and a statement or two do; where somebody is, this waits in line for the head.
pub(super) async fn record(connection: &mut PgConnection, outcome: &Outcome, tips: &Tips) -> Result<Recorded, Failed> {
    match swap::at_once(connection, outcome, tips).await {
        Ok(Some(recorded)) => Ok(recorded),
        Ok(None) | Err(Failed::Race(_)) => {
            let recorded = in_line(connection, outcome).await?;
            tips.stand(std::slice::from_ref(&recorded));
            Ok(recorded)
        }
        Err(failed) => Err(failed),
    }
}

/// Locks the head first.
async fn in_line(connection: &mut PgConnection, outcome: &Outcome) -> Result<Recorded, Failed> {
    let event = &outcome.event;
    // READ COMMITTED whatever the server's default: what is read after the lock must be of after the lock.
    let mut turn = connection.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE").await?;
    let head = lock_head(&mut turn, &event.incident_id).await?;
    let first: Option<RecordRow> = sqlx::query_as(FIND_RECORD).bind(&event.id).fetch_optional(&mut *turn).await?;
    if let Some(first) = first {
        turn.rollback().await?;
        return Ok(first.recorded()?);
    }
    // Not now(), which is the transaction's start, from before the lock.
    let sql = "SELECT coalesce(max(version), 0), clock_timestamp() FROM readback_review_event WHERE review = $1";
    let (actual, clock): (i64, Micros) = sqlx::query_as(sql).bind(&event.review.0).fetch_one(&mut *turn).await?;
    if actual as u64 != event.expected_version {
        turn.rollback().await?;
        return Err(StoreError::Conflict { actual: actual as u64 }.into());
    }
    let (recorded, body) = chain::seal(event, &head, clock.into())?;
    insert_record(&mut turn, outcome, &recorded, body).await?;
    if let Some(row) = &outcome.operation {
        insert_operation(&mut turn, row, recorded.recorded_at.into()).await?;
    }
    move_head(&mut turn, &recorded).await?;
    turn.commit().await?;
    Ok(recorded)
}

/// Locks the head of the chain; the first record makes it.
async fn lock_head(connection: &mut PgConnection, scope: &str) -> Result<Head, sqlx::Error> {
    let lock = "SELECT scope::text, seq, hash, recorded_at FROM readback_chain_head WHERE scope = $1 FOR UPDATE";
    let head: Option<HeadRow> = sqlx::query_as(lock).bind(scope).fetch_optional(&mut *connection).await?;
    if let Some(head) = head {
        return Ok(head.into());
    }
    let first = Head::genesis(scope);
    sqlx::query(
        "INSERT INTO readback_chain_head (scope, seq, hash, recorded_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
    )
    .bind(scope)
    .bind(first.seq as i64)
    .bind(&first.hash)
    .bind(Micros::from(first.recorded_at))
    .execute(&mut *connection)
    .await?;
    let head: HeadRow = sqlx::query_as(lock).bind(scope).fetch_one(connection).await?;
    Ok(head.into())
}

async fn insert_record(
    connection: &mut PgConnection,
    outcome: &Outcome,
    recorded: &Recorded,
    body: Vec<u8>,
) -> Result<(), sqlx::Error> {
    bind::record(sqlx::query(INSERT_RECORD), outcome, recorded, body).execute(connection).await.map(drop)
}

async fn insert_operation(connection: &mut PgConnection, row: &NewOperation, at: Micros) -> Result<(), sqlx::Error> {
    bind::operation(sqlx::query(INSERT_OPERATION), row).bind(at).execute(connection).await.map(drop)
}

async fn move_head(connection: &mut PgConnection, recorded: &Recorded) -> Result<(), sqlx::Error> {
    sqlx::query(MOVE_HEAD)
        .bind(&recorded.event.incident_id)
        .bind(recorded.seq as i64)
        .bind(&recorded.hash)
        .bind(Micros::from(recorded.recorded_at))
        .execute(connection)
        .await
        .map(drop)
}
