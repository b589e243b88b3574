//! Reading.

use super::hours;
use crate::review::Recorded;
use crate::store::chain::Head;
use crate::store::count::{self, Bins};
use crate::store::narrow::{self, Asked, By, Columns};
use crate::store::rows::{self, HeadRow, LogRow, OwnRow, RecordRow};
use crate::store::sqlx_error::from_sqlx;
use crate::store::verify::Ledger;
use crate::store::{Known, Place, StoreError, limits};
use crate::timeline::filter::Pushed;
use crate::timeline::{Bin, Entry, Grid, OwnEvent, OwnKind};
use sqlx::{Connection, Sqlite, SqliteConnection};

/// Another program's text is read up to 64 Ki characters: a row must not fill the memory.
const LOG_PAGE: &str = "
    SELECT id, incident_id, approval_id, audit_log_id, auto_repair_id, event_type, actor, action_detail, success,
           substr(error_message, 1, 65536) AS error_message,
           CASE WHEN length(context) > 65536 THEN '\"left out: too large\"' ELSE context END AS context,
           created_at
    FROM alert_operation_log WHERE TRUE";

const OWN_PAGE: &str = "
    SELECT id, incident_id, kind, subject, actor, summary, success, context, occurred_at, recorded_at
    FROM readback_event WHERE kind <> 'PROBE_SAMPLED'";

const PROBE_HISTORY: &str = "
    SELECT id, incident_id, kind, subject, actor, summary, success, context, occurred_at, recorded_at
    FROM readback_event
    WHERE kind = $1
    ORDER BY occurred_at DESC, id DESC LIMIT $2";

/// Served by `readback_event_annotation`.
const ANNOTATIONS: &str = "
    SELECT id, incident_id, kind, subject, actor, summary, success, context, occurred_at, recorded_at
    FROM readback_event
    WHERE kind IN ('ANNOTATED', 'CORRECTED') AND subject IN (SELECT value FROM json_each($1))
    ORDER BY recorded_at DESC, id DESC LIMIT $2";

const RECORD_PAGE: &str = "
    SELECT id, scope, seq, review, version, hash, body, occurred_at, recorded_at
    FROM readback_review_event WHERE operation_id IS NULL";

const REVIEWS: &str = "
    SELECT id, scope, seq, review, version, hash, body, occurred_at, recorded_at
    FROM readback_review_event ORDER BY recorded_at, scope, seq";

const SINCE: &str = "
    SELECT id, scope, seq, review, version, hash, body, occurred_at, recorded_at
    FROM readback_review_event WHERE scope = $1 AND seq > $2 ORDER BY seq";

/// The columns that a page is narrowed and ordered by.
const LOG: Columns = Columns {
    at: "created_at",
    id: "id",
    kind: Some("event_type = "),
    incident: "incident_id",
    actor: Some("actor"),
    success: Some("success"),
};

/// A page of the merged timeline, of one moment.
pub(super) async fn page(
    connection: &mut SqliteConnection,
    place: Place<'_>,
    limit: u32,
    pushed: &Pushed,
) -> Result<Vec<Entry>, StoreError> {
    let mut moment = connection.begin().await.map_err(from_sqlx)?;
    let page = entries(&mut moment, &Asked { place, limit, pushed }, &narrow::CLAIMED).await?;
    moment.commit().await.map_err(from_sqlx)?;
    Ok(rows::page(page, place, limit))
}

/// What is asked of each table.
pub(super) async fn entries(
    moment: &mut SqliteConnection,
    asked: &Asked<'_>,
    by: &By,
) -> Result<Vec<Entry>, StoreError> {
    let (mut log, mut own, mut records): (Vec<LogRow>, Vec<OwnRow>, Vec<RecordRow>) = Default::default();
    if asked.of_log() {
        let mut query = asked.query::<Sqlite>(LOG_PAGE, &LOG, "");
        log = query.build_query_as().fetch_all(&mut *moment).await.map_err(from_sqlx)?;
    }
    if asked.of_own() {
        let mut query = asked.query::<Sqlite>(OWN_PAGE, &by.own, "");
        own = query.build_query_as().fetch_all(&mut *moment).await.map_err(from_sqlx)?;
    }
    if asked.of_records() {
        let mut query = asked.query::<Sqlite>(RECORD_PAGE, &by.records, "");
        records = query.build_query_as().fetch_all(&mut *moment).await.map_err(from_sqlx)?;
    }
    Ok(rows::entries(log, own, &records))
}

/// How a bucket's number is worked out.
const BINS: Bins = Bins { before: "(", between: ") / ", after: "" };

