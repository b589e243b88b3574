//! Looks from any place, either way, and histograms: both say what the whole timeline says.

use crate::support::bench::{Bench, at, everything, id, operation, own, step, story};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use readback::store::{Access, AnyStore, Cursor, Look, Place, Store, StoreError, Toward};
use readback::timeline::filter::{Filter, Pushed};
use readback::timeline::{Counts, Entry, EventType, Grid, Histogram, NewOperation, OwnEvent, OwnKind, Weight};

/// Rows of many times: some equal, some far apart, some of the far ends of the calendar.
async fn fill(bench: &Bench) -> AnyStore {
    let store = bench.open(Access::ReadWrite).await;
    for n in 0..12i64 {
        let row = NewOperation {
            event_type: if n % 3 == 0 { EventType::AlertReceived } else { EventType::UserAction },
            success: Some(n % 4 != 0),
            ..operation(&id())
        };
        store.append(&row).await.unwrap();
        let kind = [OwnKind::Note, OwnKind::ConfigChanged, OwnKind::ProbeSampled][n as usize % 3];
        let day = 86_400_000_000;
        store.append_own(&OwnEvent { kind, ..own(&id(), at(n / 3 * 40 * day)) }).await.unwrap();
    }
    for version in 0..4 {
        store.record(&step("r", version, None)).await.unwrap();
    }
    for far in ["0001-01-01T00:00:00Z".parse().unwrap(), Timestamp::MAX] {
        store.append_own(&own(&id(), far)).await.unwrap();
    }
    store
}

fn place(entry: &Entry) -> Cursor {
    Cursor { at: entry.at(), id: entry.id().to_owned() }
}

fn ids(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(Entry::id).collect()
}

story!(pages_toward_newer_rows_are_the_others_backwards on sqlite, memory, postgres);
async fn pages_toward_newer_rows_are_the_others_backwards(bench: &Bench) {
    let store = fill(bench).await;
    let mut all = everything(&store).await;
    all.reverse();
    for size in [1u32, 3, 7, 100] {
        let mut read: Vec<Entry> = Vec::new();
        loop {
            let cursor = read.last().map(place);
            let from = cursor.as_ref().map_or(Place::Oldest, Place::After);
            let page = store.page_from(from, size, &Pushed::default()).await.unwrap();
            let is_last = page.len() < size as usize;
            read.extend(page);
            if is_last {
                break;
            }
        }
        assert_eq!(ids(&read), ids(&all), "pages of {size}");
    }
    let moment = Cursor { at: at(40 * 86_400_000_000), id: String::new() };
    let (older, newer) = (Place::Before(&moment), Place::After(&moment));
    let older = store.page_from(older, 1, &Pushed::default()).await.unwrap();
    let newer = store.page_from(newer, 1, &Pushed::default()).await.unwrap();
    assert!(older[0].at() < moment.at && newer[0].at() == moment.at, "a moment's own rows are on its newer side");
}

story!(a_look_finds_what_fits_either_way_step_by_step on sqlite, memory, postgres);
async fn a_look_finds_what_fits_either_way_step_by_step(bench: &Bench) {
    let store = fill(bench).await;
    let now = Timestamp::now();
    let all = everything(&store).await;
    for text in ["", "type=NOTE", "success=false", "type=CONFIG_CHANGED since=2024-01-01", "detail=~\".*sign.*\"", "x"]
    {
        let filter = Filter::parse(text, &TimeZone::UTC).unwrap();
        let mut expected: Vec<Entry> = all.iter().filter(|entry| filter.matches(entry, now)).cloned().collect();
        for toward in [Toward::Older, Toward::Newer] {
            let (mut found, mut reached) = (Vec::new(), None);
            loop {
                let look = Look { filter: &filter, now, from: reached.as_ref(), toward, limit: 2 };
                let looked = look.run(&store, |page| page).await.unwrap();
                found.extend(looked.entries);
                if looked.end {
                    break;
                }
                assert!(looked.reached.is_some() && looked.reached != reached, "{text}: it gets further");
                reached = looked.reached;
            }
            assert_eq!(ids(&found), ids(&expected), "{text} {toward:?}");
            expected.reverse();
        }
    }
}

