//! Reading.

use crate::review::Recorded;
use crate::store::chain::Head;
use crate::store::micros::Micros;
use crate::store::rows::{self, HeadRow, LogRow, OwnRow, RecordRow};
use crate::store::sqlx_error::from_sqlx;
use crate::store::{Cursor, StoreError};
use crate::timeline::{Entry, OwnEvent};
use sqlx::{Connection, PgConnection};

/// Served by `ix_aol_created_at`; ties are sorted within one instant only. Another program's text is read up
/// to 64 Ki characters: a row must not fill the memory.
const LOG_PAGE: &str = r#"
    SELECT id::text, incident_id::text, approval_id::text, audit_log_id::text, auto_repair_id::text,
           event_type::text, actor::text, action_detail::text, success, left(error_message, 65536) AS error_message,
           CASE WHEN length(context::text) > 65536 THEN '"left out: too large"' ELSE context::text END AS context,
           created_at
    FROM alert_operation_log
    WHERE created_at <= $1 AND ($2::text IS NULL OR created_at < $1 OR id COLLATE "C" < $2)
    ORDER BY created_at DESC, id COLLATE "C" DESC LIMIT $3"#;

const OWN_PAGE: &str = "
    SELECT id::text, incident_id::text, kind, subject, actor::text, summary, success, context::text AS context,
           occurred_at, recorded_at
    FROM readback_event
    WHERE kind <> 'PROBE_SAMPLED' AND occurred_at <= $1 AND ($2::text IS NULL OR occurred_at < $1 OR id < $2)
    ORDER BY occurred_at DESC, id DESC LIMIT $3";

const PROBE_HISTORY: &str = "
    SELECT id::text, incident_id::text, kind, subject, actor::text, summary, success, context::text AS context,
           occurred_at, recorded_at
    FROM readback_event
    WHERE kind IN ('PROBE_CHANGED', 'PROBE_SAMPLED')
    ORDER BY occurred_at DESC, id DESC LIMIT $1";

const RECORD_PAGE: &str = "
    SELECT id::text, scope::text, seq, review::text, version, hash, body, occurred_at, recorded_at
    FROM readback_review_event
    WHERE operation_id IS NULL AND occurred_at <= $1 AND ($2::text IS NULL OR occurred_at < $1 OR id < $2)
    ORDER BY occurred_at DESC, id DESC LIMIT $3";

const REVIEWS: &str = "
    SELECT id::text, scope::text, seq, review::text, version, hash, body, occurred_at, recorded_at
    FROM readback_review_event ORDER BY recorded_at, scope, seq";

/// A page of the merged timeline, of one moment.
pub(super) async fn page(
    connection: &mut PgConnection,
    before: Option<&Cursor>,
    limit: u32,
    own_stands: bool,
) -> Result<Vec<Entry>, StoreError> {
    let at = before.map_or(Micros::MAX, |cursor| cursor.at.into());
    let id = before.map(|cursor| cursor.id.as_str());
    let rows = i64::from(limit);
    let mut moment =
        connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map_err(from_sqlx)?;
    let log: Vec<LogRow> =
        sqlx::query_as(LOG_PAGE).bind(at).bind(id).bind(rows).fetch_all(&mut *moment).await.map_err(from_sqlx)?;
    let (mut own, mut records): (Vec<OwnRow>, Vec<RecordRow>) = (Vec::new(), Vec::new());
    if own_stands {
        own = sqlx::query_as(OWN_PAGE).bind(at).bind(id).bind(rows).fetch_all(&mut *moment).await.map_err(from_sqlx)?;
        let query = sqlx::query_as(RECORD_PAGE).bind(at).bind(id).bind(rows);
        records = query.fetch_all(&mut *moment).await.map_err(from_sqlx)?;
    }
    moment.commit().await.map_err(from_sqlx)?;
    Ok(rows::merge(log, own, &records, limit))
}

/// The newest rows of what the probes said.
pub(super) async fn probe_history(connection: &mut PgConnection, limit: u32) -> Result<Vec<OwnEvent>, StoreError> {
    let rows = sqlx::query_as(PROBE_HISTORY).bind(i64::from(limit)).fetch_all(connection);
    let rows: Vec<OwnRow> = rows.await.map_err(from_sqlx)?;
    Ok(rows.into_iter().map(OwnEvent::from).collect())
}

/// Every review record, in the order of recording.
pub(super) async fn reviews(connection: &mut PgConnection) -> Result<Vec<Recorded>, StoreError> {
    let records: Vec<RecordRow> = sqlx::query_as(REVIEWS).fetch_all(connection).await.map_err(from_sqlx)?;
    records.iter().map(RecordRow::recorded).collect()
}

/// The heads of the chains.
pub(super) async fn heads(connection: &mut PgConnection) -> Result<Vec<Head>, StoreError> {
    let sql = "SELECT scope::text, seq, hash, recorded_at FROM readback_chain_head ORDER BY scope";
    let heads: Vec<HeadRow> = sqlx::query_as(sql).fetch_all(connection).await.map_err(from_sqlx)?;
    Ok(heads.into_iter().map(Head::from).collect())
}
