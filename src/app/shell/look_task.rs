//! Looks and counts: questions to the database that a person scrolls by. Each takes a moment at most, and says how far
//! it got; what is left is asked again.

use super::door::Door;
use crate::app::{Count, Counted, Look, Looked};
use crate::store::{self, AnyStore, Place, Store, StoreError};
use crate::timeline::filter::Pushed;
use crate::timeline::{Entry, Grid, Histogram};
use std::time::{Duration, Instant};

/// How long is counted, if that takes no longer than one bucket.
const LONGEST: Duration = Duration::from_millis(250);
/// Counting so long takes no more buckets at a time than before.
const QUICK: Duration = Duration::from_millis(60);

/// Looks for rows that fit.
pub(super) async fn look(store: &AnyStore, door: &Door, look: Look) -> Result<Looked, StoreError> {
    let Look { number, filter, now, from, toward, limit } = look;
    let asked = store::Look { filter: &filter, now, from: from.as_ref(), toward, limit };
    let store::Looked { entries, read, reached, end } = asked.run(store, |page| door.entries(page)).await?;
    Ok(Looked { number, toward, entries, read, reached, end })
}

/// Counts as many of the newest buckets as can be counted in a moment: a few at first, because nobody knows how many
/// rows are in them.
pub(super) async fn count(store: &AnyStore, count: Count) -> Result<Counted, StoreError> {
    let began = Instant::now();
    let pushed = count.filter.pushed(count.now);
    let oldest = store.page_from(Place::Oldest, 1, &Pushed::default()).await?.first().map(Entry::at);
    let (mut left, mut at_once) = (count.grid.buckets, 1);
    let mut counted = Vec::new();
    while left > 0 && (counted.is_empty() || began.elapsed() < LONGEST) {
        let buckets = at_once.min(left);
        left -= buckets;
        let grid = Grid { from: count.grid.begin(left), buckets, ..count.grid };
        // What ends before the first row is empty, and need not be asked.
        let mut histogram = Histogram::new(grid);
        let asked = Instant::now();
        if oldest.is_some_and(|oldest| oldest < grid.until()) {
            histogram = store.histogram(&grid, &pushed).await?;
        }
        if asked.elapsed() < QUICK {
            at_once *= 2;
        }
        histogram.buckets.extend(std::mem::take(&mut counted));
        counted = histogram.buckets;
    }
    let grid = Grid { from: count.grid.begin(left), buckets: count.grid.buckets - left, ..count.grid };
    Ok(Counted { number: count.number, histogram: Histogram { grid, buckets: counted }, oldest })
}
