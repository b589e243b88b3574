//! The one connection that writes. The pool would hand out another connection each time, and each would first have to
//! forget the pages that the one before wrote anew.

use crate::store::StoreError;
use crate::store::sqlx_error::from_sqlx;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{Mutex, MutexGuard};

/// Gives its connection to one at a time: `SQLite`'s own lock is taken by polling and is not fair.
#[derive(Debug)]
pub(super) struct Writer {
    options: SqliteConnectOptions,
    kept: Mutex<Option<SqliteConnection>>,
}

impl Writer {
    pub(super) fn new(options: SqliteConnectOptions) -> Self {
        Self { options, kept: Mutex::new(None) }
    }

    /// Waits in line, and opens the connection where there is none.
    pub(super) async fn turn(&self) -> Result<Turn<'_>, StoreError> {
        let mut kept = self.kept.lock().await;
        let connection = match kept.take() {
            Some(connection) => connection,
            None => self.options.connect().await.map_err(from_sqlx)?,
        };
        Ok(Turn { kept, connection })
    }

    /// Closes the connection, when whoever has it is done.
    pub(super) async fn close(&self) {
        if let Some(connection) = self.kept.lock().await.take() {
            // What was recorded is on the disk; the file takes no harm from one that does not say goodbye.
            let _ = connection.close().await;
        }
    }
}

/// Whoever has this writes.
pub(super) struct Turn<'a> {
    kept: MutexGuard<'a, Option<SqliteConnection>>,
    connection: SqliteConnection,
}

impl Turn<'_> {
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    /// It went well: the next one may use the connection. Otherwise it is closed, and with it whatever transaction it may
    /// be in: after a full or a failing disk the engine and the driver do not agree on whether it is in one.
    pub(super) fn give_back(mut self) {
        *self.kept = Some(self.connection);
    }
}
