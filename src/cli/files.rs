//! The files of the stack that are read once, after the screen has opened: the change-evidence snapshot,
//! the rows that an embedded database starts with, and the drafts of an earlier console.

use super::context::Context;
use crate::app::shell::Door;
use crate::app::{Access, Event};
use crate::config;
use crate::probes::files::read_regular;
use crate::review::{Contract, Snapshot};
use crate::store::drafts::Drafts;
use crate::timeline::Operation;
use std::path::{Path, PathBuf};
use tokio::sync::mpsc::Sender;

/// The most that is read of a file, in bytes.
const LIMIT: u64 = 8 * 1024 * 1024;

/// Where they are.
#[derive(Clone, Debug)]
pub(super) struct StackFiles {
    snapshot: PathBuf,
    /// The rows that an embedded database starts with; a server's log is other people's.
    seed: Option<PathBuf>,
    /// None in a console that may write nothing.
    drafts: Option<PathBuf>,
}

impl StackFiles {
    /// Of a stack.
    pub(super) fn of(context: &Context) -> Self {
        let (config, writes) = (&context.config, context.access == Access::ReadWrite);
        let embedded = config.store.url.is_embedded() && writes;
        let database = config::default_store(&context.state, &context.root, &config.stack.name);
        Self {
            snapshot: context.root.join(&config.review.snapshot),
            seed: config.timeline.seed.as_ref().filter(|_| embedded).map(|file| context.root.join(file)),
            drafts: writes.then(|| database.with_extension("drafts.db")),
        }
    }

    /// Opens the drafts and tells what stands in them. A disk that refuses is said, and keeps nobody from
    /// looking.
    pub(super) async fn open_drafts(&self, events: &Sender<Event>) -> Option<Drafts> {
        let opened = Drafts::open(self.drafts.as_deref()?).await;
        let texts = match &opened {
            Ok(drafts) => drafts.texts().await,
            Err(error) => Err(error.clone()),
        };
        match texts {
            Ok(texts) => {
                for (key, text) in texts {
                    let _ = events.send(Event::Draft { key, text }).await;
                }
            }
            Err(error) => {
                let _ = events.send(Event::Trouble(format!("nothing can be kept locally: {error}"))).await;
            }
        }
        opened.ok()
    }

    /// Reads the snapshot and the seed; tells the first, returns the second.
    pub(super) async fn tell(&self, events: &Sender<Event>, door: &mut Door) -> Vec<Operation> {
        door.ready().await;
        let files = self.clone();
        let read = tokio::task::spawn_blocking(move || (files.read_snapshot(), files.read_seed())).await;
        let (snapshot, seed) = read.unwrap_or_else(|_| (Err("reading it crashed (a bug)".to_owned()), Ok(Vec::new())));
        let masked = snapshot.map(|mut snapshot| {
            door.snapshot(&mut snapshot);
            Box::new(snapshot)
        });
        let _ = events.send(Event::SnapshotRead(masked)).await;
        match seed {
            // The rows go into the console's own file, so what must not be kept stays out of it.
            Ok(mut seed) => {
                for row in &mut seed {
                    door.operation(row);
                }
                seed
            }
            Err(why) => {
                let _ = events.send(Event::Trouble(why)).await;
                Vec::new()
            }
        }
    }

    /// Reads the change-evidence snapshot, or says why it can't be.
    pub(super) fn read_snapshot(&self) -> Result<Snapshot, String> {
        let bytes = read_limited(&self.snapshot)?;
        Snapshot::parse(&bytes, &Contract::builtin().plan.candidate_prefix).map_err(|error| error.to_string())
    }

    fn read_seed(&self) -> Result<Vec<Operation>, String> {
        let Some(path) = &self.seed else { return Ok(Vec::new()) };
        let bytes = read_limited(path)?;
        config::parse_seed(&name(path), &String::from_utf8_lossy(&bytes)).map_err(|error| error.to_string())
    }
}

/// Reads a regular file of at most 8 MiB.
pub(super) fn read_limited(path: &Path) -> Result<Vec<u8>, String> {
    let mut read = read_regular(path, LIMIT).map_err(|trouble| format!("{} {trouble}", name(path)))?;
    Ok(std::mem::take(&mut *read.bytes))
}

/// A file's own name, for messages.
fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    crate::guard::line(&name).into_owned()
}
