//! Who is in a review, by this machine's clock.

use super::SqliteStore;
use crate::review::{Attendance, MOST_PRESENT, Presence};
use crate::store::StoreError;
use crate::store::deadline::in_time;
use crate::store::micros::Micros;
use crate::store::presence::{PresenceRow, counts_from};
use crate::store::sqlx_error::from_sqlx;
use jiff::Timestamp;

const ATTEND: &str = "
    INSERT INTO readback_presence (console, actor, incident_id, review, at_check, part, seen_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (console) DO UPDATE SET actor = excluded.actor, incident_id = excluded.incident_id,
        review = excluded.review, at_check = excluded.at_check, part = excluded.part, seen_at = excluded.seen_at";

/// What counts no more goes with it.
const LEAVE: &str = "DELETE FROM readback_presence WHERE console = $1 OR seen_at <= $2";

const PRESENT: &str = "
    SELECT console, actor, incident_id, review, at_check, part, seen_at
    FROM readback_presence WHERE seen_at > $1 ORDER BY actor, console LIMIT $2";

/// A file that a read-only console opened may be an earlier one's.
const STANDS: &str = "SELECT count(*) > 0 FROM sqlite_master WHERE name = 'readback_presence'";

impl SqliteStore {
    pub(in crate::store) async fn attend(&self, console: &str, at: &Attendance) -> Result<(), StoreError> {
        self.may_write()?;
        in_time(async {
            let mut turn = self.writer.turn().await?;
            sqlx::query(ATTEND)
                .bind(console)
                .bind(&at.actor)
                .bind(&at.incident_id)
                .bind(&at.review.0)
                .bind(&at.check)
                .bind(at.part.word())
                .bind(Micros::from(Timestamp::now()))
                .execute(turn.connection())
                .await
                .map_err(from_sqlx)?;
            turn.give_back();
            Ok(())
        })
        .await?;
        self.moves.ring();
        Ok(())
    }

    pub(in crate::store) async fn leave(&self, console: &str) -> Result<(), StoreError> {
        self.may_write()?;
        in_time(async {
            let mut turn = self.writer.turn().await?;
            let from = Micros::from(counts_from(Timestamp::now()));
            sqlx::query(LEAVE).bind(console).bind(from).execute(turn.connection()).await.map_err(from_sqlx)?;
            turn.give_back();
            Ok(())
        })
        .await?;
        self.moves.ring();
        Ok(())
    }

    pub(in crate::store) async fn present(&self) -> Result<Vec<Presence>, StoreError> {
        in_time(async {
            let stands: bool = sqlx::query_scalar(STANDS).fetch_one(&self.pool).await.map_err(from_sqlx)?;
            if !stands {
                return Ok(Vec::new());
            }
            let from = Micros::from(counts_from(Timestamp::now()));
            let read = sqlx::query_as(PRESENT).bind(from).bind(i64::from(MOST_PRESENT));
            let rows: Vec<PresenceRow> = read.fetch_all(&self.pool).await.map_err(from_sqlx)?;
            Ok(rows.into_iter().map(Presence::from).collect())
        })
        .await
    }

    pub(in crate::store) async fn moved(&self) -> Result<(), StoreError> {
        self.watch();
        self.moves.wait().await
    }
}
