//! Telling the other consoles that something was written. Not in the transaction that writes it: a commit that carries a
//! NOTIFY waits for every other one that does, so appends would go to the disk one by one (measured: a sixth of the
//! rate). A word that is lost with the process costs the others less than a second: they look by themselves.

use super::connections::Connections;
use crate::store::StoreError;
use crate::store::deadline::{Task, in_time};
use crate::store::sqlx_error::from_sqlx;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Notify;

/// One word, in a transaction of its own that waits for no disk: there is nothing in it to be lost.
const TELL: &str = "BEGIN; SET LOCAL synchronous_commit = off; NOTIFY readback; COMMIT";

/// That somebody came, moved or went: nothing was recorded, so nobody has to read it all again.
const TELL_MOVED: &str = "BEGIN; SET LOCAL synchronous_commit = off; NOTIFY readback, 'presence'; COMMIT";

/// What stands in such a word.
pub(super) const PRESENCE: &str = "presence";

/// The least between two words: each is a transaction that takes a connection, and nobody reads faster than this.
const BETWEEN: Duration = Duration::from_millis(100);

/// Tells, after each write; of writes in quick succession, once.
#[derive(Debug, Default)]
pub(super) struct Teller {
    written: Arc<Notify>,
    moved: Arc<Notify>,
    task: OnceLock<Task>,
}

impl Teller {
    /// Something was written.
    pub(super) fn tell(&self, connections: &Arc<Connections>) {
        self.start(connections);
        self.written.notify_one();
    }

    /// Somebody came, moved or went.
    pub(super) fn tell_moved(&self, connections: &Arc<Connections>) {
        self.start(connections);
        self.moved.notify_one();
    }

    fn start(&self, connections: &Arc<Connections>) {
        let (written, moved) = (&self.written, &self.moved);
        self.task.get_or_init(|| Task::spawn(run(Arc::clone(connections), Arc::clone(written), Arc::clone(moved))));
    }
}

async fn run(connections: Arc<Connections>, written: Arc<Notify>, moved: Arc<Notify>) {
    loop {
        let word = tokio::select! {
            () = written.notified() => TELL,
            () = moved.notified() => TELL_MOVED,
        };
        // A server that is away is no news to its consoles.
        let _ = in_time(say(&connections, word)).await;
        tokio::time::sleep(BETWEEN).await;
    }
}

async fn say(connections: &Connections, word: &'static str) -> Result<(), StoreError> {
    let mut lease = connections.lease().await?;
    sqlx::raw_sql(word).execute(lease.connection()).await.map_err(from_sqlx)?;
    lease.give_back();
    Ok(())
}
