//! Who is in a review: seen at once, gone after a minute by the database's clock, and no record of anything.

use crate::support::bench::{Bench, PATIENCE, story};
use crate::support::pg::Role;
use jiff::Timestamp;
use readback::review::{Attendance, Part, Presence, ReviewId};
use readback::store::{Access, AnyStore, Store, StoreError, StoreUrl};
use std::time::{Duration, Instant};

pub(crate) fn at(user: &str, check: Option<&str>) -> Attendance {
    Attendance {
        actor: format!("console:{user}"),
        incident_id: "INC-1".to_owned(),
        review: ReviewId("r".to_owned()),
        check: check.map(str::to_owned),
        part: Part::Reviewer,
    }
}

async fn users(store: &AnyStore) -> Vec<String> {
    store.present().await.unwrap().iter().map(|one| one.user().to_owned()).collect()
}

/// Waits for news of who is there until this holds.
async fn until(store: &AnyStore, holds: impl AsyncFn(&[Presence]) -> bool) {
    let wait = async {
        while !holds(&store.present().await.unwrap()).await {
            let _ = store.moved().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it never came to hold");
}

story!(who_comes_moves_and_goes_is_seen_and_a_name_stands_once_for_each_console on sqlite, memory, postgres);
async fn who_comes_moves_and_goes_is_seen_and_a_name_stands_once_for_each_console(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let before = Timestamp::now();
    store.attend("console-b", &at("bob", None)).await.unwrap();
    store.attend("console-a", &at("ann", Some("first"))).await.unwrap();
    store.attend("console-a", &at("ann", Some("second"))).await.unwrap();
    store.attend("console-c", &at("ann", None)).await.unwrap();
    let present = store.present().await.unwrap();
    let seen: Vec<_> = present.iter().map(|one| (one.console.as_str(), one.at.check.as_deref())).collect();
    assert_eq!(seen, [("console-a", Some("second")), ("console-c", None), ("console-b", None)]);
    assert_eq!(present[0].at, at("ann", Some("second")));
    assert!(present[0].seen_at.duration_since(before).abs().as_secs() < 60);
    store.leave("console-a").await.unwrap();
    store.leave("console-a").await.unwrap();
    assert_eq!(users(&store).await, ["ann", "bob"]);
    assert_eq!(store.page(None, 10).await.unwrap(), [], "it is no record");
}

story!(what_does_not_fit_is_refused_and_a_read_only_console_is_nowhere on sqlite, memory, postgres);
async fn what_does_not_fit_is_refused_and_a_read_only_console_is_nowhere(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let long = at(&"x".repeat(101), None);
    assert!(matches!(store.attend("c", &long).await, Err(StoreError::Unfit(why)) if why.starts_with("actor ")));
    let reader = bench.open(Access::ReadOnly).await;
    assert!(matches!(reader.attend("c", &at("ann", None)).await, Err(StoreError::ReadOnly(_))));
    assert!(matches!(reader.leave("c").await, Err(StoreError::ReadOnly(_))));
    assert_eq!(users(&reader).await, Vec::<String>::new());
}

story!(a_console_that_died_is_gone_after_a_minute_and_its_row_is_swept_out_later on sqlite, postgres);
async fn a_console_that_died_is_gone_after_a_minute_and_its_row_is_swept_out_later(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    for console in ["young", "old", "ancient"] {
        store.attend(console, &at(console, None)).await.unwrap();
    }
    let back = |console: &str, seconds: i64| match bench {
        Bench::Postgres(_) => format!(
            "UPDATE readback_presence SET seen_at = seen_at - interval '{seconds} s' WHERE console = '{console}'"
        ),
        _ => {
            format!("UPDATE readback_presence SET seen_at = seen_at - {seconds} * 1000000 WHERE console = '{console}'")
        }
    };
    for (console, seconds) in [("young", 40), ("old", 61), ("ancient", 7_200)] {
        bench.sql(&back(console, seconds)).await.unwrap();
    }
    assert_eq!(users(&store).await, ["young"]);
    // Who was away says that it is back.
    store.attend("old", &at("old", None)).await.unwrap();
    assert_eq!(users(&store).await, ["old", "young"]);
    store.leave("young").await.unwrap();
    bench.sql(&back("ancient", 0)).await.unwrap();
    let left = match bench {
        Bench::Postgres(_) => "DO $$ BEGIN ASSERT (SELECT count(*) FROM readback_presence) = 1; END $$",
        _ => "CREATE TEMP TABLE t (n INTEGER CHECK (n = 1)); INSERT INTO t SELECT count(*) FROM readback_presence",
    };
    bench.sql(left).await.unwrap();
}

story!(another_console_sees_who_comes_within_a_second on sqlite, postgres);
async fn another_console_sees_who_comes_within_a_second(bench: &Bench) {
    let (ann, bob) = (bench.open(Access::ReadWrite).await, bench.open(Access::ReadOnly).await);
    // The watch stands before anybody comes.
    bob.moved().await.unwrap();
    let began = Instant::now();
    let come = at("ann", Some("first"));
    let (seen, said) = tokio::join!(until(&bob, async |present| !present.is_empty()), ann.attend("a", &come));
    said.unwrap();
    let ((), first) = (seen, began.elapsed());
    let began = Instant::now();
    let ((), left) = tokio::join!(until(&bob, async |present| present.is_empty()), ann.leave("a"));
    left.unwrap();
    // A word on PostgreSQL; on SQLite the look at the file, which comes each 0.9 s. The rest is a loaded machine.
    assert!(first < Duration::from_secs(2) && began.elapsed() < Duration::from_secs(2), "{first:?}");
}

/// A word, not a look: well before the next look would come; and to be told again is no news.
#[tokio::test]
async fn on_postgres_a_move_is_told_and_a_beat_is_not_and_neither_makes_anybody_read_the_log_again() {
    crate::support::bench::postgres(async |bench: &Bench| {
        let (ann, bob) = (bench.open(Access::ReadWrite).await, bench.open(Access::ReadOnly).await);
        bob.changed().await.unwrap();
        bob.moved().await.unwrap();
        // What was written before may still be looked at.
        while tokio::time::timeout(Duration::from_secs(2), bob.changed()).await.is_ok() {}
        ann.attend("a", &at("ann", Some("first"))).await.unwrap();
        tokio::time::timeout(PATIENCE, bob.moved()).await.unwrap().unwrap();
        ann.attend("a", &at("ann", Some("first"))).await.unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(300), bob.moved()).await.is_err(), "a beat is no news");
        ann.attend("a", &at("ann", Some("second"))).await.unwrap();
        tokio::time::timeout(PATIENCE, bob.moved()).await.unwrap().unwrap();
        assert!(tokio::time::timeout(Duration::ZERO, bob.changed()).await.is_err(), "nothing was recorded");
    })
    .await;
}

#[tokio::test]
async fn a_database_of_an_earlier_console_and_a_role_that_may_not_see_nobody_and_break_nothing() {
    crate::support::bench::postgres(async |bench: &Bench| {
        let Bench::Postgres(db) = bench else { panic!("not on PostgreSQL") };
        bench.open(Access::ReadWrite).await.close().await;
        db.sql("DROP TABLE readback_presence").await.unwrap();
        let role: Role = db.role().await;
        db.sql(&format!("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {0}", role.name)).await.unwrap();
        let url = StoreUrl::parse(&db.url_for(&role, None)).unwrap();
        let store = AnyStore::open(&url, Access::ReadWrite).await.unwrap();
        store.ready().await.unwrap();
        store.attend("a", &at("ann", None)).await.unwrap();
        store.leave("a").await.unwrap();
        assert_eq!(users(&store).await, Vec::<String>::new());
        store.close().await;
        // The next console of the owner makes the table.
        let owner = bench.open(Access::ReadWrite).await;
        owner.attend("o", &at("owner", None)).await.unwrap();
        assert_eq!(users(&owner).await, ["owner"]);
        drop(store);
        db.drop_role(role).await;
    })
    .await;
}
