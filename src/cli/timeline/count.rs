//! Rows that fit, counted and not printed.

use crate::app::shell::Door;
use crate::store::{Cursor, Look, Place, Store, StoreError, Tally, Toward};
use crate::timeline::filter::{Filter, Pushed};
use crate::timeline::{Bin, Entry, Grid};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// How many rows are looked for at a time where the database can't tell which fit.
const PAGE: usize = 1_000;

/// From when to when there are rows that may fit; `None` where there are none.
pub(super) async fn reach(
    store: &impl Store,
    filter: &Filter,
    now: Timestamp,
) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
    let at = async |place| {
        let page = store.page_from(place, 1, &Pushed::default()).await?;
        Ok::<_, StoreError>(page.first().map(Entry::at))
    };
    let (Some(oldest), Some(newest)) = (at(Place::Oldest).await?, at(Place::Newest).await?) else { return Ok(None) };
    let pushed = filter.pushed(now);
    let from = pushed.since.map_or(oldest, |since| since.max(oldest));
    let until = pushed.until.map_or(newest, |until| until.min(newest));
    Ok((from <= until).then_some((from, until)))
}

/// How many rows fit in each bucket, by type and by how they went. The database counts where it can tell which fit;
/// otherwise they are read, a page at a time.
pub(super) async fn count(
    store: &impl Store,
    door: &Door,
    filter: &Filter,
    grid: Grid,
    now: Timestamp,
) -> Result<Vec<Bin>, StoreError> {
    let mut sums: BTreeMap<(u32, String, Option<bool>), u64> = BTreeMap::new();
    let mut add = |bin: Bin| *sums.entry((bin.bucket, bin.type_name, bin.success)).or_default() += bin.rows;
    if filter.is_pushed() {
        let pushed = filter.pushed(now);
        let mut tally = Tally::begin(grid, store).await?;
        while tally.left() > 0 {
            tally.next(store, &pushed, false).await?.into_iter().for_each(&mut add);
        }
    } else {
        let mut from = Some(Cursor { at: grid.until(), id: String::new() });
        loop {
            let look = Look { filter, now, from: from.as_ref(), toward: Toward::Older, limit: PAGE };
            // What is masked is masked before it is compared, as everywhere.
            let looked = look.run(store, |page| door.entries(page)).await?;
            looked.entries.iter().filter_map(|entry| Bin::of(entry, &grid)).for_each(&mut add);
            let is_before = looked.reached.as_ref().is_none_or(|reached| reached.at < grid.from);
            if looked.end || is_before {
                break;
            }
            from = looked.reached;
        }
    }
    let bin = |((bucket, type_name, success), rows)| Bin { bucket, type_name, success, rows };
    Ok(sums.into_iter().map(bin).collect())
}

/// The grid of so wide buckets, counted since 1970, that holds all of a stretch.
pub(super) fn grid(from: Timestamp, until: Timestamp, width_s: u32) -> Grid {
    let width = i64::from(width_s.max(1));
    let (first, last) = (from.as_second().div_euclid(width), until.as_second().div_euclid(width));
    let from = Timestamp::from_second(first.saturating_mul(width)).unwrap_or(Timestamp::MIN);
    Grid { from, width_s, buckets: u32::try_from(last - first + 1).unwrap_or(u32::MAX) }
}
