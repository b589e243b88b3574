//! Recording a step of a review. What keeps a chain from forking, measured under load: the record itself moves the head of its
//! chain (a trigger, `migrations/postgres/0007_guards.sql`), from the record that it says it follows and from no other; its number is explicit,
//! and its time is not before the head's.

use super::bind;
use super::connections::Lease;
use super::swap::{self, Failed};
use super::tips::Tips;
use crate::review::Recorded;
use crate::store::chain::{self, Head};
use crate::store::micros::Micros;
use crate::store::rows::{HeadRow, RecordRow};
use crate::store::{Outcome, StoreError};
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

const HEAD: &str = "SELECT scope::text, seq, hash, recorded_at FROM readback_chain_head WHERE scope = $1";

/// Who waits here is asked before others of the same chain; a step taken at once passes by, and is a race for who has looked.
const IN_LINE: &str = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";

/// Where the database is of an earlier console, whose records move no head.
const MOVE_HEAD: &str = "
    INSERT INTO readback_chain_head (scope, seq, hash, recorded_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (scope) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, recorded_at = excluded.recorded_at
    WHERE readback_chain_head.seq = excluded.seq - 1";

/// Records a review step: its record, the head of its chain and its row in the log, or none of them. Most often nobody
/// is in between, and a statement or two do; where somebody is, this waits in line.
pub(super) async fn record(lease: &mut Lease<'_>, outcome: &Outcome, tips: &Tips) -> Result<Recorded, Failed> {
    let guarded = lease.has_guards();
    let connection = lease.connection();
    if guarded {
        match swap::at_once(connection, outcome, tips).await {
            Ok(Some(recorded)) => return Ok(recorded),
            Ok(None) | Err(Failed::Race(_)) => {}
            Err(failed) => return Err(failed),
        }
    }
    let recorded = in_line(connection, outcome, guarded).await?;
    tips.stand(std::slice::from_ref(&recorded));
    Ok(recorded)
}

/// One after the other.
async fn in_line(connection: &mut PgConnection, outcome: &Outcome, guarded: bool) -> Result<Recorded, Failed> {
    let event = &outcome.event;
    // READ COMMITTED whatever the server's default: what is read in line must be of after the one before.
    let mut turn = connection.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE").await?;
    sqlx::query(IN_LINE).bind(&event.incident_id).execute(&mut *turn).await?;
    let head: Option<HeadRow> = sqlx::query_as(HEAD).bind(&event.incident_id).fetch_optional(&mut *turn).await?;
    let head = head.map_or_else(|| Head::genesis(&event.incident_id), Head::from);
    let first: Option<RecordRow> = sqlx::query_as(FIND_RECORD).bind(&event.id).fetch_optional(&mut *turn).await?;
    if let Some(first) = first {
        turn.rollback().await?;
        return Ok(first.recorded()?);
    }
    // Not now(), which is the transaction's start, from before the waiting.
    let sql = "SELECT coalesce(max(version), 0), clock_timestamp() FROM readback_review_event WHERE review = $1";
    let (actual, clock): (i64, Micros) = sqlx::query_as(sql).bind(&event.review.0).fetch_one(&mut *turn).await?;
    if actual as u64 != event.expected_version {
        turn.rollback().await?;
        return Err(StoreError::Conflict { actual: actual as u64 }.into());
    }
    let (recorded, body) = chain::seal(event, &head, clock.into())?;
    bind::record(sqlx::query(INSERT_RECORD), outcome, &recorded, body).execute(&mut *turn).await?;
    if let Some(row) = &outcome.operation {
        let at = Micros::from(recorded.recorded_at);
        bind::operation(sqlx::query(INSERT_OPERATION), row).bind(at).execute(&mut *turn).await?;
    }
    if !guarded {
        move_head(&mut turn, &recorded).await?;
    }
    turn.commit().await?;
    Ok(recorded)
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
