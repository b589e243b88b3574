//! What the store has recorded, read without writing and without waiting long: an answer about files must not hang
//! on a database.

use crate::app::shell::Door;
use crate::cli::context::{Context, StartError};
use crate::store::{Access, AnyStore, Cursor, Store, StoreError};
use crate::timeline::Entry;
use std::time::Duration;

/// How long the store may take, all in all.
const WITHIN: Duration = Duration::from_secs(5);
/// How many rows are read at a time, and at most.
const PAGE: u32 = 500;
const MOST: usize = 20_000;

/// The rows that were read, newest first.
#[derive(Debug, Default)]
pub struct Stored {
    /// The rows.
    pub(super) entries: Vec<Entry>,
    /// Why not all are there, where that is so.
    pub(super) unread: Option<String>,
}

impl Stored {
    /// What the rows say is foreign: what looks like a secret is masked in them, as everywhere.
    pub(super) fn masked(self, door: &Door) -> Self {
        Self { entries: door.entries(self.entries), ..self }
    }
}

/// Reads the store of a stack, not masked yet; what can't be read is said and is no error.
pub(super) fn of(context: &Context) -> Result<Stored, StartError> {
    let url = context.store_url()?;
    let runtime = crate::cli::console::runtime()?;
    let mut stored = Stored::default();
    let read = runtime.block_on(async {
        let read = async {
            let store = AnyStore::open(&url, Access::ReadOnly).await?;
            store.ready().await?;
            let done = pages(&store, &mut stored.entries).await;
            store.close().await;
            done
        };
        tokio::time::timeout(WITHIN, read).await
    });
    runtime.shutdown_background();
    stored.unread = match read {
        Ok(Ok(true)) => None,
        Ok(Ok(false)) => Some(format!("only the newest {MOST} rows of the store were read")),
        Ok(Err(error)) => Some(format!("the store can't be read: {error}")),
        Err(_) => Some("the store did not answer in time".to_owned()),
    };
    Ok(stored)
}

/// Reads page after page; returns whether that is all there is.
async fn pages(store: &AnyStore, entries: &mut Vec<Entry>) -> Result<bool, StoreError> {
    while entries.len() < MOST {
        let before = entries.last().map(|oldest| Cursor { at: oldest.at(), id: oldest.id().to_owned() });
        let page = store.page(before.as_ref(), PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        entries.extend(page);
        if is_last {
            return Ok(true);
        }
    }
    Ok(false)
}
