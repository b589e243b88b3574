//! Reading.

use crate::review::Recorded;
use crate::store::chain::Head;
use crate::store::count::{self, Bins};
use crate::store::narrow::{self, Asked, By, Columns};
use crate::store::rows::{self, HeadRow, LogRow, OwnRow, RecordRow};
use crate::store::sqlx_error::from_sqlx;
use crate::store::verify::Ledger;
use crate::store::{Known, Place, StoreError, limits};
use crate::timeline::filter::Pushed;
use crate::timeline::{Bin, Entry, EventType, Grid, OwnEvent, OwnKind};
use sqlx::{Connection, PgConnection, Postgres};

/// Served by `ix_aol_created_at`; ties are sorted within one instant only. Another program's text is read up
/// to 64 Ki characters: a row must not fill the memory.
const LOG_PAGE: &str = r#"
    SELECT id::text, incident_id::text, approval_id::text, audit_log_id::text, auto_repair_id::text,
           event_type::text, actor::text, action_detail::text, success, left(error_message, 65536) AS error_message,
           CASE WHEN length(context::text) > 65536 THEN '"left out: too large"' ELSE context::text END AS context,
           created_at
    FROM alert_operation_log WHERE TRUE"#;

const OWN_PAGE: &str = "
    SELECT id::text, incident_id::text, kind, subject, actor::text, summary, success, context::text AS context,
           occurred_at, recorded_at
    FROM readback_event WHERE kind <> 'PROBE_SAMPLED'";

const PROBE_HISTORY: &str = "
    SELECT id::text, incident_id::text, kind, subject, actor::text, summary, success, context::text AS context,
           occurred_at, recorded_at
    FROM readback_event
    WHERE kind = $1
    ORDER BY occurred_at DESC, id DESC LIMIT $2";

/// Served by `readback_event_annotation`.
const ANNOTATIONS: &str = "
    SELECT id::text, incident_id::text, kind, subject, actor::text, summary, success, context::text AS context,
           occurred_at, recorded_at
    FROM readback_event
    WHERE kind IN ('ANNOTATED', 'CORRECTED') AND subject = ANY($1)
    ORDER BY recorded_at DESC, id DESC LIMIT $2";

const RECORD_PAGE: &str = "
    SELECT id::text, scope::text, seq, review::text, version, hash, body, occurred_at, recorded_at
    FROM readback_review_event WHERE operation_id IS NULL";

const REVIEWS: &str = "
    SELECT id::text, scope::text, seq, review::text, version, hash, body, occurred_at, recorded_at
    FROM readback_review_event ORDER BY recorded_at, scope, seq";

/// The columns that a page is narrowed and ordered by. A known type is cast, so that the planner knows how rare it
/// is: the index by type finds the few, that by time the many.
const LOG: Columns = Columns {
    at: "created_at",
    id: "id COLLATE \"C\"",
    kind: Some("event_type = "),
    incident: "incident_id",
    actor: Some("actor"),
    success: Some("success"),
};

/// The same for another program's type, which the enum may not have: the cast would be an error, a look finds nothing.
const LOG_OF_OTHERS: Columns = Columns {
    kind: Some("event_type = (SELECT e FROM unnest(enum_range(NULL::alert_event_type)) e WHERE e::text = "),
    ..LOG
};

const SINCE: &str = "
    SELECT id::text, scope::text, seq, review::text, version, hash, body, occurred_at, recorded_at
    FROM readback_review_event WHERE scope = $1 AND seq > $2 ORDER BY seq";

/// A page of the merged timeline, of one moment.
pub(super) async fn page(
    connection: &mut PgConnection,
    place: Place<'_>,
    limit: u32,
    pushed: &Pushed,
    own_stands: bool,
) -> Result<Vec<Entry>, StoreError> {
    let asked = Asked { place, limit, pushed };
    let mut moment =
        connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map_err(from_sqlx)?;
    let page = entries(&mut moment, &asked, &narrow::CLAIMED, own_stands).await?;
    moment.commit().await.map_err(from_sqlx)?;
    Ok(rows::page(page, place, limit))
}

