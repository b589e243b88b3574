//! The tail: every row that comes within the overlap comes once, whatever its time.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::store::{Access, MemoryStore};
use crate::timeline::{EventType, NewOperation, Operation};
use proptest::prelude::*;

fn row(id: &str, at: Timestamp) -> Entry {
    let row = NewOperation::new(id, EventType::UserAction);
    Entry::Operation(Operation { row, raw_type: None, created_at: at })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_row_that_is_committed_late_comes_and_none_comes_twice(
        old in 0usize..1_500,
        rounds in prop::collection::vec(prop::collection::vec(-3_600_000i64..590_000, 0..150), 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (store, filter, mut tail) = (MemoryStore::new(Access::ReadOnly), Filter::default(), Tail::default());
            let start = Timestamp::now();
            let before = |millis: i64| start.checked_sub(SignedDuration::from_millis(millis)).unwrap();
            for n in 0..old {
                store.put(row(&format!("old-{n}"), before(n as i64 * 2_000)));
            }
            let first = tail.read(&store, &filter, DEEP).await.unwrap();
            prop_assert!(first.len() >= old.min(LEAST) && tail.seen.len() <= first.len());
            for (round, times) in rounds.into_iter().enumerate() {
                let mut expected: Vec<String> = Vec::new();
                for (n, millis) in times.into_iter().enumerate() {
                    // Before now within the overlap, or claimed to be in the future.
                    let id = format!("{round}-{n}");
                    store.put(row(&id, before(millis)));
                    expected.push(id);
                }
                let fresh = tail.read(&store, &filter, if round % 2 == 0 { OVERLAP } else { DEEP }).await.unwrap();
                let mut ids: Vec<_> = fresh.iter().map(|entry| entry.id().to_owned()).collect();
                ids.sort();
                expected.sort();
                prop_assert_eq!(ids, expected);
            }
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_row_that_is_committed_hours_late_comes_with_the_next_deep_look_once() {
    let (store, filter, mut tail) = (MemoryStore::new(Access::ReadOnly), Filter::default(), Tail::default());
    let before = |minutes: i64| Timestamp::now().checked_sub(SignedDuration::from_mins(minutes)).unwrap();
    for n in 0..2_000 {
        store.put(row(&format!("old-{n}"), before(n)));
    }
    tail.read(&store, &filter, DEEP).await.unwrap();
    for (id, minutes) in [("late", 20 * 60), ("prompt", 0), ("too-late", 40 * 60)] {
        store.put(row(id, before(minutes)));
    }
    let mut ids = Vec::new();
    for back in [OVERLAP, OVERLAP, DEEP, DEEP, OVERLAP] {
        let fresh = tail.read(&store, &filter, back).await.unwrap();
        ids.push(fresh.iter().map(|entry| entry.id().to_owned()).collect::<Vec<_>>().join(" "));
    }
    assert_eq!(ids, ["prompt", "", "late", "", ""]);
}

#[tokio::test(start_paused = true)]
async fn after_a_change_the_whole_window_is_due_within_half_a_minute() {
    let (store, mut tail) = (MemoryStore::new(Access::ReadOnly), Tail::default());
    store.put(row("one", Timestamp::now()));
    assert_eq!(tail.wait(&store).await, (Ok(()), OVERLAP));
    let began = Instant::now();
    assert_eq!(tail.wait(&store).await, (Ok(()), DEEP), "nothing else has changed");
    assert!(began.elapsed() <= DEEP_EVERY + Duration::from_millis(10));
}
