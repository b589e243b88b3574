//! Compare and swap: a step's record and its row in the log, in one statement, if the chain still ends where it was thought
//! to. Whether it does, the record's own trigger asks when it moves the head.

use super::bind;
use super::tips::Tips;
use crate::review::Recorded;
use crate::store::chain::{self, Head};
use crate::store::micros::Micros;
use crate::store::rows::HeadRow;
use crate::store::sqlx_error::{from_sqlx, is_race};
use crate::store::{Outcome, StoreError};
use jiff::Timestamp;
use sqlx::PgConnection;
use std::time::Instant;

/// All that has to be known before a step.
const LOOK: &str = "
    SELECT h.scope::text, h.seq, h.hash, h.recorded_at, clock_timestamp() AS clock,
           (SELECT coalesce(max(version), 0) FROM readback_review_event WHERE review = $2) AS version,
           EXISTS (SELECT 1 FROM readback_review_event WHERE id = $3) AS known
    FROM readback_chain_head h WHERE h.scope = $1";

/// Both rows are written or none: `statement_timestamp()` is the same to both. The clock that the record is told by is the
/// server's, a second old at most. A statement that names the log opens all its indexes, whether a row is written or not: so there are two.
macro_rules! swap {
    ($log:literal) => {
        concat!(
            $log,
            "INSERT INTO readback_review_event (id, scope, seq, review, version, prev_hash, hash, body, operation_id,
                                                occurred_at, recorded_at)
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
            WHERE $12::timestamptz BETWEEN statement_timestamp() - interval '1 second' AND statement_timestamp()"
        )
    };
}

const SWAP: &str = swap!("");

/// The row of an outcome stands at the outcome's time.
const SWAP_AND_LOG: &str = swap!(
    "WITH logged AS (
        INSERT INTO alert_operation_log (id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor,
                                         action_detail, success, error_message, context, created_at)
        SELECT $13, $14, $15, $16, $17, $18::text::alert_event_type, $19, $20, $21, $22, $23::text::jsonb, $11
        WHERE $12::timestamptz BETWEEN statement_timestamp() - interval '1 second' AND statement_timestamp()
        ON CONFLICT DO NOTHING
    ) "
);

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

/// Records a step after the head that this store remembers, or looks first. `None` where that is not enough: the chain's
/// first record, a step that was recorded before, a conflict, or somebody was faster.
pub(super) async fn at_once(
    connection: &mut PgConnection,
    outcome: &Outcome,
    tips: &Tips,
) -> Result<Option<Recorded>, Failed> {
    if let Some((head, clock)) = tips.before(&outcome.event, Instant::now()) {
        match swap(connection, outcome, tips, &head, clock).await {
            Ok(None) | Err(Failed::Race(_)) => {}
            done => return done,
        }
        tips.forget(&outcome.event.incident_id);
    }
    match look(connection, outcome, tips).await? {
        Some((head, clock)) => swap(connection, outcome, tips, &head, clock).await,
        None => Ok(None),
    }
}

/// The head, and the server's clock, where the step may follow.
async fn look(
    connection: &mut PgConnection,
    outcome: &Outcome,
    tips: &Tips,
) -> Result<Option<(Head, Timestamp)>, Failed> {
    let event = &outcome.event;
    let look: Option<Look> = sqlx::query_as(LOOK)
        .bind(&event.incident_id)
        .bind(&event.review.0)
        .bind(&event.id)
        .fetch_optional(connection)
        .await?;
    let Some(look) = look.filter(|look| !look.known && look.version as u64 == event.expected_version) else {
        return Ok(None);
    };
    let clock = look.clock.into();
    tips.set_clock(clock, Instant::now());
    Ok(Some((look.head.into(), clock)))
}

/// The record, if the head is still this one; it is a transaction of its own.
async fn swap(
    connection: &mut PgConnection,
    outcome: &Outcome,
    tips: &Tips,
    head: &Head,
    clock: Timestamp,
) -> Result<Option<Recorded>, Failed> {
    let (recorded, body) = chain::seal(&outcome.event, head, clock)?;
    let row = outcome.operation.as_ref();
    let sql = sqlx::query(if row.is_some() { SWAP_AND_LOG } else { SWAP });
    let mut sql = bind::record(sql, outcome, &recorded, body).bind(Micros::from(clock));
    if let Some(row) = row {
        sql = bind::operation(sql, row);
    }
    let written = sql.execute(connection).await?.rows_affected() == 1;
    Ok(written.then(|| {
        tips.stand(std::slice::from_ref(&recorded));
        recorded
    }))
}
