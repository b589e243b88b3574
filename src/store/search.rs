//! The newest rows that fit a filter, however old they are.

use super::look::Look;
use super::{Cursor, Store, StoreError, Toward};
use crate::timeline::Entry;
use crate::timeline::filter::Filter;
use jiff::Timestamp;

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
        let mut found = Found::default();
        let mut reached: Option<Cursor> = None;
        while found.entries.len() < self.limit && !found.complete {
            let limit = self.limit - found.entries.len();
            let look =
                Look { filter: self.filter, now: self.now, from: reached.as_ref(), toward: Toward::Older, limit };
            let looked = look.run(store, &mut seen).await?;
            found.entries.extend(looked.entries);
            found.read += looked.read;
            found.complete = looked.end;
            reached = looked.reached;
        }
        found.complete &= found.entries.len() <= self.limit;
        found.entries.truncate(self.limit);
        Ok(found)
    }
}
