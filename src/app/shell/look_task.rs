//! Looks and counts: questions to the database that a person scrolls by. Each takes a moment at most, and says how far
//! it got; what is left is asked again.

use super::door::Door;
use crate::app::{Count, Counted, Look, Looked};
use crate::store::{self, AnyStore, StoreError, Tally};
use crate::timeline::{Entry, Grid, Histogram};
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// How long is counted, if that takes no longer than one bucket.
const LONGEST: Duration = Duration::from_millis(250);

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

/// Counts as many of the newest buckets as can be counted in a moment, one at least.
pub(super) async fn count(store: &AnyStore, count: Count) -> Result<Counted, StoreError> {
    let Count { number, grid, filter, now } = count;
    let pushed = filter.pushed(now);
    let began = Instant::now();
    let mut tally = Tally::begin(grid, store).await?;
    let mut histogram = Histogram::new(grid);
    while tally.left() > 0 {
        let is_late = began.elapsed() >= LONGEST;
        if is_late && tally.is_at_border() && tally.left() < grid.buckets {
            break;
        }
        tally.next(store, &pushed, is_late).await?.iter().for_each(|bin| histogram.count(bin));
    }
    let skipped = tally.left();
    histogram.buckets.drain(..skipped as usize);
    histogram.grid = Grid { from: grid.begin(skipped), buckets: grid.buckets - skipped, ..grid };
    Ok(Counted { number, histogram, oldest: tally.oldest() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::store::{Access, MemoryStore, Store};
    use crate::timeline::filter::{Filter, Pushed};
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
        let store = AnyStore::Memory(Box::new(memory));
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