story!(a_histogram_counts_what_the_pages_hold on sqlite, memory, postgres);
async fn a_histogram_counts_what_the_pages_hold(bench: &Bench) {
    let store = fill(bench).await;
    let all = everything(&store).await;
    let now = Timestamp::now();
    let day = |back: i64| at(0).checked_sub(SignedDuration::from_hours(24 * back)).unwrap();
    for (from, width_s, buckets) in [(day(1), 86_400, 130), (day(400), 7 * 86_400, 1_000), (at(0), 1, 3)] {
        // Grids begin at whole seconds.
        let from = Timestamp::from_second(from.as_second()).unwrap();
        let grid = Grid { from, width_s, buckets };
        for text in ["", "type=USER_ACTION", "type=NOTE", "success=false", "incident=INC-1", "type=HANDED_OVER"] {
            let pushed = Filter::parse(text, &TimeZone::UTC).unwrap().pushed(now);
            let mut expected = Histogram::new(grid);
            all.iter().filter(|entry| pushed.admits(entry)).for_each(|entry| expected.add(entry));
            let counted = store.histogram(&grid, &pushed).await.unwrap();
            assert!(counted == expected, "{text} {grid:?}");
        }
    }
    let grid = Grid { from: day(1), width_s: 86_400, buckets: 1_000 };
    let counted = store.histogram(&grid, &Pushed::default()).await.unwrap();
    let worst: Vec<_> = counted.buckets.iter().filter_map(Counts::worst).collect();
    assert!(worst.contains(&Weight::Failure), "{worst:?}");
}

story!(a_histogram_of_more_buckets_than_any_screen_has_is_refused on sqlite, memory, postgres);
async fn a_histogram_of_more_buckets_than_any_screen_has_is_refused(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    for (width_s, buckets) in [(60, 0), (60, 1_001), (0, 10)] {
        let asked = store.histogram(&Grid { from: at(0), width_s, buckets }, &Pushed::default()).await;
        assert!(matches!(asked, Err(StoreError::Refused(_))), "{asked:?}");
    }
}

story!(a_histogram_of_whole_hours_counts_what_the_pages_hold on sqlite, memory, postgres);
async fn a_histogram_of_whole_hours_counts_what_the_pages_hold(bench: &Bench) {
    let store = fill(bench).await;
    if !matches!(bench, Bench::Memory) {
        for (id, kind, success, at) in [
            ("early", "RESOLVED", "FALSE", "1969-12-31T23:59:59.999999Z"),
            ("zero", "RESOLVED", "NULL", "1970-01-01T00:00:00Z"),
            ("edge", "SILENCED", "TRUE", "2024-02-01T00:59:59.999999Z"),
            ("next", "SILENCED", "FALSE", "2024-02-01T01:00:00Z"),
            ("other", "HANDED_OVER", "NULL", "2024-02-01T01:30:00Z"),
        ] {
            let at: Timestamp = at.parse().unwrap();
            let (kind, at) = match (bench, kind) {
                // Its type says which there are.
                (Bench::Postgres(_), "HANDED_OVER") => ("ESCALATED", format!("'{at}'")),
                (Bench::Postgres(_), kind) => (kind, format!("'{at}'")),
                (_, kind) => (kind, at.as_microsecond().to_string()),
            };
            let columns = "INSERT INTO alert_operation_log (id, event_type, success, created_at)";
            bench.sql(&format!("{columns} VALUES ('{id}', '{kind}', {success}, {at})")).await.unwrap();
        }
    }
    agree(&store).await;
    if let Bench::Sqlite(_) = bench {
        // A file of an earlier console has not got the counts: they are made when it is opened.
        store.close().await;
        bench.sql("DROP TRIGGER readback_log_hour_count; DROP TABLE readback_log_hour").await.unwrap();
        let read_only = bench.open(Access::ReadOnly).await;
        agree(&read_only).await;
        read_only.close().await;
        let store = bench.open(Access::ReadWrite).await;
        store.append(&operation(&id())).await.unwrap();
        agree(&store).await;
    }
}

/// Whether the histograms say what the rows do.
async fn agree(store: &AnyStore) {
    let (all, now) = (everything(store).await, Timestamp::now());
    for (from, width_s, buckets) in [
        ("1969-12-31T00:00:00Z", 3_600, 48),
        ("2024-02-01T00:00:00Z", 3_600, 3),
        ("2023-10-01T00:00:00Z", 86_400, 900),
        ("1969-01-01T00:00:00Z", 31_536_000, 100),
    ] {
        let grid = Grid { from: from.parse().unwrap(), width_s, buckets };
        for text in
            ["", "type=USER_ACTION", "type=SILENCED success=true", "success=false", "actor=\"console:ann\"", "since=1h"]
        {
            let pushed = Filter::parse(text, &TimeZone::UTC).unwrap().pushed(now);
            let mut expected = Histogram::new(grid);
            all.iter().filter(|entry| pushed.admits(entry)).for_each(|entry| expected.add(entry));
            let counted = store.histogram(&grid, &pushed).await.unwrap();
            assert!(counted == expected, "{text} {grid:?}");
        }
    }
}
