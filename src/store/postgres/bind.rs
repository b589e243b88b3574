//! The values of a record and of a row of the log, in the order in which every statement here names their columns.

use crate::review::Recorded;
use crate::store::Outcome;
use crate::store::micros::Micros;
use crate::timeline::NewOperation;
use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;

type Sql<'q> = Query<'q, Postgres, PgArguments>;

/// The eleven columns of a record.
pub(super) fn record<'q>(sql: Sql<'q>, outcome: &'q Outcome, recorded: &'q Recorded, body: Vec<u8>) -> Sql<'q> {
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

/// The eleven columns of a row that its writer gives; its time is another matter.
pub(super) fn operation<'q>(sql: Sql<'q>, row: &'q NewOperation) -> Sql<'q> {
    sql.bind(&row.id)
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
}