/// What is asked of each table.
pub(super) async fn entries(
    moment: &mut PgConnection,
    asked: &Asked<'_>,
    by: &By,
    own_stands: bool,
) -> Result<Vec<Entry>, StoreError> {
    let (mut log, mut own, mut records): (Vec<LogRow>, Vec<OwnRow>, Vec<RecordRow>) = Default::default();
    if asked.of_log() {
        let (columns, closing) = log_columns(asked.pushed);
        let mut query = asked.query::<Postgres>(LOG_PAGE, columns, closing);
        log = query.build_query_as().fetch_all(&mut *moment).await.map_err(from_sqlx)?;
    }
    if own_stands && asked.of_own() {
        let mut query = asked.query::<Postgres>(OWN_PAGE, &by.own, "");
        own = query.build_query_as().fetch_all(&mut *moment).await.map_err(from_sqlx)?;
    }
    if own_stands && asked.of_records() {
        let mut query = asked.query::<Postgres>(RECORD_PAGE, &by.records, "");
        records = query.build_query_as().fetch_all(&mut *moment).await.map_err(from_sqlx)?;
    }
    Ok(rows::entries(log, own, &records))
}

/// How the log is asked for a type, and what closes the comparison.
fn log_columns(pushed: &Pushed) -> (&'static Columns, &'static str) {
    let is_known = pushed.kind.as_deref().is_none_or(|kind| EventType::from_name(kind).is_some());
    if is_known { (&LOG, "::text::alert_event_type") } else { (&LOG_OF_OTHERS, ")") }
}

/// How a bucket's number is worked out. Widths are whole seconds, so their borders are exact in floating point.
const BINS: Bins = Bins { before: "floor(date_part('epoch', ", between: ") * 1000000 / ", after: ")::bigint" };

/// What stands in each bucket, of one moment.
pub(super) async fn count(
    connection: &mut PgConnection,
    grid: &Grid,
    pushed: &Pushed,
    own_stands: bool,
) -> Result<Vec<Bin>, StoreError> {
    let asked = Asked { place: Place::Newest, limit: 0, pushed };
    let mut counted = Vec::new();
    let mut moment =
        connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map_err(from_sqlx)?;
    let (log, closing) = log_columns(pushed);
    let tables = [
        (asked.of_log(), count::LOG_ENUM, log, closing),
        (own_stands && asked.of_own(), count::OWN, &narrow::OWN, ""),
        (own_stands && asked.of_records(), count::RECORDS, &narrow::RECORDS, ""),
    ];
    for (_, table, columns, closing) in tables.into_iter().filter(|(is_asked, ..)| *is_asked) {
        let mut query = count::query::<Postgres>(&asked, grid, &BINS, &table, columns, closing);
        let rows = query.build_query_as().fetch_all(&mut *moment).await.map_err(from_sqlx)?;
        counted.extend(count::bins(rows, &asked));
    }
    moment.commit().await.map_err(from_sqlx)?;
    Ok(counted)
}

/// The newest rows of what the probes said.
pub(super) async fn probe_history(connection: &mut PgConnection, limit: u32) -> Result<Vec<OwnEvent>, StoreError> {
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
pub(super) async fn annotations(connection: &mut PgConnection, rows: &[String]) -> Result<Vec<OwnEvent>, StoreError> {
    let found = sqlx::query_as(ANNOTATIONS).bind(rows).bind(i64::from(limits::MAX_PAGE)).fetch_all(connection);
    let found: Vec<OwnRow> = found.await.map_err(from_sqlx)?;
    Ok(found.into_iter().map(OwnEvent::from).collect())
}

/// Every review record, in the order of recording.
pub(super) async fn reviews(connection: &mut PgConnection) -> Result<Vec<Recorded>, StoreError> {
    rows(connection).await?.iter().map(RecordRow::recorded).collect()
}

/// The records that are not known yet, in the order of recording.
pub(super) async fn reviews_since(connection: &mut PgConnection, known: &Known) -> Result<Vec<Recorded>, StoreError> {
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
pub(super) async fn ledger(connection: &mut PgConnection) -> Result<Ledger, StoreError> {
    let mut moment =
        connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map_err(from_sqlx)?;
    let records = rows(&mut moment).await?.iter().map(RecordRow::checked).collect();
    let heads = heads(&mut moment).await?;
    moment.commit().await.map_err(from_sqlx)?;
    Ok((records, heads))
}

/// Every review record's row, in the order of recording.
pub(super) async fn rows(connection: &mut PgConnection) -> Result<Vec<RecordRow>, StoreError> {
    sqlx::query_as(REVIEWS).fetch_all(connection).await.map_err(from_sqlx)
}

/// The heads of the chains.
pub(super) async fn heads(connection: &mut PgConnection) -> Result<Vec<Head>, StoreError> {
    let sql = "SELECT scope::text, seq, hash, recorded_at FROM readback_chain_head ORDER BY scope";
    let heads: Vec<HeadRow> = sqlx::query_as(sql).fetch_all(connection).await.map_err(from_sqlx)?;
    Ok(heads.into_iter().map(Head::from).collect())
}
