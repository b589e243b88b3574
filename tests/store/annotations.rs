//! Notes on rows: found by the row on every engine, and on a database that stood before there were any.

use crate::bench::{Bench, at, id, operation, own, step};
use crate::story;
use readback::review::ReviewAct;
use readback::store::{Access, Outcome, Store};
use readback::timeline::{OwnEvent, OwnKind, Target, written};

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

const INDEX_OF: &str = "readback_event_annotation";

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
    let made = bench.sql(&format!("DROP INDEX {INDEX_OF}")).await;
    assert!(made.is_ok(), "the index was made again: {made:?}");
}
