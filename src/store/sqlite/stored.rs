//! Records as they stand in the file, and rows of the console's own by id.

use super::{SqliteStore, read};
use crate::store::StoreError;
use crate::store::deadline::in_time;
use crate::store::rows::OwnRow;
use crate::store::sqlx_error::from_sqlx;
use crate::store::stored::{Chain, chain_of};
use crate::timeline::OwnEvent;
use sqlx::Connection;

const FIND_OWN: &str = "
    SELECT id, incident_id, kind, subject, actor, summary, success, context, occurred_at, recorded_at
    FROM readback_event WHERE id IN (SELECT value FROM json_each($1))";

impl SqliteStore {
    /// See [`crate::store::AnyStore::chain`].
    pub(in crate::store) async fn chain(&self, incident: &str) -> Result<Chain, StoreError> {
        in_time(async {
            let mut connection = self.pool.acquire().await.map_err(from_sqlx)?;
            let mut moment = connection.begin().await.map_err(from_sqlx)?;
            let rows = read::rows(&mut moment).await?;
            let heads = read::heads(&mut moment).await?;
            moment.commit().await.map_err(from_sqlx)?;
            Ok(chain_of(rows, heads, incident))
        })
        .await
    }

    /// See [`crate::store::AnyStore::find_own`].
    pub(in crate::store) async fn find_own(&self, ids: &[String]) -> Result<Vec<OwnEvent>, StoreError> {
        let ids = serde_json::Value::from(ids).to_string();
        in_time(async {
            let mut connection = self.pool.acquire().await.map_err(from_sqlx)?;
            let found = sqlx::query_as(FIND_OWN).bind(ids).fetch_all(&mut *connection);
            let found: Vec<OwnRow> = found.await.map_err(from_sqlx)?;
            Ok(found.into_iter().map(OwnEvent::from).collect())
        })
        .await
    }
}
