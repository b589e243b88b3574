//! Reading.

use crate::review::Recorded;
use crate::store::chain::Head;
use crate::store::micros::Micros;
use crate::store::rows::{self, HeadRow, LogRow, OwnRow, RecordRow};
use crate::store::sqlx_error::from_sqlx;
use crate::store::{Cursor, StoreError};
use crate::timeline::{Entry, OwnEvent};
use sqlx::{Connection, SqliteConnection};

/// Another program's text is read up to 64 Ki characters: a row must not fill the memory.
const LOG_PAGE: &str = "
    SELECT id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor, action_detail, success,
           substr(error_message, 1, 65536) AS error_message,
           CASE WHEN length(context) > 65536 THEN '\"left out: too large\"' ELSE context END AS context,
           created_at
    FROM alert_operation_log
    WHERE created_at <= $1 AND ($2 IS NULL OR created_at < $1 OR id < $2)
    ORDER BY created_at DESC, id DESC LIMIT $3";

const OWN_PAGE: &str = "
    SELECT id, incident_id, kind, subject, actor, summary, success, context, occurred_at, recorded_at
    FROM readback_event
    WHERE kind <> 'PROBE_SAMPLED' AND occurred_at <= $1 AND ($2 IS NULL OR occurred_at < $1 OR id < $2)
    ORDER BY occurred_at DESC, id DESC LIMIT $3";

const PROBE_HISTORY: &str = "
    SELECT id, incident_id, kind, subject, actor, summary, success, context, occurred_at, recorded_at
    FROM readback_event
    WHERE kind IN ('PROBE_CHANGED', 'PROBE_SAMPLED')
    ORDER BY occurred_at DESC, id DESC LIMIT $1";

const RECORD_PAGE: &str = "
    SELECT id, scope, seq, review, version, hash, body, occurred_at, recorded_at
    FROM readback_review_event
    WHERE operation_id IS NULL AND occurred_at <= $1 AND ($2 IS NULL OR occurred_at < $1 OR id < $2)
    ORDER BY occurred_at DESC, id DESC LIMIT $3";

const REVIEWS: &str = "
    SELECT id, scope, seq, review, version, hash, body, occurred_at, recorded_at
    FROM readback_review_event ORDER BY recorded_at, scope, seq";

/// A page of the merged timeline, of one moment.
pub(super) async fn page(
    connection: &mut SqliteConnection,
    before: Option<&Cursor>,
    limit: u32,
) -> Result<Vec<Entry>, StoreError> {
    let at = before.map_or(Micros::MAX, |cursor| cursor.at.into());
    let id = before.map(|cursor| cursor.id.as_str());
    let mut moment = connection.begin().await.map_err(from_sqlx)?;
    let log: Vec<LogRow> =
        sqlx::query_as(LOG_PAGE).bind(at).bind(id).bind(limit).fetch_all(&mut *moment).await.map_err(from_sqlx)?;
    let own: Vec<OwnRow> =
        sqlx::query_as(OWN_PAGE).bind(at).bind(id).bind(limit).fetch_all(&mut *moment).await.map_err(from_sqlx)?;
    let records: Vec<RecordRow> =
        sqlx::query_as(RECORD_PAGE).bind(at).bind(id).bind(limit).fetch_all(&mut *moment).await.map_err(from_sqlx)?;
    moment.commit().await.map_err(from_sqlx)?;
    Ok(rows::merge(log, own, &records, limit))
}

/// The newest rows of what the probes said.
pub(super) async fn probe_history(connection: &mut SqliteConnection, limit: u32) -> Result<Vec<OwnEvent>, StoreError> {
    let rows = sqlx::query_as(PROBE_HISTORY).bind(i64::from(limit)).fetch_all(connection);
    let rows: Vec<OwnRow> = rows.await.map_err(from_sqlx)?;
    Ok(rows.into_iter().map(OwnEvent::from).collect())
}

/// Every review record, in the order of recording.
pub(super) async fn reviews(connection: &mut SqliteConnection) -> Result<Vec<Recorded>, StoreError> {
    let records: Vec<RecordRow> = sqlx::query_as(REVIEWS).fetch_all(connection).await.map_err(from_sqlx)?;
    records.iter().map(RecordRow::recorded).collect()
}

/// The heads of the chains.
pub(super) async fn heads(connection: &mut SqliteConnection) -> Result<Vec<Head>, StoreError> {
    let sql = "SELECT scope, seq, hash, recorded_at FROM readback_chain_head ORDER BY scope";
    let heads: Vec<HeadRow> = sqlx::query_as(sql).fetch_all(connection).await.map_err(from_sqlx)?;
    Ok(heads.into_iter().map(Head::from).collect())
}
