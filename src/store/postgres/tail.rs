//! What was recorded since a mark.

use super::read::entries;
use crate::store::micros::Micros;
use crate::store::narrow;
use crate::store::sqlx_error::from_sqlx;
use crate::store::{Mark, Since, StoreError, Tail};
use crate::timeline::filter::Pushed;
use sqlx::{Connection, PgConnection};

/// The time that the oldest transaction gives its rows which may still write. One that has written counts however long
/// it is open; one that has only read so far, or of which this role is not told since when, for ten minutes: a dump that
/// runs for hours would have hours read again. Every role sees the locks of the virtual ids. A standby knows nothing of the
/// transactions of its primary.
const OPEN: &str = "
    SELECT least(
        clock_timestamp(),
        min(a.xact_start) FILTER (WHERE a.backend_xid IS NOT NULL),
        CASE WHEN count(a.xact_start) < count(*) OR pg_is_in_recovery()
            THEN clock_timestamp() - interval '10 minutes' END,
        CASE WHEN count(a.xact_start) > 0 THEN greatest(min(a.xact_start), clock_timestamp() - interval '10 minutes') END
    )
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'virtualxid' AND l.pid <> pg_backend_pid() AND a.usesysid IS NOT NULL
      AND a.datid = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// What is recorded since the mark, of one moment, with the next mark.
pub(super) async fn read(
    connection: &mut PgConnection,
    since: Option<&Since>,
    most: u32,
    pushed: &Pushed,
    own_stands: bool,
) -> Result<Tail, StoreError> {
    // Before the rows: who begins or ends in between is either among them or younger than this.
    let open: Micros = sqlx::query_scalar(OPEN).fetch_one(&mut *connection).await.map_err(from_sqlx)?;
    let mark = Mark::before(open.into());
    let Some(since) = since else { return Ok(Tail::empty(mark)) };
    let pushed = since.narrow(pushed);
    let asked = since.asked(&pushed, most);
    let mut moment =
        connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map_err(from_sqlx)?;
    let rows = entries(&mut moment, &asked, &narrow::RECORDED, own_stands).await?;
    moment.commit().await.map_err(from_sqlx)?;
    Ok(Tail::of(rows, since, most, mark))
}
