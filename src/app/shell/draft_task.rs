//! Keeps what is being written, half a second after the last key: a text of a thousand keys is written a
//! few times, and a console that is killed loses at most that half second.

use crate::store::drafts::Drafts;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::Instant;

/// How long after a key the text is kept.
const QUIET: Duration = Duration::from_millis(500);

/// Runs until nobody writes any more; what is left then is kept before it returns.
pub async fn keep_drafts(drafts: Option<Drafts>, mut texts: Receiver<(String, String)>) {
    let mut changed: BTreeMap<String, String> = BTreeMap::new();
    let mut due: Option<Instant> = None;
    loop {
        let quiet = async {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            text = texts.recv() => {
                let Some((key, text)) = text else { break };
                changed.insert(key, text);
                due.get_or_insert(Instant::now() + QUIET);
            }
            () = quiet => {
                keep(drafts.as_ref(), &mut changed).await;
                due = None;
            }
        }
    }
    keep(drafts.as_ref(), &mut changed).await;
}

/// All at once: a text without the place where it was being written would not be gone on with.
async fn keep(drafts: Option<&Drafts>, changed: &mut BTreeMap<String, String>) {
    let changed = std::mem::take(changed);
    if let Some(drafts) = drafts
        && let Err(error) = drafts.put_texts(&changed).await
    {
        tracing::warn!(%error, "a draft could not be kept");
    }
}
