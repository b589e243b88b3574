//! Rows that fit a filter, page by page: the store narrows, the rest is asked after reading.

use super::{Cursor, Store, StoreError};
use crate::timeline::Entry;
use crate::timeline::filter::Filter;
use jiff::Timestamp;

/// How many rows are read at a time.
const PAGE: u32 = 1_000;

/// What is looked for, and how the rows are seen.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// The question.
    pub filter: &'a Filter,
    /// The time it is asked at.
    pub now: Timestamp,
    /// How many rows are wanted at most.
    pub limit: usize,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The rows that fit, newest first.
    pub entries: Vec<Entry>,
    /// How many rows were read for them.
    pub read: usize,
    /// Whether nothing older is left to read.
    pub complete: bool,
}

impl Search<'_> {
    /// Reads until enough is found or nothing is left. `seen` takes each page on its way in: what it masks is
    /// masked before it is compared, so that no question can feel its way to what must not be seen.
    pub async fn run(
        &self,
        store: &impl Store,
        mut seen: impl FnMut(Vec<Entry>) -> Vec<Entry>,
    ) -> Result<Found, StoreError> {
        let pushed = self.filter.pushed(self.now);
        let mut found = Found::default();
        let mut before: Option<Cursor> = None;
        while found.entries.len() < self.limit {
            let page = store.page_where(before.as_ref(), PAGE, &pushed).await?;
            found.read += page.len();
            found.complete = page.len() < PAGE as usize;
            before = page.last().map(|entry| Cursor { at: entry.at(), id: entry.id().to_owned() });
            found.entries.extend(seen(page).into_iter().filter(|entry| self.filter.matches(entry, self.now)));
            if found.complete {
                break;
            }
        }
        found.complete &= found.entries.len() <= self.limit;
        found.entries.truncate(self.limit);
        Ok(found)
    }
}
