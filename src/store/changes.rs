//! The bell: who writes rings it, who waits hears it. One bell per open store.

use super::StoreError;
use tokio::sync::{Mutex, watch};

/// What the bell says: how often it rang, and whether the database is away.
#[derive(Clone, Debug, Default)]
struct Ring {
    count: u64,
    away: Option<StoreError>,
}

/// The bell. The receiver remembers what it heard, so a ring between two waits is not lost, and a wait
/// that is dropped half-way loses nothing.
#[derive(Debug)]
pub(super) struct Changes {
    sender: watch::Sender<Ring>,
    heard: Mutex<watch::Receiver<Ring>>,
}

impl Changes {
    pub(super) fn new() -> Self {
        let (sender, receiver) = watch::channel(Ring::default());
        Self { sender, heard: Mutex::new(receiver) }
    }

    /// Something may have changed.
    pub(super) fn ring(&self) {
        self.sender.send_modify(|ring| {
            ring.count += 1;
            ring.away = None;
        });
    }

    /// The database can't be watched now. Rings only when that is news, so that a waiter who calls
    /// again at once does not spin.
    pub(super) fn away(&self, error: StoreError) {
        self.sender.send_if_modified(|ring| {
            let news = ring.away.is_none();
            ring.away = Some(error);
            news
        });
    }

    /// Waits for the next ring since the last that was heard.
    pub(super) async fn wait(&self) -> Result<(), StoreError> {
        let mut heard = self.heard.lock().await;
        if heard.changed().await.is_err() {
            return Err(StoreError::Unavailable("the store is closed".to_owned()));
        }
        let ring = heard.borrow_and_update();
        ring.away.clone().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_ring_before_the_wait_is_heard_and_an_absence_is_told_once() {
        let bell = Changes::new();
        let gone = StoreError::Unavailable("gone".to_owned());
        bell.ring();
        assert_eq!(bell.wait().await, Ok(()));
        bell.away(gone.clone());
        assert_eq!(bell.wait().await, Err(gone.clone()));
        bell.away(gone);
        let second = tokio::time::timeout(std::time::Duration::ZERO, bell.wait()).await;
        assert!(second.is_err(), "an absence that lasts is no news");
        bell.ring();
        assert_eq!(bell.wait().await, Ok(()));
    }
}
