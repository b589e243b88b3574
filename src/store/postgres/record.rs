//! Recording a step of a review. What keeps a chain from forking, measured under load: only who holds the head's row writes
//! a record, with an explicit number, and with a time that is not before the head's.

use crate::review::Recorded;
use crate::store::chain::{self, Head};
use crate::store::micros::Micros;
use crate::store::rows::{HeadRow, RecordRow};
use crate::store::sqlx_error::{from_sqlx, is_race};
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

/// All that has to be known before a step.
const LOOK: &str = "
    SELECT h.scope::text, h.seq, h.hash, h.recorded_at, clock_timestamp() AS clock,
           (SELECT coalesce(max(version), 0) FROM readback_review_event WHERE review = $2) AS version,
           EXISTS (SELECT 1 FROM readback_review_event WHERE id = $3) AS known
    FROM readback_chain_head h WHERE h.scope = $1";

/// The record and its row in the log, if the head is still the one that was looked at. Who waits for another's lock here
/// finds that it is not, and writes nothing.
const SWAP: &str = "
    WITH moved AS (
        UPDATE readback_chain_head SET seq = $3, hash = $7, recorded_at = $11
        WHERE scope = $2 AND seq = $3 - 1 AND hash = $6 RETURNING seq
    ), noted AS (
        INSERT INTO alert_operation_log (id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor,
                                         action_detail, success, error_message, context, created_at)
        SELECT $12, $13, $14, $15, $16, $17::text::alert_event_type, $18, $19, $20, $21, $22::text::jsonb, $11
        FROM moved WHERE $12 IS NOT NULL
        ON CONFLICT DO NOTHING
    )
    INSERT INTO readback_review_event (id, scope, seq, review, version, prev_hash, hash, body, operation_id,
                                       occurred_at, recorded_at)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM moved";

/// What was looked at.
#[derive(sqlx::FromRow)]
struct Look {
    #[sqlx(flatten)]
    head: HeadRow,
    clock: Micros,
    version: i64,
    known: bool,
}

/// Why an outcome was not recorded.
pub(super) enum Failed {
    /// Somebody else was in between; the transaction may be tried again.
    Race(StoreError),
    /// Anything else.
    Store(StoreError),
}

impl Failed {
    pub(super) fn into_error(self) -> StoreError {
        let (Self::Race(error) | Self::Store(error)) = self;
        error
    }
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        if is_race(&error) { Self::Race(from_sqlx(error)) } else { Self::Store(from_sqlx(error)) }
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Records a review step: its record, the head of its chain and its row in the log, or none of them. Most often nobody
/// is in between, and two statements do; where somebody is, this waits in line for the head.
pub(super) async fn record(connection: &mut PgConnection, outcome: &Outcome) -> Result<Recorded, Failed> {
    match at_once(connection, outcome).await {
        Ok(Some(recorded)) => Ok(recorded),
        Ok(None) | Err(Failed::Race(_)) => in_line(connection, outcome).await,
        Err(failed) => Err(failed),
    }
}

/// Compares and swaps the head in one statement, which is a transaction of its own. `None` where that is not enough:
/// the chain's first record, a step that was recorded before, a conflict, or somebody was faster.
async fn at_once(connection: &mut PgConnection, outcome: &Outcome) -> Result<Option<Recorded>, Failed> {
    let event = &outcome.event;
    let look: Option<Look> = sqlx::query_as(LOOK)
        .bind(&event.incident_id)
        .bind(&event.review.0)
        .bind(&event.id)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(look) = look.filter(|look| !look.known && look.version as u64 == event.expected_version) else {
        return Ok(None);
    };
    let (recorded, body) = chain::seal(event, &look.head.into(), look.clock.into())?;
    let row = outcome.operation.as_ref();
    let written = bind_record(sqlx::query(SWAP), outcome, &recorded, body)
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
        .await?;
    Ok((written.rows_affected() == 1).then_some(recorded))
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
    bind_record(sqlx::query(INSERT_RECORD), outcome, recorded, body).execute(connection).await.map(drop)
}

type Question<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

/// The eleven columns of a record.
fn bind_record<'q>(sql: Question<'q>, outcome: &'q Outcome, recorded: &'q Recorded, body: Vec<u8>) -> Question<'q> {
    let event = &outcome.event;
    sql.bind(&event.id)
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
}

async fn insert_operation(connection: &mut PgConnection, row: &NewOperation, at: Micros) -> Result<(), sqlx::Error> {
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
        .bind(at)
        .execute(connection)
        .await
        .map(drop)
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
