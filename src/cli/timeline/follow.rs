//! `--follow`: rows as they arrive, each once.

use super::print::Printer;
use super::tail::{Asker, Digests, Due, Tail};
use super::{StartError, find, say};
use crate::app::shell::Door;
use crate::store::{Search, Store, StoreError};
use crate::timeline::Entry;
use crate::timeline::filter::Filter;
use jiff::Timestamp;
use rustix::event::{PollFd, PollFlags, poll};
use std::io::{stderr, stdout};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

/// What Ctrl-C exits with, as a shell reports SIGINT.
const INTERRUPTED: u8 = 130;
/// How long a store that can't be read is left alone.
const RETRY: Duration = Duration::from_secs(1);

/// Prints what there is, then what comes, until Ctrl-C or until nobody reads; the exit code.
pub(super) async fn run(
    store: &impl Store,
    door: &Door,
    filter: &Filter,
    limit: usize,
    printer: &mut Printer,
) -> Result<u8, StartError> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(StartError::io("Ctrl-C can't be handled"))?;
    let unread = unread().map_err(StartError::io("the end of the pipe can't be watched"))?;
    let asker = Asker { store, door, filter };
    // What is seen before what is printed: what comes in between is printed and not seen, and so not lost.
    let mut tail = Tail::begin(&asker).await?;
    let search = Search { filter, now: Timestamp::now(), limit };
    let found = find(&search, store, door, &mut printer.margins).await?.entries;
    tail.know(&found);
    if printer.print(found.iter().rev()).is_err() {
        return Ok(0);
    }
    loop {
        let fresh = tokio::select! {
            _ = interrupt.recv() => return Ok(INTERRUPTED),
            () = unread.notified() => return Ok(0),
            fresh = next(&asker, &mut tail) => fresh,
        };
        let (fresh, digests) = fresh.map_err(StartError::Store)?;
        match printer.margins.read(store, door, &fresh, digests).await {
            // The rows come without what stands beside them; notes made now are rows of their own.
            Err(error) if error.is_transient() => say(&mut stderr(), &format!("readback: {error}")),
            read => read?,
        }
        if printer.print(fresh.iter()).is_err() {
            return Ok(0);
        }
    }
}

/// The rows that are new after the next change, oldest first. A database that is away is waited for.
async fn next<S: Store>(asker: &Asker<'_, S>, tail: &mut Tail) -> Result<(Vec<Entry>, Digests), StoreError> {
    let (mut changed, mut due) = tail.wait(asker.store).await;
    loop {
        if changed.is_ok() {
            match tail.read(asker, due).await {
                Err(error) if error.is_transient() => changed = Err(error),
                read => return read,
            }
        }
        match changed {
            Err(error) if error.is_transient() => {
                say(&mut stderr(), &format!("readback: {error}; waiting for it"));
                tokio::time::sleep(RETRY).await;
                (changed, due) = (asker.store.changed().await, Due::News);
            }
            Err(error) => return Err(error),
            Ok(()) => {}
        }
    }
}

/// Tells when nobody reads stdout any more, also while nothing is written.
fn unread() -> std::io::Result<Arc<Notify>> {
    let out: OwnedFd = stdout().as_fd().try_clone_to_owned()?;
    let (gone, tell) = (Arc::new(Notify::new()), PollFlags::HUP | PollFlags::ERR);
    let notify = Arc::clone(&gone);
    std::thread::Builder::new().name("stdout".to_owned()).spawn(move || {
        loop {
            // No events are asked for: only what is reported unasked wakes it.
            let mut fds = [PollFd::new(&out, PollFlags::empty())];
            match poll(&mut fds, None) {
                Ok(_) if fds[0].revents().intersects(tell) => return notify.notify_one(),
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
            }
        }
    })?;
    Ok(gone)
}
