//! Who changed what, when and why: beside the backup, and in the store. Keys, lengths and keyed fingerprints only.

use crate::cli::context::Context;
use crate::env::sync::Plan;
use crate::guard::line;
use crate::store::{Access, AnyStore, Store, StoreError};
use crate::timeline::{OwnEvent, OwnKind};
use jiff::Timestamp;
use serde_json::json;
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

/// Writes the reason beside the backup. That it can't be written keeps nobody from syncing: the store has it too.
pub(super) fn beside(backup: &Path, at: Timestamp, by: &str, why: &str, plan: &Plan) {
    let keys: Vec<&str> = plan.changes.iter().map(|planned| planned.key.as_str()).collect();
    let text = json!({ "at": at, "by": by, "why": why, "before": "readback env sync", "keys": keys });
    let mut path = backup.as_os_str().to_owned();
    path.push(".why");
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let _ = file.and_then(|mut file| writeln!(file, "{text}"));
}

/// The event that tells a sync.
pub(super) fn synced(context: &Context, plan: &Plan, at: Timestamp, by: &str, why: &str, backup: &str) -> OwnEvent {
    let keys: Vec<&str> = plan.changes.iter().map(|planned| planned.key.as_str()).collect();
    OwnEvent {
        id: uuid::Uuid::now_v7().to_string(),
        incident_id: None,
        kind: OwnKind::ConfigChanged,
        subject: line(&context.config.env.file.to_string_lossy()).into_owned(),
        actor: Some(format!("console:{}", line(by))),
        summary: format!("synced from the secrets: {}", keys.join(", ")),
        success: Some(true),
        context: json!({ "by": "sync", "why": line(why), "backup": backup, "changes": plan.changes }),
        occurred_at: at,
        recorded_at: None,
    }
}

/// Appends what happened to the store; an error says why it is not there.
pub(super) fn in_the_store(context: &Context, by_hand: Option<&OwnEvent>, synced: &OwnEvent) -> Result<(), String> {
    let runtime = crate::cli::console::runtime().map_err(|error| error.to_string())?;
    let url = context.store_url().map_err(|error| error.to_string())?;
    let appended = runtime.block_on(async {
        let append = async {
            let store = AnyStore::open(&url, Access::ReadWrite).await?;
            for event in by_hand.into_iter().chain([synced]) {
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
