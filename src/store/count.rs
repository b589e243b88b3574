//! A histogram's query: fixed fragments and bound values, the same for both engines.

use super::micros::Micros;
use super::narrow::{Asked, Columns};
use crate::timeline::{Grid, Histogram, OwnKind};
use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};

/// How an engine works out a bucket's number from a row's time: what stands before the time, between the time less
/// the grid's beginning and the width in microseconds, and after.
pub(super) struct Bins {
    pub(super) before: &'static str,
    pub(super) between: &'static str,
    pub(super) after: &'static str,
}

/// What is counted: the type, whether it failed, and where it stands, up to a WHERE.
#[derive(Clone, Copy)]
pub(super) struct Table {
    kind: &'static str,
    failed: &'static str,
    rows: &'static str,
}

const FAILED: &str = "(success IS NOT NULL AND NOT success)";
const LOG_ROWS: &str = " FROM alert_operation_log WHERE TRUE";

/// `alert_operation_log`, its type as text.
pub(super) const LOG_TEXT: Table = Table { kind: "event_type", failed: FAILED, rows: LOG_ROWS };

/// The same, its type as an enum.
pub(super) const LOG_ENUM: Table = Table { kind: "event_type::text", failed: FAILED, rows: LOG_ROWS };

/// `readback_event`, without the samples.
pub(super) const OWN: Table =
    Table { kind: "kind", failed: FAILED, rows: " FROM readback_event WHERE kind <> 'PROBE_SAMPLED'" };

/// `readback_review_event`, where a step has no row in the log.
pub(super) const RECORDS: Table =
    Table { kind: "'REVIEW_EVENT'", failed: "FALSE", rows: " FROM readback_review_event WHERE operation_id IS NULL" };

/// How many rows of a type stand in a bucket.
#[derive(FromRow)]
pub(super) struct Bin {
    bucket: i64,
    kind: String,
    failed: bool,
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
    query.push(table.kind).push(" AS kind, ").push(table.failed).push(" AS failed, count(*) AS rows");
    query.push(table.rows);
    query.push(" AND ").push(at).push(" >= ").push_bind(Micros::from(grid.from));
    query.push(" AND ").push(at).push(" < ").push_bind(Micros::from(grid.until()));
    asked.narrow(&mut query, columns, closing);
    query.push(" GROUP BY 1, 2, 3");
    query
}

/// Puts what was counted into its buckets. Which rows are notes the tables can't tell: a later console's kind is
/// read as one.
pub(super) fn fold(histogram: &mut Histogram, bins: Vec<Bin>, asked: &Asked<'_>) {
    let is_note = |kind: &str| OwnKind::from_name(kind).is_none_or(|kind| kind == OwnKind::Note);
    let notes_alone = asked.pushed.kind.as_deref() == Some(OwnKind::Note.name());
    for bin in bins.into_iter().filter(|bin| !notes_alone || is_note(&bin.kind)) {
        histogram.count(bin.bucket as usize, &bin.kind, bin.failed, bin.rows as u64);
    }
}
