//! The end of the timeline, read again each time it may have changed. A tail by `id > last` or by time loses rows: one
//! that was written earlier may be committed later. So what is read reaches back, and who keeps rows knows them by id.

use super::{Cursor, Place, Store, StoreError};
use crate::timeline::Entry;
use crate::timeline::filter::Pushed;
use jiff::{SignedDuration, Timestamp};

/// How many rows are read at a time; as many are read at least, however old they are.
const PAGE: u32 = 512;
/// How far back rows are read again: longer than any transaction should be open.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// The newest rows, newest first, without a gap, and whether nothing is older. `now` is the reader's clock; a row that
/// claims to come from the future moves nothing. About `most` rows are read, however many came within the overlap.
pub async fn newest(store: &impl Store, now: Timestamp, most: usize) -> Result<(Vec<Entry>, bool), StoreError> {
    let mut rows: Vec<Entry> = Vec::new();
    let mut reached: Option<Cursor> = None;
    let mut floor = None;
    loop {
        let place = reached.as_ref().map_or(Place::Newest, Place::Before);
        let page = store.page_from(place, PAGE, &Pushed::default()).await?;
        let complete = page.len() < PAGE as usize;
        rows.extend(page);
        let newest = rows.first().map_or(now, |row| row.at().min(now));
        let floor = *floor.get_or_insert_with(|| newest.checked_sub(OVERLAP).unwrap_or(Timestamp::MIN));
        let is_old = rows.last().is_none_or(|row| row.at() < floor);
        if complete || is_old || rows.len() >= most {
            return Ok((rows, complete));
        }
        reached = rows.last().map(Entry::cursor);
    }
}