/// What stands in each bucket, of one moment.
pub(super) async fn count(
    connection: &mut SqliteConnection,
    grid: &Grid,
    pushed: &Pushed,
) -> Result<Vec<Bin>, StoreError> {
    let asked = Asked { place: Place::Newest, limit: 0, pushed };
    let mut counted = Vec::new();
    let mut moment = connection.begin().await.map_err(from_sqlx)?;
    let by_hour = if asked.of_log() { hours::count(&mut moment, grid, pushed).await? } else { None };
    let tables = [
        (asked.of_log() && by_hour.is_none(), count::LOG_TEXT, &LOG),
        (asked.of_own(), count::OWN, &narrow::OWN),
        (asked.of_records(), count::RECORDS, &narrow::RECORDS),
    ];
    for (_, table, columns) in tables.into_iter().filter(|(is_asked, ..)| *is_asked) {
        let mut query = count::query::<Sqlite>(&asked, grid, &BINS, &table, columns, "");
        let rows = query.build_query_as().fetch_all(&mut *moment).await.map_err(from_sqlx)?;
        counted.extend(count::bins(rows, &asked));
    }
    counted.extend(count::bins(by_hour.unwrap_or_default(), &asked));
    moment.commit().await.map_err(from_sqlx)?;
    Ok(counted)
}

/// The newest rows of what the probes said.
pub(super) async fn probe_history(connection: &mut SqliteConnection, limit: u32) -> Result<Vec<OwnEvent>, StoreError> {
    let mut said: Vec<OwnEvent> = Vec::new();
    for kind in [OwnKind::ProbeChanged, OwnKind::ProbeSampled] {
        let rows = sqlx::query_as(PROBE_HISTORY).bind(kind.name()).bind(i64::from(limit)).fetch_all(&mut *connection);
        let rows: Vec<OwnRow> = rows.await.map_err(from_sqlx)?;
        said.extend(rows.into_iter().map(OwnEvent::from));
    }
    said.sort_by(|a, b| (b.occurred_at, &b.id).cmp(&(a.occurred_at, &a.id)));
    Ok(said)
}

/// The notes on these rows and their corrections.
pub(super) async fn annotations(
    connection: &mut SqliteConnection,
    rows: &[String],
) -> Result<Vec<OwnEvent>, StoreError> {
    let ids = serde_json::Value::from(rows).to_string();
    let found = sqlx::query_as(ANNOTATIONS).bind(ids).bind(i64::from(limits::MAX_PAGE)).fetch_all(connection);
    let found: Vec<OwnRow> = found.await.map_err(from_sqlx)?;
    Ok(found.into_iter().map(OwnEvent::from).collect())
}

/// Every review record, in the order of recording.
pub(super) async fn reviews(connection: &mut SqliteConnection) -> Result<Vec<Recorded>, StoreError> {
    rows(connection).await?.iter().map(RecordRow::recorded).collect()
}

/// The records that are not known yet, in the order of recording.
pub(super) async fn reviews_since(
    connection: &mut SqliteConnection,
    known: &Known,
) -> Result<Vec<Recorded>, StoreError> {
    let heads = heads(connection).await?;
    let mut rows: Vec<RecordRow> = Vec::new();
    for (scope, known) in known.behind(&heads) {
        let of_chain = sqlx::query_as(SINCE).bind(scope).bind(known as i64).fetch_all(&mut *connection);
        rows.extend(of_chain.await.map_err(from_sqlx)?);
    }
    rows.sort_by(|a, b| (a.recorded_at, &a.scope, a.seq).cmp(&(b.recorded_at, &b.scope, b.seq)));
    rows.iter().map(RecordRow::recorded).collect()
}

/// The same, with those that can't be read in their places, and the heads of the same moment.
pub(super) async fn ledger(connection: &mut SqliteConnection) -> Result<Ledger, StoreError> {
    let mut moment = connection.begin().await.map_err(from_sqlx)?;
    let records = rows(&mut moment).await?.iter().map(RecordRow::checked).collect();
    let heads = heads(&mut moment).await?;
    moment.commit().await.map_err(from_sqlx)?;
    Ok((records, heads))
}

/// Every review record's row, in the order of recording.
pub(super) async fn rows(connection: &mut SqliteConnection) -> Result<Vec<RecordRow>, StoreError> {
    sqlx::query_as(REVIEWS).fetch_all(connection).await.map_err(from_sqlx)
}

/// The heads of the chains.
pub(super) async fn heads(connection: &mut SqliteConnection) -> Result<Vec<Head>, StoreError> {
    let sql = "SELECT scope, seq, hash, recorded_at FROM readback_chain_head ORDER BY scope";
    let heads: Vec<HeadRow> = sqlx::query_as(sql).fetch_all(connection).await.map_err(from_sqlx)?;
    Ok(heads.into_iter().map(Head::from).collect())
}
