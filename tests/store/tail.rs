//! Tails: what was recorded since a mark, whatever its time, and nothing of it lost.

use crate::support::bench::{Bench, PATIENCE, at, everything, id, operation, own, step, story};
use jiff::{SignedDuration, Timestamp};
use readback::store::{Access, AnyStore, Known, Mark, Since, Store, StoreUrl};
use readback::timeline::filter::Pushed;
use readback::timeline::{Entry, EventType, NewOperation, Operation};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use std::collections::BTreeSet;

async fn mark(store: &AnyStore) -> Mark {
    store.tail(None, 0, &Pushed::default()).await.unwrap().mark
}

/// Everything since the mark, in pages of this size.
async fn since(store: &AnyStore, mark: Mark, size: u32, pushed: &Pushed) -> Vec<Entry> {
    let (mut rows, mut from) = (Vec::new(), Since::from(mark));
    loop {
        let tail = store.tail(Some(&from), size, pushed).await.unwrap();
        assert!(tail.rows.len() <= size as usize);
        rows.extend(tail.rows);
        match tail.more {
            Some(more) => from = more,
            None => return rows,
        }
    }
}

fn ids(rows: &[Entry]) -> BTreeSet<&str> {
    rows.iter().map(Entry::id).collect()
}

story!(what_is_recorded_since_a_mark_comes_in_the_order_of_recording_whenever_it_happened on sqlite, memory, postgres);
async fn what_is_recorded_since_a_mark_comes_in_the_order_of_recording_whenever_it_happened(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let from = mark(&store).await;
    for n in 0..7 {
        store.append(&operation(&id())).await.unwrap();
        // Of years ago, told now.
        store.append_own(&own(&id(), at(n))).await.unwrap();
        store.record(&step("r", n as u64, (n % 2 == 0).then(|| operation(&id())))).await.unwrap();
    }
    let all = everything(&store).await;
    for size in [1, 3, 100] {
        let rows = since(&store, from, size, &Pushed::default()).await;
        assert_eq!((rows.len(), ids(&rows)), (all.len(), ids(&all)), "pages of {size}");
        let times: Vec<_> = rows.iter().map(|row| row.recorded_at().unwrap()).collect();
        assert!(times.is_sorted(), "{times:?}");
    }
    // The times of a question are about when things happened; what else is asked narrows.
    let asked = Pushed { actor: Some("console:ann".to_owned()), until: Some(at(0)), ..Pushed::default() };
    let asked = since(&store, from, 2, &asked).await;
    assert!(asked.iter().any(|row| row.actor() == Some("console:ann")) && asked.len() < all.len(), "{asked:?}");
    // What was read before the mark is behind it, but for what may be read again.
    let later = mark(&store).await;
    let again = since(&store, later, 100, &Pushed::default()).await;
    assert!(
        ids(&again).is_subset(&ids(&all))
            && !all.iter().any(|row| later.is_past(row) && ids(&again).contains(row.id()))
    );
}

story!(the_steps_that_are_not_known_yet_come_and_no_others on sqlite, memory, postgres);
async fn the_steps_that_are_not_known_yet_come_and_no_others(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let (mut known, mut read) = (Known::default(), Vec::new());
    // Each round goes on with the chains of the one before, and begins another.
    for round in 0..3u64 {
        for chain in 0..=round {
            let mut outcome = step(&format!("review-{chain}"), round - chain, None);
            outcome.event.incident_id = format!("INC-{chain}");
            store.record(&outcome).await.unwrap();
        }
        let new = store.reviews_since(&known).await.unwrap();
        assert_eq!(new.len() as u64, round + 1);
        known.take(&new);
        read.extend(new);
        assert_eq!(store.reviews_since(&known).await.unwrap(), []);
    }
    assert_eq!(read, store.reviews().await.unwrap());
}

#[tokio::test]
async fn while_a_file_is_written_to_the_mark_stays_before_what_is_not_committed_yet() {
    crate::support::bench::sqlite(async |bench: &Bench| {
        let Bench::Sqlite(home) = bench else { panic!("not on SQLite") };
        let store = bench.open(Access::ReadWrite).await;
        let ago = |minutes| Timestamp::now().checked_sub(SignedDuration::from_mins(minutes)).unwrap();
        let old = |id: &str, minutes| Operation {
            row: NewOperation::new(id, EventType::Resolved),
            raw_type: None,
            created_at: ago(minutes),
        };
        store.import(&[old("first", 60)]).await.unwrap();
        // Begun half an hour ago, and open since: nobody else can have written meanwhile.
        let options =
            SqliteConnectOptions::new().filename(home.path().join("stack/readback.db")).busy_timeout(PATIENCE);
        let mut slow = options.connect().await.unwrap();
        slow.execute("BEGIN IMMEDIATE").await.unwrap();
        let begun = ago(30).as_microsecond();
        let row = format!(
            "INSERT INTO alert_operation_log (id, event_type, created_at) VALUES ('slow', 'RESOLVED', {begun})"
        );
        slow.execute(sqlx::AssertSqlSafe(row)).await.unwrap();
        let from = mark(&store).await;
        slow.execute("COMMIT").await.unwrap();
        assert!(ids(&since(&store, from, 10, &Pushed::default()).await).contains("slow"));
        // A row that claims to come from the future moves nothing.
        store.import(&[old("future", -600)]).await.unwrap();
        assert!(!mark(&store).await.is_past_at(ago(30)), "the newest that stands is of half an hour ago");
        slow.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn while_a_transaction_is_open_on_a_server_the_mark_stays_before_its_rows_for_every_role() {
    crate::support::bench::postgres(async |bench: &Bench| {
        let Bench::Postgres(db) = bench else { panic!("not on PostgreSQL") };
        let store = bench.open(Access::ReadWrite).await;
        let mut slow: PgConnection = db.connect().await;
        slow.execute("BEGIN").await.unwrap();
        slow.execute("INSERT INTO alert_operation_log (id, event_type) VALUES ('slow', 'RESOLVED')").await.unwrap();
        let begun: i64 = sqlx::query_scalar("SELECT (date_part('epoch', now()) * 1000000)::bigint")
            .fetch_one(&mut slow)
            .await
            .unwrap();
        let begun = Timestamp::from_microsecond(begun).unwrap();
        let held = mark(&store).await;
        // Others go on, and the mark does not.
        for _ in 0..3 {
            store.append(&operation(&id())).await.unwrap();
            assert_eq!(mark(&store).await, held);
        }
        assert!(!held.is_past_at(begun));
        // A role that is not told since when others are in a transaction goes back further.
        let role = db.role().await;
        db.sql(&format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}", role.name)).await.unwrap();
        let reader =
            AnyStore::open(&StoreUrl::parse(&db.url_for(&role, None)).unwrap(), Access::ReadOnly).await.unwrap();
        assert!(mark(&reader).await < held);
        slow.execute("COMMIT").await.unwrap();
        for store in [&store, &reader] {
            assert!(ids(&since(store, held, 2, &Pushed::default()).await).contains("slow"));
        }
        assert!(mark(&store).await > held);
        reader.close().await;
        drop(reader);
        db.drop_role(role).await;
    })
    .await;
}
