//! Records as they stand on the server, and rows of the console's own by id.

use super::{PgStore, read};
use crate::store::StoreError;
use crate::store::deadline::in_time;
use crate::store::rows::OwnRow;
use crate::store::sqlx_error::from_sqlx;
use crate::store::stored::{Chain, chain_of};
use crate::timeline::OwnEvent;
use sqlx::Connection;

const FIND_OWN: &str = "
    SELECT id::text, incident_id::text, kind, subject, actor::text, summary, success, context::text AS context,
           occurred_at, recorded_at
    FROM readback_event WHERE id = ANY($1::text[])";

impl PgStore {
    /// See [`crate::store::AnyStore::chain`].
    pub(in crate::store) async fn chain(&self, incident: &str) -> Result<Chain, StoreError> {
        in_time(async {
            let mut lease = self.connections.lease().await?;
            let (mut rows, mut heads) = (Vec::new(), Vec::new());
            if lease.has_own() {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                let mut moment = lease.connection().begin_with(begin).await.map_err(from_sqlx)?;
                rows = read::rows(&mut moment).await?;
                heads = read::heads(&mut moment).await?;
                moment.commit().await.map_err(from_sqlx)?;
            }
            lease.give_back();
            Ok(chain_of(rows, heads, incident))
        })
        .await
    }

    /// See [`crate::store::AnyStore::find_own`].
    pub(in crate::store) async fn find_own(&self, ids: &[String]) -> Result<Vec<OwnEvent>, StoreError> {
        in_time(async {
            let mut lease = self.connections.lease().await?;
            let mut found: Vec<OwnRow> = Vec::new();
            if lease.has_own() {
                let asked = sqlx::query_as(FIND_OWN).bind(ids).fetch_all(lease.connection());
                found = asked.await.map_err(from_sqlx)?;
            }
            lease.give_back();
            Ok(found.into_iter().map(OwnEvent::from).collect())
        })
        .await
    }
}
