//! `readback_log_hour`: how many rows of the log there are of each hour, type and outcome, kept by a trigger. A file with
//! another program's log, or one that was long before there was the table, has none.

use super::schema::HOUR_TABLE;
use crate::store::StoreError;
use crate::store::count::BinRow;
use crate::store::segments::Span;
use crate::store::sqlx_error::from_sqlx;
use crate::timeline::Grid;
use crate::timeline::filter::Pushed;
use sqlx::SqliteConnection;

/// Seconds of an hour.
const HOUR_S: i64 = 3_600;

const STANDS: &str = "SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = $1";

/// `$3` hours are a bucket.
const COUNT: &str = "
    SELECT (hour - $1) / $3 AS bucket, event_type AS kind, nullif(outcome, -1) AS success, sum(count) AS rows
    FROM readback_log_hour
    WHERE hour >= $1 AND hour < $2 AND ($4 IS NULL OR event_type = $4) AND ($5 IS NULL OR outcome = $5)
    GROUP BY 1, 2, 3";

const FORGET: &str = "DELETE FROM readback_log_hour WHERE hour >= $1 AND hour < $2";

/// Counts what is asked by whole hours; `None` where it has to be counted row by row.
pub(super) async fn count(
    connection: &mut SqliteConnection,
    grid: &Grid,
    pushed: &Pushed,
) -> Result<Option<Vec<BinRow>>, StoreError> {
    let (from, until, width) = (grid.from.as_second(), grid.until().as_second(), i64::from(grid.width_s));
    let is_whole = from % HOUR_S == 0 && width % HOUR_S == 0 && grid.from.subsec_nanosecond() == 0;
    let asks_more =
        pushed.incident.is_some() || pushed.actor.is_some() || pushed.since.is_some() || pushed.until.is_some();
    if !is_whole || asks_more || !stands(connection).await? {
        return Ok(None);
    }
    let bins = sqlx::query_as(COUNT)
        .bind(from / HOUR_S)
        .bind(until / HOUR_S)
        .bind(width / HOUR_S)
        .bind(&pushed.kind)
        .bind(pushed.success)
        .fetch_all(connection)
        .await;
    bins.map(Some).map_err(from_sqlx)
}

/// The rows of these months are taken away.
pub(super) async fn forget(connection: &mut SqliteConnection, span: &Span) -> Result<(), StoreError> {
    if !stands(connection).await? {
        return Ok(());
    }
    let hour = |micros: i64| micros.div_euclid(HOUR_S * 1_000_000);
    let forgotten = sqlx::query(FORGET).bind(hour(span.from.start())).bind(hour(span.until.start()));
    forgotten.execute(connection).await.map(drop).map_err(from_sqlx)
}

async fn stands(connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    sqlx::query_scalar(STANDS).bind(HOUR_TABLE).fetch_one(connection).await.map_err(from_sqlx)
}
