//! Notes on rows: found by the row on every engine, and on a database that stood before there were any.

use crate::support::bench::{Bench, at, id, operation, own, step, story};
use readback::review::ReviewAct;
use readback::store::{Access, AnyStore, Outcome, Store, StoreUrl};
use readback::timeline::{OwnEvent, OwnKind, Target, written};
use sqlx::Connection;

fn note(kind: OwnKind, row: &str, text: &str) -> OwnEvent {
    let target = Target { row: row.to_owned(), of: row.to_owned(), digest: Some("0".repeat(64)), incident: None };
    written(kind, target, text, id(), "console:ann", at(3))
}

story!(annotations_are_found_by_their_rows_and_nothing_else_is on sqlite, memory, postgres);
async fn annotations_are_found_by_their_rows_and_nothing_else_is(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let row = operation(&id());
    store.append(&row).await.unwrap();
    // Something else about the same subject.
    store.append_own(&OwnEvent { subject: row.id.clone(), ..own(&id(), at(1)) }).await.unwrap();
    let (first, second, other) = (
        note(OwnKind::Annotated, &row.id, "one"),
        note(OwnKind::Corrected, &row.id, "two"),
        note(OwnKind::Annotated, "another-row", "three"),
    );
    for event in [&first, &second, &other] {
        store.append_own(event).await.unwrap();
        store.append_own(event).await.unwrap();
    }
    let ids = async |rows: &[&str]| {
        let rows: Vec<String> = rows.iter().map(|row| (*row).to_owned()).collect();
        let found = store.annotations(&rows).await.unwrap();
        assert!(found.iter().all(|event| event.recorded_at.is_some()));
        let mut ids: Vec<String> = found.into_iter().map(|event| event.id).collect();
        ids.sort();
        ids
    };
    let sorted = |mut ids: Vec<String>| {
        ids.sort();
        ids
    };
    assert_eq!(ids(&[&row.id]).await, sorted(vec![first.id.clone(), second.id.clone()]));
    assert_eq!(ids(&[&row.id, "another-row"]).await, sorted(vec![first.id.clone(), second.id, other.id]));
    assert!(ids(&[]).await.is_empty() && ids(&["'; x", "no such row"]).await.is_empty());
    let read = store.annotations(std::slice::from_ref(&row.id)).await.unwrap();
    let read = read.into_iter().find(|event| event.id == first.id).unwrap();
    assert_eq!(OwnEvent { recorded_at: None, ..read }, first);
}

story!(a_mark_as_evidence_is_a_link_of_the_chain on sqlite, memory, postgres);
async fn a_mark_as_evidence_is_a_link_of_the_chain(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    store.record(&step("r", 0, None)).await.unwrap();
    let mut marked = step("r", 1, None);
    marked.event.act = ReviewAct::EvidenceMarked { row: "op-1".to_owned(), digest: Some("0".repeat(64)) };
    let recorded = store.record(&Outcome { ..marked.clone() }).await.unwrap();
    assert_eq!(recorded.event.act, marked.event.act);
    assert_eq!(store.reviews().await.unwrap()[1], recorded);
    assert_eq!(store.audit(None).await.unwrap().broken, None);
}

story!(a_database_that_stood_before_gets_the_index_and_keeps_what_it_has on sqlite, postgres);
async fn a_database_that_stood_before_gets_the_index_and_keeps_what_it_has(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let event = note(OwnKind::Annotated, "op-1", "one");
    store.append_own(&event).await.unwrap();
    store.close().await;
    drop(store);
    bench.sql("DROP INDEX readback_event_annotation").await.unwrap();
    // Who may only read makes nothing, and finds it all the same.
    let reader = bench.open(Access::ReadOnly).await;
    assert_eq!(reader.annotations(&["op-1".to_owned()]).await.unwrap().len(), 1);
    reader.close().await;
    let (one, two) = tokio::join!(bench.open(Access::ReadWrite), bench.open(Access::ReadWrite));
    for store in [one, two] {
        assert_eq!(store.annotations(&["op-1".to_owned()]).await.unwrap().last().unwrap().id, event.id);
        store.append_own(&note(OwnKind::Corrected, "op-1", "two")).await.unwrap();
        store.close().await;
    }
    let made = bench.sql("DROP INDEX readback_event_annotation").await;
    assert!(made.is_ok(), "the index was made again: {made:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_index_can_not_be_made_the_console_works_without_it() {
    crate::support::bench::postgres(async |bench: &Bench| {
        let Bench::Postgres(db) = bench else { panic!("not on PostgreSQL") };
        let store = bench.open(Access::ReadWrite).await;
        store.append_own(&note(OwnKind::Annotated, "op-1", "one")).await.unwrap();
        store.close().await;
        bench.sql("DROP INDEX readback_event_annotation").await.unwrap();
        let is_there = async || bench.sql("DROP INDEX readback_event_annotation").await.is_ok();

        // A writer that has not committed holds the table's lock.
        let mut writer = db.connect().await;
        let mut held = writer.begin().await.unwrap();
        sqlx::query("LOCK TABLE readback_event IN ROW EXCLUSIVE MODE").execute(&mut *held).await.unwrap();
        let store = bench.open(Access::ReadWrite).await;
        store.append_own(&note(OwnKind::Annotated, "op-1", "two")).await.unwrap();
        assert_eq!(store.annotations(&["op-1".to_owned()]).await.unwrap().len(), 2);
        store.close().await;
        held.rollback().await.unwrap();
        assert!(!is_there().await);

        // A role that may write rows and make nothing.
        let role = db.role().await;
        let grants = format!("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {}", role.name);
        db.sql(&grants).await.unwrap();
        let url = StoreUrl::parse(&db.url_for(&role, None)).unwrap();
        let store = AnyStore::open(&url, Access::ReadWrite).await.unwrap();
        assert_eq!(store.annotations(&["op-1".to_owned()]).await.unwrap().len(), 2);
        store.close().await;
        assert!(!is_there().await);
        db.drop_role(role).await;

        // Who owns the table makes it, and the pages are served by it.
        bench.open(Access::ReadWrite).await.close().await;
        let asked = "EXPLAIN SELECT id FROM readback_event
                     WHERE kind IN ('ANNOTATED', 'CORRECTED') AND subject = ANY(ARRAY['a', 'b'])";
        sqlx::query("SET enable_seqscan = off").execute(&mut writer).await.unwrap();
        let plan: Vec<String> = sqlx::query_scalar(asked).fetch_all(&mut writer).await.unwrap();
        assert!(plan.join("\n").contains("readback_event_annotation"), "{plan:?}");
    })
    .await;
}
