//! Making and opening the file.

use super::schema;
use crate::store::deadline::{DEADLINE, ENGINE};
use crate::store::sqlx_error::from_sqlx;
use crate::store::{Access, StoreError};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqlitePool};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

/// How often a file that another opener is just setting up is tried again.
const RETRY_EVERY: Duration = Duration::from_millis(25);

/// The options of every connection to this file; the file stands afterwards, unless read-only.
pub(super) async fn options(path: &Path, access: Access) -> Result<SqliteConnectOptions, StoreError> {
    let options =
        SqliteConnectOptions::new().filename(path).busy_timeout(ENGINE).foreign_keys(true).disable_statement_logging();
    if access == Access::ReadOnly {
        if !path.exists() {
            let what = "there is none yet; open the console once without --read-only, and it makes one";
            return Err(StoreError::Unavailable(what.to_owned()));
        }
        // `mode=ro`; PRAGMAs that write (the journal mode) are left alone.
        return Ok(options.read_only(true));
    }
    make(path).await?;
    Ok(options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full))
}

/// Makes the folder and the file for their owner alone. What stands is left as it is: its owner may have
/// meant to share it. `SQLite` gives the files beside it (`-wal`, `-shm`) the same mode.
pub(in crate::store) async fn make(path: &Path) -> Result<(), StoreError> {
    let failed = |what: &str, error: &std::io::Error| {
        let text = format!("{what} {}: {error}", path.display());
        match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly(text),
            _ => StoreError::Refused(text),
        }
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let made = tokio::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).await;
        made.map_err(|error| failed("can't make the folder of", &error))?;
    }
    let made = tokio::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path).await;
    made.map(drop).map_err(|error| failed("can't write", &error))
}

/// A few connections: one writes, others read meanwhile.
///
/// After a full or a failing disk `SQLite` rolls back by itself; the driver's own ROLLBACK is refused then, and it takes
/// the connection to be in a transaction for ever: each further one of it would be refused. Such a one does not go back.
pub(super) fn pool(options: &SqliteConnectOptions) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(3)
        .acquire_timeout(DEADLINE)
        // It was asked when it was given back, and a file hangs up on nobody.
        .test_before_acquire(false)
        .after_release(|connection, _| {
            Box::pin(async move {
                if connection.is_in_transaction() {
                    // The ROLLBACK of one that was dropped is on its way; this is answered behind it.
                    connection.ping().await?;
                }
                Ok(!connection.is_in_transaction())
            })
        })
        .connect_lazy_with(options.clone())
}

/// Waits until the file can be used. Two openers of a new file get in each other's way where `SQLite` does not
/// wait by itself (setting WAL); the caller's deadline bounds the tries.
pub(super) async fn ready(pool: &SqlitePool, access: Access) -> Result<(), StoreError> {
    loop {
        match try_ready(pool, access).await {
            Err(StoreError::Unavailable(_)) if access == Access::ReadWrite => tokio::time::sleep(RETRY_EVERY).await,
            done => return done,
        }
    }
}

async fn try_ready(pool: &SqlitePool, access: Access) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await.map_err(from_sqlx)?;
    match access {
        Access::ReadWrite => schema::ensure(&mut connection).await,
        Access::ReadOnly => schema::verify(&mut connection).await,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn a_connection_that_sqlite_rolled_back_by_itself_is_not_used_again() {
        let home = tempfile::tempdir().unwrap();
        let pool = pool(&options(&home.path().join("readback.db"), Access::ReadWrite).await.unwrap());
        for _ in 0..4 {
            let mut connection = pool.acquire().await.unwrap();
            let mut turn = connection.begin_with("BEGIN IMMEDIATE").await.unwrap();
            // As after ENOSPC: the engine is out of the transaction, and the driver does not know.
            sqlx::raw_sql("ROLLBACK").execute(&mut *turn).await.unwrap();
            drop(turn);
            drop(connection);
            // Until it is given back, or closed.
            while pool.size() > 0 && pool.num_idle() == 0 {
                tokio::task::yield_now().await;
            }
        }
        // One that was merely dropped is.
        let mut connection = pool.acquire().await.unwrap();
        drop(connection.begin_with("BEGIN IMMEDIATE").await.unwrap());
        drop(connection);
        while pool.num_idle() == 0 {
            tokio::task::yield_now().await;
        }
        let mut connection = pool.acquire().await.unwrap();
        connection.begin_with("BEGIN IMMEDIATE").await.unwrap().commit().await.unwrap();
        assert_eq!(pool.size(), 1);
    }
}
