//! Looks and counts: questions to the database that a person scrolls by. Each takes a moment at most, and says how far
//! it got; what is left is asked again.

use super::door::Door;
use crate::app::{Count, Counted, Look, Looked};
use crate::store::{self, AnyStore, Place, Store, StoreError};
use crate::timeline::filter::Pushed;
use crate::timeline::{Counts, Entry, Grid, Histogram};
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// How long is counted, if that takes no longer than one bucket.
const LONGEST: Duration = Duration::from_millis(250);
/// What took less is followed by twice as much at a time, what took more by half as much.
const QUICK: Duration = Duration::from_millis(60);
/// The widest stretch that is counted at a time, while it is not known to be quick.
const DAY_S: u32 = 86_400;
/// How many are counted at a time at most.
const MOST: u32 = 500;

/// Digests of rows as they were recorded, by id.
pub(super) type Digests = Vec<(String, Option<String>)>;

/// Looks for rows that fit.
pub(super) async fn look(store: &AnyStore, door: &Door, look: Look) -> Result<(Looked, Digests), StoreError> {
    let Look { number, filter, now, from, toward, limit } = look;
    let asked = store::Look { filter: &filter, now, from: from.as_ref(), toward, limit };
    let mut digests = Digests::new();
    let looked = asked.run(store, |page| {
        let (page, of_page) = door.identified(page);
        digests.extend(of_page);
        page
    });
    let store::Looked { entries, read, reached, end } = looked.await?;
    let found: HashSet<&str> = entries.iter().map(Entry::id).collect();
    digests.retain(|(id, _)| found.contains(id.as_str()));
    Ok((Looked { number, toward, entries, read, reached, end }, digests))
}

/// Counts as many of the newest buckets as can be counted in a moment. A wide bucket is counted by the day: nobody knows
/// how many rows are in it, and a statement that goes through ten million of them would end at its deadline.
pub(super) async fn count(store: &AnyStore, count: Count) -> Result<Counted, StoreError> {
    let Count { number, grid, filter, now } = count;
    let pushed = filter.pushed(now);
    let oldest = store.page_from(Place::Oldest, 1, &Pushed::default()).await?.first().map(Entry::at);
    // Every width from a day on is of whole days.
    let width_s = grid.width_s.clamp(1, DAY_S);
    let in_bucket = (grid.width_s / width_s).max(1);
    let units = Grid { width_s, buckets: grid.buckets.saturating_mul(in_bucket), ..grid };
    let (began, mut left, mut at_once) = (Instant::now(), units.buckets, 1);
    let mut counted: Vec<Counts> = Vec::new();
    while left > 0 {
        let is_late = began.elapsed() >= LONGEST;
        if is_late && left % in_bucket == 0 && !counted.is_empty() {
            break;
        }
        let to_border = (left - 1) % in_bucket + 1;
        let buckets = at_once.min(if is_late { to_border } else { left }).min(MOST);
        left -= buckets;
        let part = Grid { from: units.begin(left), buckets, ..units };
        let mut histogram = Histogram::new(part);
        let asked = Instant::now();
        // What ends before the first row is empty, and need not be asked.
        if oldest.is_some_and(|oldest| oldest < part.until()) {
            histogram = store.histogram(&part, &pushed).await?;
        }
        at_once = if asked.elapsed() < QUICK { at_once.saturating_mul(2) } else { (at_once / 2).max(1) };
        counted.splice(..0, histogram.buckets);
    }
    let skipped = left / in_bucket;
    let grid = Grid { from: grid.begin(skipped), buckets: grid.buckets - skipped, ..grid };
    let sum = |units: &[Counts]| units.iter().copied().fold(Counts::default(), Counts::plus);
    let buckets = counted.chunks(in_bucket as usize).map(sum).collect();
    Ok(Counted { number, histogram: Histogram { grid, buckets }, oldest })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::store::{Access, MemoryStore};
    use crate::timeline::filter::Filter;
    use crate::timeline::{OwnEvent, OwnKind};
    use jiff::{SignedDuration, Timestamp};

    #[tokio::test]
    async fn what_is_counted_by_the_day_is_what_one_question_says() {
        let memory = MemoryStore::new(Access::ReadOnly);
        let from = Timestamp::constant(1_700_006_400, 0);
        for n in 0..500i64 {
            memory.put(Entry::Own(OwnEvent {
                id: n.to_string(),
                incident_id: None,
                kind: OwnKind::Note,
                subject: String::new(),
                actor: None,
                summary: String::new(),
                success: (n % 9 == 0).then_some(false),
                context: serde_json::Value::Null,
                occurred_at: from.checked_add(SignedDuration::from_hours(n * n % 2_000)).unwrap(),
                recorded_at: None,
            }));
        }
        let store = AnyStore::Memory(memory);
        for (width_s, buckets) in [(604_800, 12), (86_400, 84), (900, 900), (31_536_000, 1)] {
            let grid = Grid { from, width_s, buckets };
            let asked = Count { number: 7, grid, filter: Filter::default(), now: from };
            let counted = count(&store, asked).await.unwrap();
            let whole = store.histogram(&grid, &Pushed::default()).await.unwrap();
            // Where there was no time for all, the newest are there.
            let newest = whole.buckets.len() - counted.histogram.buckets.len();
            assert_eq!(counted.histogram.buckets, whole.buckets[newest..], "{width_s}");
            assert_eq!(counted.histogram.grid.until(), grid.until());
        }
    }
}
