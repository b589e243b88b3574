//! Appending what is no step of a review.

use super::bind;
use crate::store::StoreError;
use crate::store::micros::Micros;
use crate::store::sqlx_error::from_sqlx;
use crate::timeline::{NewOperation, OwnEvent};
use sqlx::PgConnection;

/// The channel on which consoles tell each other.
pub(super) const CHANNEL: &str = "readback";

/// The row; the table gives it its time.
const APPEND: &str = "
    INSERT INTO alert_operation_log (id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor,
                                     action_detail, success, error_message, context)
    VALUES ($1, $2, $3, $4, $5, $6::text::alert_event_type, $7, $8, $9, $10, $11::text::jsonb)
    ON CONFLICT DO NOTHING";

const APPEND_OWN: &str = "
    INSERT INTO readback_event (id, incident_id, kind, subject, actor, summary, success, context, occurred_at,
                                recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb, $9, clock_timestamp())
    ON CONFLICT DO NOTHING";

/// Appends to the log.
pub(super) async fn append(connection: &mut PgConnection, row: &NewOperation) -> Result<(), StoreError> {
    bind::operation(sqlx::query(APPEND), row).execute(connection).await.map(drop).map_err(from_sqlx)
}

/// Appends an event of the console's own.
pub(super) async fn append_own(connection: &mut PgConnection, event: &OwnEvent) -> Result<(), StoreError> {
    sqlx::query(APPEND_OWN)
        .bind(&event.id)
        .bind(&event.incident_id)
        .bind(event.kind.name())
        .bind(&event.subject)
        .bind(&event.actor)
        .bind(&event.summary)
        .bind(event.success)
        .bind(event.context.to_string())
        .bind(Micros::from(event.occurred_at))
        .execute(connection)
        .await
        .map(drop)
        .map_err(from_sqlx)
}
