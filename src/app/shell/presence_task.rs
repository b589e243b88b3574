//! The part of the store's task that tells who is where. Nothing of it is a record: what can't be told now is told with
//! the next beat, and a person is not told that it could not be.

use super::store_task::StoreTask;
use crate::app::Event;
use crate::review::Attendance;
use crate::store::{AnyStore, StoreError};

impl StoreTask {
    /// Says where this console is, or that it is in no review.
    pub(super) async fn attend(&self, store: &AnyStore, at: Option<&Attendance>) {
        let told = match at {
            Some(at) => store.attend(&self.console, at).await,
            None => store.leave(&self.console).await,
        };
        if let Err(error) = told {
            tracing::warn!(%error, "the other consoles could not be told who is here");
        }
    }

    /// The console ends: the others see it at once.
    pub(super) async fn leave(&self, store: &AnyStore) {
        if self.access == crate::store::Access::ReadWrite {
            self.attend(store, None).await;
        }
    }

    /// Tells who else is there. A database that can't say it shows nobody.
    pub(super) async fn read_present(&self, store: &AnyStore) -> Result<(), StoreError> {
        let mut present = match store.present().await {
            Err(error) if error.is_transient() => return Err(error),
            read => read.unwrap_or_default(),
        };
        present.retain(|one| one.console != self.console);
        // A shell that is gone hears nothing, and that is no error.
        let _ = self.events.send(Event::Present(present)).await;
        Ok(())
    }
}
