//! `--follow`: rows as they arrive, each once. A tail by `id > last` or by time loses rows: one that was written
//! earlier may be committed later. So what is new is looked for in a window that reaches back, by id.

use super::print::Printer;
use super::{StartError, find, say};
use crate::app::shell::Door;
use crate::store::{Cursor, Search, Store, StoreError};
use crate::timeline::Entry;
use crate::timeline::filter::{Filter, Pushed};
use jiff::{SignedDuration, Timestamp};
use rustix::event::{PollFd, PollFlags, poll};
use std::collections::HashSet;
use std::io::{stderr, stdout};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tokio::time::Instant;

/// What Ctrl-C exits with, as a shell reports SIGINT.
const INTERRUPTED: u8 = 130;
/// How far back is looked after each change: longer than any transaction should be open.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);
/// How far the window reaches back: what is committed later than the overlap is looked for more seldom.
const DEEP: SignedDuration = SignedDuration::from_hours(24);
/// How many rows it holds at least, however old they are.
const LEAST: usize = 512;
/// How many it holds at most of those that are older than the overlap.
const MOST: usize = 20_000;
/// How long after a change the whole window is looked through, at the latest.
const DEEP_EVERY: Duration = Duration::from_secs(30);
/// How many rows are read at a time.
const PAGE: u32 = 512;
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
    let mut tail = Tail::default();
    // The window before the rows: what comes in between is in the rows and not in the window, and so not lost.
    tail.read(store, filter, DEEP).await?;
    let search = Search { filter, now: Timestamp::now(), limit };
    let found = find(&search, store, door, &mut printer.margins).await?.entries;
    tail.know(&found);
    if printer.print(found.iter().rev()).is_err() {
        return Ok(0);
    }
    loop {
        let changed = tokio::select! {
            _ = interrupt.recv() => return Ok(INTERRUPTED),
            () = unread.notified() => return Ok(0),
            changed = next(store, &mut tail, filter) => changed,
        };
        let fresh = changed.map_err(StartError::Store)?;
        let now = Timestamp::now();
        let (mut fresh, digests) = door.identified(fresh);
        fresh.retain(|entry| filter.matches(entry, now));
        match printer.margins.read(store, door, &fresh, digests).await {
            // The rows come without what stands beside them; notes made now are rows of their own.
            Err(error) if error.is_transient() => say(&mut stderr(), &format!("readback: {error}")),
            read => read?,
        }
        if printer.print(fresh.iter().rev()).is_err() {
            return Ok(0);
        }
    }
}

/// The rows that are new after the next change. A database that is away is waited for.
async fn next(store: &impl Store, tail: &mut Tail, filter: &Filter) -> Result<Vec<Entry>, StoreError> {
    let (mut changed, mut back) = tail.wait(store).await;
    loop {
        if changed.is_ok() {
            match tail.read(store, filter, back).await {
                Err(error) if error.is_transient() => changed = Err(error),
                read => return read,
            }
        }
        match changed {
            Err(error) if error.is_transient() => {
                say(&mut stderr(), &format!("readback: {error}; waiting for it"));
                tokio::time::sleep(RETRY).await;
                (changed, back) = (store.changed().await, DEEP);
            }
            Err(error) => return Err(error),
            Ok(()) => {}
        }
    }
}

/// What has been seen of the end of the log.
#[derive(Debug, Default)]
struct Tail {
    /// The rows in the window, by where they come from and their id.
    seen: HashSet<(bool, String)>,
    /// Where the window begins; nothing that is older is new.
    bottom: Option<Cursor>,
    /// When the whole of it has to be looked through, because something has changed.
    due: Option<Instant>,
}

fn name(entry: &Entry) -> (bool, String) {
    (matches!(entry, Entry::Own(_)), entry.id().to_owned())
}

fn place(entry: &Entry) -> Cursor {
    Cursor { at: entry.at(), id: entry.id().to_owned() }
}

impl Tail {
    /// Takes rows for seen.
    fn know(&mut self, entries: &[Entry]) {
        self.seen.extend(entries.iter().map(name));
    }

    /// Whether the row is in the window.
    fn reaches(&self, entry: &Entry) -> bool {
        let above = |bottom: &Cursor| (entry.at(), entry.id()) >= (bottom.at, bottom.id.as_str());
        self.bottom.as_ref().is_none_or(above)
    }

    /// Waits for a change, or until the whole window is due; how far back is to be looked then.
    async fn wait(&mut self, store: &impl Store) -> (Result<(), StoreError>, SignedDuration) {
        let Some(due) = self.due else {
            let changed = store.changed().await;
            self.due = Some(Instant::now() + DEEP_EVERY);
            return (changed, OVERLAP);
        };
        tokio::select! {
            changed = store.changed() => (changed, OVERLAP),
            () = tokio::time::sleep_until(due) => {
                self.due = None;
                (Ok(()), DEEP)
            }
        }
    }

    /// Reads what is no older than that, and the least number of rows; what of it was not seen yet, newest first.
    async fn read(
        &mut self,
        store: &impl Store,
        filter: &Filter,
        back: SignedDuration,
    ) -> Result<Vec<Entry>, StoreError> {
        let now = Timestamp::now();
        let pushed: Pushed = filter.pushed(now);
        let is_first = self.bottom.is_none() && self.seen.is_empty();
        let mut window: Vec<Entry> = Vec::new();
        loop {
            let page = store.page_where(window.last().map(place).as_ref(), PAGE, &pushed).await?;
            let is_last = page.len() < PAGE as usize;
            window.extend(page);
            let is_enough =
                window.len() > LEAST && window.last().is_none_or(|row| row.at() < floor(&window, now, back));
            let is_below = window.last().is_none_or(|entry| match &self.bottom {
                Some(_) => !self.reaches(entry),
                None => is_first && begin(&window, now).is_some(),
            });
            if is_last || is_below || (is_enough && back < DEEP) {
                break;
            }
        }
        window.retain(|entry| self.reaches(entry));
        let fresh: Vec<bool> = window.iter().map(|entry| !self.seen.contains(&name(entry))).collect();
        if back < DEEP {
            self.seen.extend(window.iter().map(name));
        } else {
            let begin = begin(&window, now).map(|at| place(&window[at]));
            self.bottom = begin.or(self.bottom.take());
            // What has left the window is never looked at again, so it need not be remembered.
            self.seen = window.iter().filter(|entry| self.reaches(entry)).map(name).collect();
        }
        Ok(window.into_iter().zip(fresh).filter(|(_, fresh)| *fresh).map(|(entry, _)| entry).collect())
    }
}

/// Where the next window begins in this one: where rows are a day old or too many, but behind the least number of them
/// and those of the overlap.
fn begin(window: &[Entry], now: Timestamp) -> Option<usize> {
    let older_than = |back| {
        let floor = floor(window, now, back);
        window.iter().position(|entry| entry.at() < floor)
    };
    let overlap = older_than(OVERLAP)?;
    let at = older_than(DEEP).map_or(MOST, |deep| deep.min(MOST)).max(overlap).max(LEAST);
    (at < window.len()).then_some(at)
}

/// The moment so long before the newest row. A row that claims to come from the future moves nothing.
fn floor(window: &[Entry], now: Timestamp, back: SignedDuration) -> Timestamp {
    let newest = window.first().map_or(now, |entry| entry.at().min(now));
    newest.checked_sub(back).unwrap_or(Timestamp::MIN)
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

#[cfg(test)]
#[path = "follow_tests.rs"]
mod tests;
