//! Who is in a review, by the server's clock.

use super::PgStore;
use crate::review::{Attendance, MOST_PRESENT, Presence};
use crate::store::StoreError;
use crate::store::deadline::in_time;
use crate::store::presence::PresenceRow;
use crate::store::sqlx_error::from_sqlx;

/// Writes the console's row and sweeps out what others left an hour ago; whether that is news to anybody. Its commit waits
/// for no disk: there is nothing in it to be lost.
const ATTEND: &str = "
    WITH before AS (
        SELECT review, at_check, part FROM readback_presence
        WHERE console = $1 AND seen_at > clock_timestamp() - interval '1 minute'
    ), swept AS (
        DELETE FROM readback_presence WHERE console <> $1 AND seen_at < clock_timestamp() - interval '1 hour'
    ), written AS (
        INSERT INTO readback_presence (console, actor, incident_id, review, at_check, part, seen_at)
        VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
        ON CONFLICT (console) DO UPDATE SET actor = excluded.actor, incident_id = excluded.incident_id,
            review = excluded.review, at_check = excluded.at_check, part = excluded.part, seen_at = excluded.seen_at
    )
    SELECT set_config('synchronous_commit', 'off', true) IS NOT NULL AND NOT EXISTS (
        SELECT FROM before WHERE review = $4 AND at_check IS NOT DISTINCT FROM $5 AND part = $6
    )";

const LEAVE: &str = "DELETE FROM readback_presence WHERE console = $1";

const PRESENT: &str = "
    SELECT console::text, actor::text, incident_id::text, review::text, at_check::text, part::text, seen_at
    FROM readback_presence WHERE seen_at > clock_timestamp() - interval '1 minute' ORDER BY actor, console LIMIT $1";

impl PgStore {
    pub(in crate::store) async fn attend(&self, console: &str, at: &Attendance) -> Result<(), StoreError> {
        self.may_write()?;
        let is_news: bool = in_time(async {
            let mut lease = self.connections.lease().await?;
            if !lease.has_presence() {
                lease.give_back();
                return Ok(false);
            }
            let written = sqlx::query_scalar(ATTEND)
                .bind(console)
                .bind(&at.actor)
                .bind(&at.incident_id)
                .bind(&at.review.0)
                .bind(&at.check)
                .bind(at.part.word());
            let is_news = written.fetch_one(lease.connection()).await.map_err(from_sqlx)?;
            lease.give_back();
            Ok(is_news)
        })
        .await?;
        if is_news {
            self.told_moved();
        }
        Ok(())
    }

    pub(in crate::store) async fn leave(&self, console: &str) -> Result<(), StoreError> {
        self.may_write()?;
        let gone = in_time(async {
            let mut lease = self.connections.lease().await?;
            let mut gone = 0;
            if lease.has_presence() {
                let left = sqlx::query(LEAVE).bind(console).execute(lease.connection()).await.map_err(from_sqlx)?;
                gone = left.rows_affected();
            }
            lease.give_back();
            Ok(gone)
        })
        .await?;
        if gone > 0 {
            self.told_moved();
        }
        Ok(())
    }

    pub(in crate::store) async fn present(&self) -> Result<Vec<Presence>, StoreError> {
        in_time(async {
            let mut lease = self.connections.lease().await?;
            let rows: Vec<PresenceRow> = if lease.has_presence() {
                let read = sqlx::query_as(PRESENT).bind(i64::from(MOST_PRESENT));
                read.fetch_all(lease.connection()).await.map_err(from_sqlx)?
            } else {
                Vec::new()
            };
            lease.give_back();
            Ok(rows.into_iter().map(Presence::from).collect())
        })
        .await
    }

    pub(in crate::store) async fn moved(&self) -> Result<(), StoreError> {
        self.watch();
        self.moves.wait().await
    }

    fn told_moved(&self) {
        self.moves.ring();
        self.teller.tell_moved(&self.connections);
    }
}
