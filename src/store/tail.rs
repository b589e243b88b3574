//! The end of the timeline. A tail by `id > last` or by time loses rows: one that was written earlier may be committed
//! later, and what the console tells of an hour ago may be recorded only now. So each reading leaves a mark: nothing that
//! was recorded before it can still come. What was recorded since the mark is read again, and who keeps rows knows them
//! by id.

use super::narrow::Asked;
use super::{Cursor, Place, Store, StoreError};
use crate::timeline::Entry;
use crate::timeline::filter::Pushed;
use jiff::{SignedDuration, Timestamp};

/// The earliest time that any engine is asked for: `PostgreSQL`'s calendar begins later than ours.
const EARLIEST: Timestamp = Timestamp::constant(-62_135_596_800, 0);
/// How many rows are read at a time; as many are read at least, however old they are.
const PAGE: u32 = 512;
/// How far back the newest rows reach at the start.
const RECENT: SignedDuration = SignedDuration::from_mins(10);

/// A moment: whatever was recorded before it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(Timestamp);

/// What a row may be older than the transaction that writes it: its time is told before that begins, where it waits for a
/// lock, and no call of a console takes longer than its deadline.
const SLACK: SignedDuration = SignedDuration::from_secs(10);

impl Mark {
    /// Nothing comes any more that was recorded before this moment, but for what was on its way to be.
    pub(super) fn before(moment: Timestamp) -> Self {
        Self(moment.checked_sub(SLACK).unwrap_or(Timestamp::MIN))
    }

    /// Whether the row is one that is seen: it need not be remembered by its id.
    pub fn is_past(self, entry: &Entry) -> bool {
        entry.recorded_at().is_some_and(|at| self.is_past_at(at))
    }

    /// The same of a row that was recorded then.
    pub fn is_past_at(self, at: Timestamp) -> bool {
        at < self.0
    }
}

/// Where a tail begins: at a mark, or within what was recorded since.
#[derive(Clone, Debug, PartialEq)]
pub struct Since {
    mark: Mark,
    after: Option<Cursor>,
}

impl Since {
    /// The question, of what was recorded since. Its own times are about when things happened: the reader sees to those.
    pub(super) fn narrow(&self, pushed: &Pushed) -> Pushed {
        Pushed { since: Some(self.mark.0.max(EARLIEST)), until: None, ..pushed.clone() }
    }

    /// One row more than are wanted, to see whether there are others.
    pub(super) fn asked<'a>(&'a self, narrowed: &'a Pushed, most: u32) -> Asked<'a> {
        let place = self.after.as_ref().map_or(Place::Oldest, Place::After);
        Asked { place, limit: most.saturating_add(1), pushed: narrowed }
    }

    /// Whether the row is of what is asked.
    pub(super) fn admits(&self, entry: &Entry) -> bool {
        let is_after = |cursor: &Cursor| key(entry) > (Some(cursor.at), cursor.id.as_str());
        !self.mark.is_past(entry) && self.after.as_ref().is_none_or(is_after)
    }
}

impl From<Mark> for Since {
    fn from(mark: Mark) -> Self {
        Self { mark, after: None }
    }
}

/// What was recorded since.
#[derive(Clone, Debug, PartialEq)]
pub struct Tail {
    /// In the order of recording; those that were seen before the mark was left may be among them.
    pub rows: Vec<Entry>,
    /// Where to go on, if these are not all.
    pub more: Option<Since>,
    /// Where the next tail begins, once all of this one is read.
    pub mark: Mark,
}

impl Tail {
    /// Nothing but the next mark.
    pub(super) fn empty(mark: Mark) -> Self {
        Self { rows: Vec::new(), more: None, mark }
    }

    /// The first `most` of these.
    pub(super) fn of(mut rows: Vec<Entry>, since: &Since, most: u32, mark: Mark) -> Self {
        rows.sort_by(|a, b| key(a).cmp(&key(b)));
        let is_all = rows.len() <= most as usize;
        rows.truncate(most as usize);
        let last = || rows.last().and_then(|row| Some(Cursor { at: row.recorded_at()?, id: row.id().to_owned() }));
        let more = if is_all { None } else { last().map(|after| Since { mark: since.mark, after: Some(after) }) };
        Self { rows, more, mark }
    }
}

/// By what the rows of a tail are ordered.
fn key(entry: &Entry) -> (Option<Timestamp>, &str) {
    (entry.recorded_at(), entry.id())
}

/// The newest rows, newest first, without a gap, and whether nothing is older. `now` is the reader's clock; a row that
/// claims to come from the future moves nothing. Those of the last minutes, and a page at least; about `most`, however
/// many came within these.
pub async fn newest(store: &impl Store, now: Timestamp, most: usize) -> Result<(Vec<Entry>, bool), StoreError> {
    let is_recent =
        |row: &Entry, newest: Timestamp| row.at() >= newest.min(now).checked_sub(RECENT).unwrap_or(Timestamp::MIN);
    read_while(store, most, is_recent).await
}

/// The newest `most` rows, or a few more, newest first, and whether nothing is older.
pub async fn head(store: &impl Store, most: usize) -> Result<(Vec<Entry>, bool), StoreError> {
    read_while(store, most, |_, _| true).await
}

/// Reads pages while their last row is wanted; it is compared with the time of the first.
async fn read_while(
    store: &impl Store,
    most: usize,
    is_wanted: impl Fn(&Entry, Timestamp) -> bool,
) -> Result<(Vec<Entry>, bool), StoreError> {
    let mut rows: Vec<Entry> = Vec::new();
    let mut reached: Option<Cursor> = None;
    loop {
        let place = reached.as_ref().map_or(Place::Newest, Place::Before);
        let page = store.page_from(place, PAGE, &Pushed::default()).await?;
        let complete = page.len() < PAGE as usize;
        rows.extend(page);
        let goes_on = rows.first().zip(rows.last()).is_some_and(|(first, last)| is_wanted(last, first.at()));
        if complete || !goes_on || rows.len() >= most {
            return Ok((rows, complete));
        }
        reached = rows.last().map(Entry::cursor);
    }
}
