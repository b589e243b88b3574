//! Who changed what, when and why: beside the backup, and in the store. Keys, lengths and keyed fingerprints only.

use crate::cli::context::Context;
use crate::env::sync::Note;
use crate::store::{Access, AnyStore, Store, StoreError};
use crate::timeline::OwnEvent;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

/// How long the store may take.
const WITHIN: Duration = Duration::from_secs(10);

/// Who runs this: the name behind `sudo` too, for that is the person.
pub(super) fn who() -> String {
    let name = |variable: &str| std::env::var(variable).ok().filter(|name| !name.is_empty());
    let user = name("USER").unwrap_or_else(|| format!("uid-{}", rustix::process::getuid().as_raw()));
    match name("SUDO_USER").filter(|sudo| *sudo != user) {
        Some(sudo) => format!("{sudo} as {user}"),
        None => user,
    }
}

/// Writes the note beside the backup, on the disk before the file is replaced: where this is killed then, or the store
/// does not answer, the next look tells the sync from it. That it can't be written keeps nobody from syncing.
pub(super) fn beside(backup: &Path, note: &Note) {
    let mut path = backup.as_os_str().to_owned();
    path.push(".why");
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let _ = file.and_then(|mut file| {
        writeln!(file, "{}", serde_json::to_string(note)?)?;
        file.sync_all()
    });
}

/// Appends what happened to the store; an error says why it is not there.
pub(super) fn in_the_store(context: &Context, events: &[OwnEvent]) -> Result<(), String> {
    let runtime = crate::cli::console::runtime().map_err(|error| error.to_string())?;
    let url = context.store_url().map_err(|error| error.to_string())?;
    let appended = runtime.block_on(async {
        let append = async {
            let store = AnyStore::open(&url, Access::ReadWrite).await?;
            for event in events {
                store.append_own(event).await?;
            }
            store.close().await;
            Ok::<(), StoreError>(())
        };
        tokio::time::timeout(WITHIN, append).await
    });
    runtime.shutdown_background();
    match appended {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err("the store did not answer in time".to_owned()),
    }
}
