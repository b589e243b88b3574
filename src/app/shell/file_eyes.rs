//! The eyes on the stack's `.env`: who changed it just now, and what it was before.

use super::{EnvWatch, FolderWatch, PastReader, TooEarly};
use crate::app::Event;
use tokio::sync::mpsc::Sender;

/// Sees when the file changes, and reads its past.
#[derive(Debug)]
pub struct FileEyes {
    /// What sees and reads; away while it does, on a thread that may block.
    hands: Option<(EnvWatch, PastReader)>,
    folder: FolderWatch,
}

impl FileEyes {
    /// Over a file. Starts the kernel's watch, so it stands in a runtime.
    pub fn new(watch: EnvWatch, past: PastReader) -> Self {
        Self { folder: FolderWatch::over(watch.file()), hands: Some((watch, past)) }
    }

    /// Returns when the file may have changed.
    pub async fn changed(&mut self) {
        self.folder.changed().await;
    }

    /// Looks at the file and at its past, and tells what is new. It may be too early for that.
    pub async fn look(&mut self, events: &Sender<Event>) -> Result<(), TooEarly> {
        let Some((mut watch, mut past)) = self.hands.take() else { return Ok(()) };
        let looking = tokio::task::spawn_blocking(move || {
            let told = watch.look_beside_syncs();
            let read = past.read();
            (watch, past, told, read)
        });
        // A look that crashed was the last one; the layers go on being read.
        let Ok((watch, past, told, read)) = looking.await else { return Ok(()) };
        self.hands = Some((watch, past));
        let is_early = told.is_err();
        let changed = told.unwrap_or_default().into_iter().map(|event| Event::EnvChanged(Box::new(event)));
        for event in read.into_iter().chain(changed) {
            // A shell that is gone hears nothing, and that is no error.
            let _ = events.send(event).await;
        }
        if is_early { Err(TooEarly) } else { Ok(()) }
    }
}
