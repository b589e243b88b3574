//! The query that counts: fixed fragments and bound values, the same for both engines.

use super::micros::Micros;
use super::narrow::{Asked, Columns};
use crate::timeline::{Bin, Grid, OwnKind};
use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};

/// How an engine works out a bucket's number from a row's time: what stands before the time, between the time less
/// the grid's beginning and the width in microseconds, and after.
pub(super) struct Bins {
    pub(super) before: &'static str,
    pub(super) between: &'static str,
    pub(super) after: &'static str,
}

/// What is counted: the type, how it went, and where it stands, up to a WHERE.
#[derive(Clone, Copy)]
pub(super) struct Table {
    kind: &'static str,
    success: &'static str,
    rows: &'static str,
}

const SUCCESS: &str = "success";
const LOG_ROWS: &str = " FROM alert_operation_log WHERE TRUE";

/// `alert_operation_log`, its type as text.
pub(super) const LOG_TEXT: Table = Table { kind: "event_type", success: SUCCESS, rows: LOG_ROWS };

/// The same, its type as an enum.
pub(super) const LOG_ENUM: Table = Table { kind: "event_type::text", success: SUCCESS, rows: LOG_ROWS };

/// `readback_event`, without the samples.
pub(super) const OWN: Table =
    Table { kind: "kind", success: SUCCESS, rows: " FROM readback_event WHERE kind <> 'PROBE_SAMPLED'" };

/// `readback_review_event`, where a step has no row in the log.
pub(super) const RECORDS: Table = Table {
    kind: "'REVIEW_EVENT'",
    success: "CAST(NULL AS BOOLEAN)",
    rows: " FROM readback_review_event WHERE operation_id IS NULL",
};

/// How many rows of a type went one way in a bucket.
#[derive(FromRow)]
pub(super) struct BinRow {
    bucket: i64,
    kind: String,
    success: Option<bool>,
    rows: i64,
}

/// The query; `closing` closes the comparison with the type.
pub(super) fn query<'a, DB>(
    asked: &Asked<'a>,
    grid: &Grid,
    bins: &Bins,
    table: &Table,
    columns: &Columns,
    closing: &'static str,
) -> QueryBuilder<DB>
where
    DB: Database,
    String: Encode<'a, DB> + Type<DB>,
    bool: Encode<'a, DB> + Type<DB>,
    i64: Encode<'a, DB> + Type<DB>,
    Micros: Encode<'a, DB> + Type<DB>,
{
    let at = columns.at;
    let mut query = QueryBuilder::new("SELECT ");
    query.push(bins.before).push(at).push(" - ").push_bind(Micros::from(grid.from)).push(bins.between);
    query.push_bind(i64::from(grid.width_s) * 1_000_000).push(bins.after).push(" AS bucket, ");
    query.push(table.kind).push(" AS kind, ").push(table.success).push(" AS success, count(*) AS rows");
    query.push(table.rows);
    query.push(" AND ").push(at).push(" >= ").push_bind(Micros::from(grid.from));
    query.push(" AND ").push(at).push(" < ").push_bind(Micros::from(grid.until()));
    asked.narrow(&mut query, columns, closing);
    query.push(" GROUP BY 1, 2, 3");
    query
}

/// What was counted. Which rows are notes the tables can't tell: a later console's kind is read as one.
pub(super) fn bins(rows: Vec<BinRow>, asked: &Asked<'_>) -> impl Iterator<Item = Bin> {
    let is_note = |kind: &str| OwnKind::from_name(kind).is_none_or(|kind| kind == OwnKind::Note);
    let notes_alone = asked.pushed.kind.as_deref() == Some(OwnKind::Note.name());
    rows.into_iter().filter(move |row| !notes_alone || is_note(&row.kind)).filter_map(|row| {
        let bucket = u32::try_from(row.bucket).ok()?;
        Some(Bin { bucket, type_name: row.kind, success: row.success, rows: row.rows as u64 })
    })
}
