//! The tail: every row that is recorded comes once, whatever its time.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::guard::Watch;
use crate::store::{Access, MemoryStore};
use crate::timeline::{EventType, NewOperation, Operation, OwnEvent, OwnKind};
use proptest::prelude::*;

fn row(id: &str, at: Timestamp) -> Entry {
    let row = NewOperation::new(id, EventType::UserAction);
    Entry::Operation(Operation { row, raw_type: None, created_at: at })
}

/// An event of then, recorded now.
fn told_late(id: &str, occurred_at: Timestamp) -> Entry {
    Entry::Own(OwnEvent {
        id: id.to_owned(),
        incident_id: None,
        kind: OwnKind::ConfigChanged,
        subject: ".env".to_owned(),
        actor: None,
        summary: String::new(),
        success: None,
        context: serde_json::Value::Null,
        occurred_at,
        recorded_at: None,
    })
}

fn ids(read: &(Vec<Entry>, Digests)) -> Vec<&str> {
    read.0.iter().map(Entry::id).collect()
}

/// Reads the news to their end.
async fn all_news<S: Store>(tail: &mut Tail, asker: &Asker<'_, S>) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let read = tail.read(asker, Due::News).await.unwrap();
        assert!(read.0.len() <= PAGE as usize);
        found.extend(ids(&read).into_iter().map(str::to_owned));
        if tail.rest.is_none() {
            return found;
        }
    }
}

fn door() -> Door {
    super::super::door_of(Watch::default())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_row_that_is_recorded_comes_and_none_comes_twice(
        old in 0usize..1_500,
        rounds in prop::collection::vec(prop::collection::vec(-3_600_000i64..50_000_000, 0..150), 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (store, door, filter) = (MemoryStore::new(Access::ReadOnly), door(), Filter::default());
            let asker = Asker { store: &store, door: &door, filter: &filter };
            let start = Timestamp::now();
            let before = |millis: i64| start.checked_sub(SignedDuration::from_millis(millis)).unwrap();
            for n in 0..old {
                store.put(row(&format!("old-{n}"), before(n as i64 * 2_000)));
            }
            let mut tail = Tail::begin(&asker).await.unwrap();
            prop_assert!(tail.seen.len() <= old && tail.seen.len() >= old.min(LEAST));
            for (round, times) in rounds.into_iter().enumerate() {
                let mut expected: Vec<String> = Vec::new();
                for (n, millis) in times.into_iter().enumerate() {
                    let id = format!("{round}-{n}");
                    // Of the past or the future: an event that is told late, or a row with a time of its own that is in
                    // the window, now and then.
                    let is_row = n % 2 == 0 && before(millis) > start.checked_sub(BACK).unwrap();
                    store.put(if is_row { row(&id, before(millis)) } else { told_late(&id, before(millis)) });
                    expected.push(id);
                }
                let mut found = all_news(&mut tail, &asker).await;
                found.extend(ids(&tail.read(&asker, Due::Window).await.unwrap()).into_iter().map(str::to_owned));
                found.sort();
                expected.sort();
                prop_assert_eq!(found, expected);
            }
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_row_of_hours_ago_comes_with_the_next_look_at_the_window_once() {
    let (store, door, filter) = (MemoryStore::new(Access::ReadOnly), door(), Filter::default());
    let asker = Asker { store: &store, door: &door, filter: &filter };
    let before = |minutes: i64| Timestamp::now().checked_sub(SignedDuration::from_mins(minutes)).unwrap();
    for n in 0..2_000 {
        store.put(row(&format!("old-{n}"), before(n)));
    }
    let mut tail = Tail::begin(&asker).await.unwrap();
    for (id, minutes) in [("late", 20 * 60), ("prompt", 0), ("too-late", 40 * 60)] {
        store.put(row(id, before(minutes)));
    }
    store.put(told_late("told-late", before(90 * 60)));
    let mut found = Vec::new();
    for due in [Due::News, Due::News, Due::Window, Due::Window, Due::News] {
        found.push(ids(&tail.read(&asker, due).await.unwrap()).join(" "));
    }
    assert_eq!(found, ["prompt told-late", "", "late", "", ""]);
}

#[tokio::test]
async fn what_is_remembered_does_not_grow_with_what_came() {
    let (store, door, filter) =
        (MemoryStore::new(Access::ReadOnly), door(), Filter::parse("type=SILENCED", &jiff::tz::TimeZone::UTC).unwrap());
    let asker = Asker { store: &store, door: &door, filter: &filter };
    let mut tail = Tail::begin(&asker).await.unwrap();
    let start = Timestamp::now();
    for n in 0..5_000i64 {
        store.put(row(&n.to_string(), start.checked_add(SignedDuration::from_millis(n)).unwrap()));
    }
    assert_eq!(all_news(&mut tail, &asker).await, Vec::<String>::new());
    assert_eq!(tail.seen.len(), 0, "what is not asked for need not be known");
}

#[tokio::test(start_paused = true)]
async fn after_a_change_the_window_is_due_within_half_a_minute() {
    let (store, mut tail) = (MemoryStore::new(Access::ReadOnly), Tail::default());
    store.put(row("one", Timestamp::now()));
    assert_eq!(tail.wait(&store).await, (Ok(()), Due::News));
    let began = Instant::now();
    assert_eq!(tail.wait(&store).await, (Ok(()), Due::Window), "nothing else has changed");
    assert!(began.elapsed() <= WINDOW_EVERY + Duration::from_millis(10));
}
