//! What `--follow` has seen. After each change the rows are read that were recorded since the last time; none is lost
//! there, however long its transaction was open. Rows to which a program gives a time of the past (a backfill) are looked
//! for by that time, in a window that reaches back, more seldom.

use crate::app::shell::Door;
use crate::store::{Cursor, Look, Mark, Since, Store, StoreError, Toward};
use crate::timeline::Entry;
use crate::timeline::filter::Filter;
use jiff::{SignedDuration, Timestamp};
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use tokio::time::Instant;

/// How far the window reaches back.
const BACK: SignedDuration = SignedDuration::from_hours(24);
/// How many rows it holds at least, however old they are.
const LEAST: usize = 512;
/// How many it holds at most.
const MOST: usize = 20_000;
/// How long after a change the window is looked through, at the latest.
const WINDOW_EVERY: Duration = Duration::from_secs(30);
/// How many rows are read at a time.
const PAGE: u32 = 500;

/// Digests of rows as they were recorded, by id.
pub(super) type Digests = Vec<(String, Option<String>)>;

/// What has to be read next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// What was recorded since the last time, or the rest of it.
    News,
    /// The window.
    Window,
}

/// Whose questions are asked.
pub(super) struct Asker<'a, S> {
    pub(super) store: &'a S,
    pub(super) door: &'a Door,
    pub(super) filter: &'a Filter,
}

/// A row's name: where it comes from, and its id.
type Name = (bool, String);

fn name(entry: &Entry) -> Name {
    (matches!(entry, Entry::Own(_)), entry.id().to_owned())
}

/// What has been seen of the log.
#[derive(Debug, Default)]
pub(super) struct Tail {
    /// The rows that may be read again, and when they were recorded.
    seen: HashMap<Name, Option<Timestamp>>,
    /// Where the news begin, and what of them was not read yet.
    mark: Option<Mark>,
    rest: Option<Since>,
    /// Where the window begins; nothing that claims to be older is new, unless it is news.
    bottom: Option<Cursor>,
    /// When the window has to be looked through, because something has changed.
    due: Option<Instant>,
}

impl Tail {
    /// What stands now, all of it seen.
    pub(super) async fn begin<S: Store>(asker: &Asker<'_, S>) -> Result<Self, StoreError> {
        let mut tail = Self { mark: Some(asker.store.tail(None, 0, &asker.pushed()).await?.mark), ..Self::default() };
        tail.window(asker).await?;
        loop {
            tail.news(asker).await?;
            if tail.rest.is_none() {
                return Ok(tail);
            }
        }
    }

    /// Takes rows for seen.
    pub(super) fn know(&mut self, entries: &[Entry]) {
        self.seen.extend(entries.iter().map(|entry| (name(entry), entry.recorded_at())));
    }

    /// Waits until something is due.
    pub(super) async fn wait(&mut self, store: &impl Store) -> (Result<(), StoreError>, Due) {
        if self.rest.is_some() {
            return (Ok(()), Due::News);
        }
        let Some(due) = self.due else {
            let changed = store.changed().await;
            self.due = Some(Instant::now() + WINDOW_EVERY);
            return (changed, Due::News);
        };
        tokio::select! {
            changed = store.changed() => (changed, Due::News),
            () = tokio::time::sleep_until(due) => {
                self.due = None;
                (Ok(()), Due::Window)
            }
        }
    }

    /// Reads what is due; what of it is asked for and was not seen yet, oldest first.
    pub(super) async fn read<S: Store>(
        &mut self,
        asker: &Asker<'_, S>,
        due: Due,
    ) -> Result<(Vec<Entry>, Digests), StoreError> {
        match due {
            Due::News => self.news(asker).await,
            Due::Window => self.window(asker).await,
        }
    }

    /// A page of what was recorded since the mark.
    async fn news<S: Store>(&mut self, asker: &Asker<'_, S>) -> Result<(Vec<Entry>, Digests), StoreError> {
        let since = self.rest.clone().or_else(|| self.mark.map(Since::from));
        let read = asker.store.tail(since.as_ref(), PAGE, &asker.pushed()).await?;
        if self.rest.is_none() {
            // The mark of the first page: what comes while the others are read is read again.
            self.mark = Some(read.mark);
        }
        self.rest = read.more;
        let (mut fresh, digests) = asker.door.identified(read.rows);
        let now = Timestamp::now();
        fresh.retain(|entry| asker.filter.matches(entry, now) && !self.seen.contains_key(&name(entry)));
        self.know(&fresh);
        Ok((fresh, digests))
    }

    /// Everything in the window. What has left it is never looked for again, so it need not be remembered.
    async fn window<S: Store>(&mut self, asker: &Asker<'_, S>) -> Result<(Vec<Entry>, Digests), StoreError> {
        let now = Timestamp::now();
        let floor = now.checked_sub(BACK).unwrap_or(Timestamp::MIN);
        let (mut names, mut fresh, mut digests) = (HashSet::new(), Vec::new(), Digests::new());
        let mut from: Option<Cursor> = None;
        let bottom = loop {
            let look =
                Look { filter: asker.filter, now, from: from.as_ref(), toward: Toward::Older, limit: PAGE as usize };
            let looked = look.run(asker.store, |page| {
                let (page, of_page) = asker.door.identified(page);
                digests.extend(of_page);
                page
            });
            let looked = looked.await?;
            for entry in looked.entries {
                let is_in = self.is_above(entry.at(), entry.id()) && names.insert(name(&entry));
                if is_in && !self.seen.contains_key(&name(&entry)) {
                    fresh.push(entry);
                }
            }
            let ids: HashSet<&str> = fresh.iter().map(Entry::id).collect();
            digests.retain(|(id, _)| ids.contains(id.as_str()));
            from = looked.reached;
            let Some(reached) = from.as_ref().filter(|_| !looked.end) else { break None };
            let is_old = reached.at < floor && names.len() >= LEAST;
            if is_old || names.len() >= MOST || !self.is_above(reached.at, &reached.id) {
                break from;
            }
        };
        self.know(&fresh);
        // It only moves up: of what is below it nothing was remembered.
        let place = |cursor: &Cursor| (cursor.at, cursor.id.clone());
        self.bottom = bottom.into_iter().chain(self.bottom.take()).max_by_key(place);
        let mark = self.mark;
        let comes_again = |at: &Option<Timestamp>| mark.is_none_or(|mark| at.is_none_or(|at| !mark.is_past_at(at)));
        self.seen.retain(|name, at| names.contains(name) || comes_again(at));
        fresh.reverse();
        Ok((fresh, digests))
    }

    fn is_above(&self, at: Timestamp, id: &str) -> bool {
        self.bottom.as_ref().is_none_or(|bottom| (at, id) >= (bottom.at, bottom.id.as_str()))
    }
}

impl<S> Asker<'_, S> {
    fn pushed(&self) -> crate::timeline::filter::Pushed {
        self.filter.pushed(Timestamp::now())
    }
}

#[cfg(test)]
#[path = "tail_tests.rs"]
mod tests;
