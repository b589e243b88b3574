//! Questions to the store: filtered pages are the unfiltered ones, filtered.

use crate::support::bench::{Bench, at, everything, id, own, step, story};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use readback::store::{Access, AnyStore, Cursor, Search, Store};
use readback::timeline::filter::{Filter, Pushed};
use readback::timeline::{Entry, EventType, NewOperation, OwnEvent, OwnKind};

const ROWS: usize = 120;
const FILTERS: usize = 60;

fn now() -> Timestamp {
    Timestamp::now()
}

fn name(names: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    prop::sample::select(names.to_vec()).prop_map(|name| (!name.is_empty()).then(|| name.to_owned()))
}

fn incident() -> impl Strategy<Value = Option<String>> {
    name(&["", "INC-1", "INC-2", "inc-1", "事"])
}

fn actor() -> impl Strategy<Value = Option<String>> {
    name(&["", "ann", "Ann", "telegram:1", "console:ann", "o'brien; --"])
}

fn operation() -> impl Strategy<Value = NewOperation> {
    (prop::sample::select(EventType::ALL.to_vec()), incident(), actor(), any::<Option<bool>>()).prop_map(
        |(event_type, incident_id, actor, success)| NewOperation {
            event_type,
            incident_id,
            actor,
            success,
            ..crate::support::bench::operation(&id())
        },
    )
}

fn event() -> impl Strategy<Value = OwnEvent> {
    (prop::sample::select(OwnKind::ALL.to_vec()), incident(), actor(), any::<Option<bool>>(), 0i64..6).prop_map(
        |(kind, incident_id, actor, success, micros)| OwnEvent {
            kind,
            incident_id,
            actor,
            success,
            ..own(&id(), at(micros))
        },
    )
}

fn filter() -> impl Strategy<Value = String> {
    let term = prop::sample::select(vec![
        "type=USER_ACTION",
        "type=resolved",
        "type=NOTE",
        "type=REVIEW_EVENT",
        "type=PROBE_CHANGED",
        "type!=NOTE",
        "type=HANDED_OVER",
        "type=FROM_THE_FUTURE",
        "incident=INC-1",
        "incident=\"\"",
        "incident!=INC-2",
        "incident=事",
        "actor=ann",
        "actor=console:ann",
        "actor=\"o'brien; --\"",
        "actor=~\"(?i)ann\"",
        "actor!=ann",
        "success=true",
        "success=false",
        "success=none",
        "success!=true",
        "since=1h",
        "until=1h",
        "since=2023-11-14T22:13:20.000002Z",
        "until=2023-11-14T22:13:20.000003005Z",
        "since=2023-11-14T22:13:20.000001Z",
        "until=-009999-01-02T01:59:59Z",
        "\"sign-off\"",
        "(incident=INC-1 or success=true)",
        "since=-009999-01-02T01:59:59Z",
    ]);
    prop::collection::vec(term, 0..4).prop_map(|terms| terms.join(" "))
}

/// Reads page after page, as far as they go.
async fn narrowed(store: &AnyStore, pushed: &Pushed, size: u32) -> Vec<Entry> {
    let mut all: Vec<Entry> = Vec::new();
    loop {
        let cursor = all.last().map(|entry| Cursor { at: entry.at(), id: entry.id().to_owned() });
        let page = store.page_where(cursor.as_ref(), size, pushed).await.unwrap();
        let is_last = page.len() < size as usize;
        all.extend(page);
        if is_last {
            return all;
        }
    }
}

story!(filtered_pages_are_the_unfiltered_ones_filtered on sqlite, memory, postgres);
async fn filtered_pages_are_the_unfiltered_ones_filtered(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let mut runner = TestRunner::deterministic();
    for n in 0..ROWS {
        if n % 2 == 0 {
            store.append(&operation().new_tree(&mut runner).unwrap().current()).await.unwrap();
        } else {
            store.append_own(&event().new_tree(&mut runner).unwrap().current()).await.unwrap();
        }
    }
    for version in 0..6 {
        store.record(&step("r", version, None)).await.unwrap();
    }
    if !matches!(bench, Bench::Memory) {
        bench
            .sql(
                "INSERT INTO readback_event SELECT 'later', incident_id, 'FROM_THE_FUTURE', subject, actor, summary,
                   success, context, occurred_at, recorded_at FROM readback_event LIMIT 1",
            )
            .await
            .unwrap();
    }
    let all = everything(&store).await;
    assert!(all.len() > 80, "{}", all.len());
    let mut found_some = 0;
    for _ in 0..FILTERS {
        let text = filter().new_tree(&mut runner).unwrap().current();
        let (filter, now) = (Filter::parse(&text, &TimeZone::UTC).unwrap(), now());
        let expected: Vec<_> = all.iter().filter(|entry| filter.matches(entry, now)).cloned().collect();
        let pushed = filter.pushed(now);
        for size in [3, 1_000] {
            let pages = narrowed(&store, &pushed, size).await;
            assert!(pages.is_sorted_by(|a, b| a.newest_first(b).is_lt()), "{text}");
            let fitting: Vec<_> = pages.into_iter().filter(|entry| filter.matches(entry, now)).collect();
            assert_eq!(fitting, expected, "{text}, pages of {size}");
        }
        let search = Search { filter: &filter, now, limit: 5 };
        let found = search.run(&store, |page| page).await.unwrap();
        assert_eq!(found.entries, expected[..expected.len().min(5)], "{text}");
        // Where enough was found, what is behind it need not have been read.
        assert!(found.complete || expected.len() >= 5, "{text}");
        assert!(!found.complete || expected.len() <= 5, "{text}");
        found_some += usize::from(!expected.is_empty());
    }
    assert!(found_some > FILTERS / 4, "{found_some}");
}

story!(a_row_that_can_not_fit_is_not_read on sqlite, memory, postgres);
async fn a_row_that_can_not_fit_is_not_read(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    for n in 0..10 {
        let row = NewOperation { incident_id: Some(format!("INC-{n}")), ..crate::support::bench::operation(&id()) };
        store.append(&row).await.unwrap();
        store.append_own(&own(&id(), at(n))).await.unwrap();
    }
    for (text, rows) in [
        ("incident=INC-3", 1),
        ("type=USER_ACTION", 10),
        ("type=PROBE_CHANGED", 10),
        ("type=RESOLVED", 0),
        ("type=HANDED_OVER", 0),
        ("actor=nobody", 0),
        ("success=false", 10),
        ("since=1h", 10),
        ("until=1h", 10),
        ("", 20),
    ] {
        let filter = Filter::parse(text, &TimeZone::UTC).unwrap();
        let found = Search { filter: &filter, now: now(), limit: 100 }.run(&store, |page| page).await.unwrap();
        assert_eq!((found.read, found.entries.len()), (rows, rows), "{text}");
    }
}
