//! What a person waits for.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use readback::store::{AnyStore, Cursor, Look, Place, Store, Toward};
use readback::timeline::filter::{Filter, Pushed};
use readback::timeline::{Entry, Grid};
use std::time::{Duration, Instant};

const PAGE: u32 = 200;
const TRIES: usize = 15;

/// Measures everything.
pub(crate) async fn all(store: &AnyStore, rows: u64) {
    let now = Timestamp::now();
    let ago = |hours: i64| now.checked_sub(SignedDuration::from_hours(hours)).unwrap();
    often("first page", async |_| {
        assert_eq!(store.page(None, PAGE).await.unwrap().len(), PAGE as usize);
    })
    .await;
    often("page 5 days back", async |n| page(store, ago(5 * 24 + n)).await).await;
    often("jump to a time half a year back, both ways", async |n| {
        let cursor = Cursor { at: ago(180 * 24 + n), id: String::new() };
        page(store, cursor.at).await;
        let newer = store.page_from(Place::After(&cursor), PAGE, &Pushed::default()).await.unwrap();
        assert_eq!(newer.len(), PAGE as usize);
    })
    .await;
    often("filter by incident, all of its 200 rows", async |n| {
        let incident = rows / 200 / 20 * (n as u64 % 15 + 1);
        assert_eq!(look(store, &format!("incident=INC-{incident}"), now).await.len(), 200);
    })
    .await;
    often("filter by a rare actor, to the end", async |_| {
        assert_eq!(look(store, "actor=rare", now).await.len() as u64, rows.div_ceil(1_000_000));
    })
    .await;
    often("filter by failures, the first 200", async |_| {
        assert!(look_for(store, "success=false", now, 200).await.len() >= 200);
    })
    .await;
    let day = Grid { from: whole(ago(24)), width_s: 900, buckets: 96 };
    often("histogram of 24 h, 96 buckets", async |_| {
        store.histogram(&day, &Pushed::default()).await.unwrap();
    })
    .await;
    everything(store, ago(24 * 365), rows).await;
}

async fn page(store: &AnyStore, at: Timestamp) {
    let cursor = Cursor { at, id: String::new() };
    assert_eq!(store.page(Some(&cursor), PAGE).await.unwrap().len(), PAGE as usize);
}

async fn look(store: &AnyStore, filter: &str, now: Timestamp) -> Vec<Entry> {
    look_for(store, filter, now, usize::MAX).await
}

async fn look_for(store: &AnyStore, filter: &str, now: Timestamp, limit: usize) -> Vec<Entry> {
    let filter = Filter::parse(filter, &TimeZone::UTC).unwrap();
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let look = Look { filter: &filter, now, from: from.as_ref(), toward: Toward::Older, limit };
        let looked = look.run(store, |page| page).await.unwrap();
        found.extend(looked.entries);
        if looked.end || found.len() >= limit {
            return found;
        }
        from = looked.reached;
    }
}

/// A year in 96 buckets, one question a bucket, as the console asks where they are full.
async fn everything(store: &AnyStore, from: Timestamp, rows: u64) {
    // As the console asks: four days a bucket, counted since 1970.
    let width_s = 4 * 86_400;
    let first = from.as_second().div_euclid(i64::from(width_s)) * i64::from(width_s);
    let grid = Grid { from: Timestamp::from_second(first).unwrap(), width_s, buckets: 96 };
    let (mut counted, mut longest) = (0, Duration::ZERO);
    let began = Instant::now();
    for bucket in (0..96).rev() {
        let asked = Instant::now();
        let one = Grid { from: grid.begin(bucket), buckets: 1, ..grid };
        counted += store.histogram(&one, &Pushed::default()).await.unwrap().buckets[0].rows();
        longest = longest.max(asked.elapsed());
    }
    println!(
        "{:<44} {:>10} ms, the longest question {} ms",
        "histogram of everything, 96 buckets",
        began.elapsed().as_millis(),
        longest.as_millis()
    );
    // A row may lie on the very end.
    assert!(rows - counted <= rows / 90, "{counted}");
}

fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap()
}

/// The first time, the median and the longest.
async fn often(what: &str, mut run: impl AsyncFnMut(i64)) {
    let mut times = Vec::new();
    for n in 0..TRIES {
        let began = Instant::now();
        run(n as i64).await;
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    let first = times[0];
    times.sort_by(f64::total_cmp);
    println!("{what:<44} {:>10.1} ms, first {first:.1} ms, longest {:.1} ms", times[TRIES / 2], times[TRIES - 1]);
}
