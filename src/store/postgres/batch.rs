//! Many rows at once: one statement, whatever their number.

use super::PgStore;
use super::connections::Lease;
use crate::store::batch::which;
use crate::store::deadline::in_time;
use crate::store::rows::LogRow;
use crate::store::sqlx_error::from_sqlx;
use crate::store::{StoreError, limits};
use crate::timeline::{Entry, NewOperation, Operation};
use sqlx::{PgConnection, Row};

/// Sorted by id where it is inserted, so that two who append the same rows wait for each other and not in a circle;
/// ordered by time as they were told, a microsecond apart.
const APPEND: &str = "
    WITH new AS (
        INSERT INTO alert_operation_log (id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor,
                                         action_detail, success, error_message, context, created_at)
        SELECT r.id, r.incident_id, r.approval_id, r.audit_log_id, r.auto_repair_id, r.event_type::alert_event_type,
               r.actor, r.action_detail, r.success, r.error_message, r.context::jsonb,
               statement_timestamp() + r.place * interval '1 microsecond'
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                    $9::bool[], $10::text[], $11::text[])
             WITH ORDINALITY AS r (id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor,
                                   action_detail, success, error_message, context, place)
        ORDER BY r.id, r.place
        ON CONFLICT DO NOTHING RETURNING id::text
    )
    SELECT id, pg_notify('readback', '') FROM new";

const FIND: &str = "
    SELECT id::text, incident_id::text, approval_id::text, audit_log_id::text, auto_repair_id::text,
           event_type::text, actor::text, action_detail::text, success, left(error_message, 65536) AS error_message,
           CASE WHEN length(context::text) > 65536 THEN '\"left out: too large\"' ELSE context::text END AS context,
           created_at
    FROM alert_operation_log WHERE id = ANY($1::text[])";

impl PgStore {
    /// A connection, for a question.
    pub(in crate::store) async fn lease(&self) -> Result<Lease<'_>, StoreError> {
        self.connections.lease().await
    }

    /// See [`crate::store::AnyStore::append_all`].
    pub(in crate::store) async fn append_all(&self, rows: &[NewOperation]) -> Result<Vec<bool>, StoreError> {
        self.may_write()?;
        rows.iter().try_for_each(limits::operation)?;
        let new = in_time(async {
            let mut lease = self.connections.lease().await?;
            let new = append(lease.connection(), rows).await?;
            lease.give_back();
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
        in_time(async {
            let mut lease = self.connections.lease().await?;
            let found: Vec<LogRow> =
                sqlx::query_as(FIND).bind(ids).fetch_all(lease.connection()).await.map_err(from_sqlx)?;
            lease.give_back();
            Ok(found.into_iter().map(Entry::from).filter_map(Entry::into_operation).collect())
        })
        .await
    }
}

async fn append(connection: &mut PgConnection, rows: &[NewOperation]) -> Result<Vec<String>, StoreError> {
    fn column<'a, T>(rows: &'a [NewOperation], of: impl Fn(&'a NewOperation) -> T) -> Vec<T> {
        rows.iter().map(of).collect()
    }
    let new = sqlx::query(APPEND)
        .bind(column(rows, |row| row.id.as_str()))
        .bind(column(rows, |row| row.incident_id.as_deref()))
        .bind(column(rows, |row| row.approval_id.as_deref()))
        .bind(column(rows, |row| row.audit_log_id.as_deref()))
        .bind(column(rows, |row| row.auto_repair_id.as_deref()))
        .bind(column(rows, |row| row.event_type.name()))
        .bind(column(rows, |row| row.actor.as_deref()))
        .bind(column(rows, |row| row.action_detail.as_deref()))
        .bind(column(rows, |row| row.success))
        .bind(column(rows, |row| row.error_message.as_deref()))
        .bind(column(rows, |row| row.context.to_string()))
        .fetch_all(connection)
        .await
        .map_err(from_sqlx)?;
    new.iter().map(|row| row.try_get(0).map_err(from_sqlx)).collect()
}
