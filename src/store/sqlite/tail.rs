//! What was recorded since a mark.

use super::read::entries;
use crate::store::micros::Micros;
use crate::store::narrow;
use crate::store::sqlx_error::from_sqlx;
use crate::store::{Mark, Since, StoreError, Tail};
use crate::timeline::filter::Pushed;
use jiff::Timestamp;
use sqlx::{Connection, SqliteConnection};

/// Who writes holds the file's lock from before its first row to the commit: what comes next was not begun before the
/// newest row that stands. A row that claims to come from the future says nothing of that.
const NEWEST: &str = "
    SELECT max(at) FROM (
        SELECT max(created_at) AS at FROM alert_operation_log WHERE created_at <= $1
        UNION ALL SELECT max(recorded_at) FROM readback_event WHERE recorded_at <= $1
        UNION ALL SELECT max(recorded_at) FROM readback_review_event WHERE recorded_at <= $1
    )";

/// What is recorded since the mark, of one moment, with the next mark.
pub(super) async fn read(
    connection: &mut SqliteConnection,
    since: Option<&Since>,
    most: u32,
    pushed: &Pushed,
) -> Result<Tail, StoreError> {
    let mut moment = connection.begin().await.map_err(from_sqlx)?;
    let now = Micros::from(Timestamp::now());
    let newest: Option<Micros> =
        sqlx::query_scalar(NEWEST).bind(now).fetch_one(&mut *moment).await.map_err(from_sqlx)?;
    let mark = Mark::before(newest.map_or(Timestamp::MIN, Timestamp::from));
    let Some(since) = since else { return Ok(Tail::empty(mark)) };
    let pushed = since.narrow(pushed);
    let asked = since.asked(&pushed, most);
    let rows = entries(&mut moment, &asked, &narrow::RECORDED).await?;
    moment.commit().await.map_err(from_sqlx)?;
    Ok(Tail::of(rows, since, most, mark))
}
