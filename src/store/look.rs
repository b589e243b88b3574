//! A look at the timeline from any place, either way, for rows that fit: the store narrows, the rest is asked after
//! reading. A look ends after a bounded effort and says how far it got, so that a rare row among ten million is found
//! step by step and nothing else has to wait for it.

use super::{Cursor, Place, Store, StoreError, Toward};
use crate::timeline::Entry;
use crate::timeline::filter::{Filter, Pushed};
use jiff::{SignedDuration, Timestamp};
use std::time::{Duration, Instant};

/// How many rows are read at a time.
const PAGE: u32 = 1_000;
/// How many rows a look reads before it rests.
const MOST: usize = 20_000;
/// How long it goes on, if that takes no longer than a page.
const LONGEST: Duration = Duration::from_millis(300);
/// The first stretch of time that an engine has to go through for rows that it finds without an index.
const FIRST_STRETCH: SignedDuration = SignedDuration::from_mins(10);
/// A stretch that took less is followed by a longer one, one that took more by a shorter one.
const QUICK: Duration = Duration::from_millis(40);
const SLOW: Duration = Duration::from_millis(250);

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The question.
    pub filter: &'a Filter,
    /// The time it is asked at.
    pub now: Timestamp,
    /// Where it begins; `None` at the newest row, or the oldest.
    pub from: Option<&'a Cursor>,
    /// Which way it goes.
    pub toward: Toward,
    /// How many rows are enough.
    pub limit: usize,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looked {
    /// The rows that fit, the nearest first; more than were enough where a page had more.
    pub entries: Vec<Entry>,
    /// How many rows were read for them.
    pub read: usize,
    /// How far it got: where to go on.
    pub reached: Option<Cursor>,
    /// Whether nothing is left that way.
    pub end: bool,
}

impl Look<'_> {
    /// Looks until enough is found, nothing is left, or it has taken long enough. `seen` takes each page on its way
    /// in: what it masks is masked before it is compared.
    pub async fn run(
        &self,
        store: &impl Store,
        mut seen: impl FnMut(Vec<Entry>) -> Vec<Entry>,
    ) -> Result<Looked, StoreError> {
        let began = Instant::now();
        let pushed = self.filter.pushed(self.now);
        let mut found = Looked { reached: self.from.cloned(), ..Looked::default() };
        let mut stretches = if pushed.is_rare() { Some(Stretches::new(self, &pushed, store).await?) } else { None };
        loop {
            let stretch = stretches.as_ref().and_then(|stretches| stretches.next(found.reached.as_ref()));
            let narrowed = stretch.map_or_else(|| pushed.clone(), |border| self.within(&pushed, border));
            let asked = Instant::now();
            let page = store.page_from(self.place(found.reached.as_ref()), PAGE, &narrowed).await?;
            if let Some(stretches) = &mut stretches {
                stretches.took(asked.elapsed());
            }
            found.read += page.len();
            match (page.len() < PAGE as usize, stretch) {
                (true, None) => found.end = true,
                (true, Some(border)) => found.reached = Some(self.behind(border)),
                (false, _) => found.reached = page.last().map(Entry::cursor),
            }
            found.entries.extend(seen(page).into_iter().filter(|entry| self.filter.matches(entry, self.now)));
            let is_enough = found.entries.len() >= self.limit || found.read >= MOST || began.elapsed() >= LONGEST;
            if found.end || is_enough {
                return Ok(found);
            }
        }
    }

    fn place<'a>(&self, reached: Option<&'a Cursor>) -> Place<'a> {
        match (self.toward, reached) {
            (Toward::Older, None) => Place::Newest,
            (Toward::Older, Some(cursor)) => Place::Before(cursor),
            (Toward::Newer, None) => Place::Oldest,
            (Toward::Newer, Some(cursor)) => Place::After(cursor),
        }
    }

    /// The question, of rows on this side of the border alone.
    fn within(&self, pushed: &Pushed, border: Timestamp) -> Pushed {
        let mut narrowed = pushed.clone();
        match self.toward {
            Toward::Older => narrowed.since = Some(pushed.since.map_or(border, |since| since.max(border))),
            Toward::Newer => narrowed.until = Some(pushed.until.map_or(border, |until| until.min(border))),
        }
        narrowed
    }

    /// A place behind every row on this side of the border, and before every other. Rows of the border's own moment
    /// are on this side.
    fn behind(&self, border: Timestamp) -> Cursor {
        let micro = SignedDuration::from_micros(1);
        let at = match self.toward {
            Toward::Older => border,
            Toward::Newer => border.checked_add(micro).unwrap_or(Timestamp::MAX),
        };
        Cursor { at, id: String::new() }
    }
}

/// Stretches of time, one after the other: as long as an engine goes through in a moment. A statement that had to go
/// through ten million rows would end at its deadline, and read as a database that is gone.
struct Stretches {
    toward: Toward,
    /// Where the first begins.
    start: Timestamp,
    /// Nothing is beyond; what is, lies in the last stretch.
    last: Timestamp,
    length: SignedDuration,
}

impl Stretches {
    async fn new(look: &Look<'_>, pushed: &Pushed, store: &impl Store) -> Result<Self, StoreError> {
        let oldest = store.page_from(Place::Oldest, 1, &Pushed::default()).await?;
        let oldest = oldest.first().map_or(look.now, Entry::at);
        let oldest = pushed.since.map_or(oldest, |since| since.max(oldest));
        let newest = pushed.until.map_or(look.now, |until| until.min(look.now));
        let (start, last) = match look.toward {
            Toward::Older => (newest, oldest),
            Toward::Newer => (oldest, newest),
        };
        Ok(Self { toward: look.toward, start: cut(start), last, length: FIRST_STRETCH })
    }

    /// Where the next one ends; nowhere, where it is the last.
    fn next(&self, reached: Option<&Cursor>) -> Option<Timestamp> {
        let from = reached.map_or(self.start, |cursor| cut(cursor.at));
        match self.toward {
            Toward::Older => from.checked_sub(self.length).ok().filter(|border| *border > self.last),
            Toward::Newer => from.checked_add(self.length).ok().filter(|border| *border < self.last),
        }
    }

    fn took(&mut self, elapsed: Duration) {
        if elapsed < QUICK {
            self.length = self.length.checked_mul(4).unwrap_or(self.length);
        } else if elapsed > SLOW {
            self.length = (self.length / 4).max(SignedDuration::from_secs(10));
        }
    }
}

/// Whole microseconds, as the engines keep them.
fn cut(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}
