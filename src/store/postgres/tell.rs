//! Telling the other consoles that something was written. Not in the transaction that writes it: a commit that carries a
//! NOTIFY waits for every other one that does, so appends would go to the disk one by one (measured: a sixth of the
//! rate). A word that is lost with the process costs the others less than a second: they look by themselves.

use super::connections::Connections;
use crate::store::StoreError;
use crate::store::deadline::{Task, in_time};
use crate::store::sqlx_error::from_sqlx;
use std::sync::{Arc, OnceLock};
use tokio::sync::Notify;

/// One word, in a transaction of its own that waits for no disk: there is nothing in it to be lost.
const TELL: &str = "BEGIN; SET LOCAL synchronous_commit = off; NOTIFY readback; COMMIT";

/// Tells, after each write; of writes in quick succession, once.
#[derive(Debug, Default)]
pub(super) struct Teller {
    written: Arc<Notify>,
    task: OnceLock<Task>,
}

impl Teller {
    /// Something was written.
    pub(super) fn tell(&self, connections: &Arc<Connections>) {
        self.task.get_or_init(|| Task::spawn(run(Arc::clone(connections), Arc::clone(&self.written))));
        self.written.notify_one();
    }
}

async fn run(connections: Arc<Connections>, written: Arc<Notify>) {
    loop {
        written.notified().await;
        // A server that is away is no news to its consoles.
        let _ = in_time(say(&connections)).await;
    }
}

async fn say(connections: &Connections) -> Result<(), StoreError> {
    let mut lease = connections.lease().await?;
    sqlx::raw_sql(TELL).execute(lease.connection()).await.map_err(from_sqlx)?;
    lease.give_back();
    Ok(())
}
