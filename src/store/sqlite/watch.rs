//! Hearing of other programs' commits: `PRAGMA data_version`, on a connection of its own (the number is about
//! what others did since this connection last looked).

use crate::store::StoreError;
use crate::store::changes::Changes;
use crate::store::deadline::LOOK_EVERY;
use crate::store::sqlx_error::from_sqlx;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use std::sync::Weak;

/// Looks until the store is gone.
pub(super) async fn watch(options: SqliteConnectOptions, changes: Weak<Changes>, moves: Weak<Changes>) {
    let mut connection = None;
    let mut seen = None;
    loop {
        let looked = look(&options, &mut connection).await;
        let Some(changes) = changes.upgrade() else { return };
        match looked {
            // The first look at a connection says nothing: ring once, so that nothing before it is missed.
            Ok(version) if seen != Some(version) => {
                seen = Some(version);
                changes.ring();
                // What was written can't be told from the number.
                moves.upgrade().inspect(|moves| moves.ring());
            }
            Ok(_) => {}
            Err(error) => {
                (connection, seen) = (None, None);
                changes.away(error);
            }
        }
        drop(changes);
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn look(options: &SqliteConnectOptions, connection: &mut Option<SqliteConnection>) -> Result<i64, StoreError> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(options.connect().await.map_err(from_sqlx)?),
    };
    sqlx::query_scalar("PRAGMA data_version").fetch_one(connection).await.map_err(from_sqlx)
}
