//! Paging: whatever the times, every row comes once, in one order.

use crate::support::bench::{Bench, at, everything, id, operation, own, step, story};
use jiff::Timestamp;
use proptest::prelude::*;
use readback::store::{Access, AnyStore, Cursor, MemoryStore, Store};
use readback::timeline::{Entry, Operation};

/// Reads page after page.
async fn pages(store: &impl Store, size: u32) -> Vec<Entry> {
    let mut all: Vec<Entry> = Vec::new();
    loop {
        let cursor = all.last().map(|entry| Cursor { at: entry.at(), id: entry.id().to_owned() });
        let page = store.page(cursor.as_ref(), size).await.unwrap();
        if page.is_empty() {
            return all;
        }
        assert!(page.len() <= size as usize);
        all.extend(page);
    }
}

story!(pages_of_every_size_bring_every_row_once on sqlite, memory, postgres);
async fn pages_of_every_size_bring_every_row_once(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    for version in 0..6 {
        store.append(&operation(&id())).await.unwrap();
        store.append_own(&own(&id(), at(version / 3))).await.unwrap();
        // Upper case sorts before lower in bytes, and after it in most collations.
        store.append_own(&own(&format!("{}{version}", if version % 2 == 0 { "a" } else { "B" }), at(1))).await.unwrap();
        store.record(&step("r", version as u64, None)).await.unwrap();
    }
    let first = "0001-01-01T00:00:00Z".parse().unwrap();
    for far in [first, Timestamp::MAX] {
        store.append_own(&own(&id(), far)).await.unwrap();
    }
    let earlier = store.append_own(&own(&id(), Timestamp::MIN)).await.unwrap_err();
    assert!(earlier.to_string().contains("occurred_at is before the year 1"), "{earlier}");
    let all = everything(&store).await;
    assert_eq!(all.len(), 26);
    assert!(all.is_sorted_by(|a, b| a.newest_first(b).is_lt()));
    for size in [1, 2, 3, 7, 26, 100] {
        assert_eq!(pages(&store, size).await, all, "pages of {size}");
    }
}

proptest! {
    #[test]
    fn rows_of_equal_times_are_neither_lost_nor_repeated(
        rows in prop::collection::vec((0i64..4, any::<bool>()), 0..40),
        size in 1u32..9,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let memory = MemoryStore::new(Access::ReadOnly);
            for (n, (micros, logged)) in rows.iter().enumerate() {
                let id = format!("{:x}", (n * 2_654_435_761) % 4_294_967_296);
                memory.put(if *logged {
                    Entry::Operation(Operation { row: operation(&id), raw_type: None, created_at: at(*micros) })
                } else {
                    Entry::Own(own(&id, at(*micros)))
                });
            }
            let store = AnyStore::Memory(Box::new(memory));
            let all = pages(&store, size).await;
            prop_assert_eq!(all.len(), rows.len());
            prop_assert!(all.is_sorted_by(|a, b| a.newest_first(b).is_lt()));
            Ok(())
        })?;
    }
}
