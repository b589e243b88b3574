//! Many rows at once.

use crate::support::bench::{Bench, everything, id, operation, postgres, sqlite, story};
use crate::support::proxy::Proxy;
use readback::store::{Access, AnyStore, Reference, Store, StoreError, StoreUrl};
use readback::timeline::{Entry, EventType};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

story!(rows_appended_at_once_stand_in_their_order_and_each_once on sqlite, memory, postgres);
async fn rows_appended_at_once_stand_in_their_order_and_each_once(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let rows: Vec<_> = (0..300).map(|_| operation(&id())).collect();
    // The ids' own order must not decide.
    let rows: Vec<_> = rows.into_iter().rev().collect();
    store.append(&rows[7]).await.unwrap();
    let doubled = [rows.as_slice(), &rows[..2]].concat();
    let new = store.append_all(&doubled).await.unwrap();
    assert_eq!(new.iter().filter(|new| **new).count(), 299);
    assert_eq!((new[0], new[7], new[300]), (true, false, false));
    assert_eq!(store.append_all(&doubled).await.unwrap(), vec![false; 302]);
    assert_eq!(store.append_all(&[]).await, Ok(Vec::new()));

    let expected = rows.iter().enumerate().filter(|(at, _)| *at != 7).map(|(_, row)| row.id.as_str());
    let page = everything(&store).await;
    let read: Vec<_> = page.iter().rev().map(Entry::id).filter(|id| *id != rows[7].id).collect();
    assert_eq!(read, expected.collect::<Vec<_>>());
    let Entry::Operation(first) = &page[0] else { panic!("{page:?}") };
    assert_eq!(first.row, rows[299]);
}

story!(rows_are_found_by_their_ids on sqlite, memory, postgres);
async fn rows_are_found_by_their_ids(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let rows: Vec<_> = (0..3).map(|_| operation(&id())).collect();
    store.append_all(&rows).await.unwrap();
    let ids = [rows[2].id.clone(), "not \"there\"".to_owned(), rows[0].id.clone()];
    let mut found = store.find(&ids).await.unwrap();
    found.sort_by(|a, b| a.row.id.cmp(&b.row.id));
    assert_eq!(found.iter().map(|found| &found.row).collect::<Vec<_>>(), [&rows[0], &rows[2]]);
    assert_eq!(store.find(&[]).await, Ok(Vec::new()));
}

story!(of_rows_of_which_one_does_not_fit_none_is_appended on sqlite, memory, postgres);
async fn of_rows_of_which_one_does_not_fit_none_is_appended(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let mut rows = vec![operation(&id()), operation(&id())];
    rows[1].incident_id = Some("x".repeat(31));
    assert!(matches!(store.append_all(&rows).await, Err(StoreError::Unfit(_))));
    assert_eq!(everything(&store).await, []);
}

story!(writers_of_the_same_rows_never_stand_in_each_others_way on sqlite, postgres);
async fn writers_of_the_same_rows_never_stand_in_each_others_way(bench: &Bench) {
    let rows: Arc<Vec<_>> = Arc::new((0..100).map(|_| operation(&id())).collect());
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..6 {
        let (store, rows) = (bench.open(Access::ReadWrite).await, Arc::clone(&rows));
        writers.spawn(async move {
            let mut rows = rows.to_vec();
            rows.rotate_left(writer * 17);
            store.append_all(&rows).await.unwrap().into_iter().filter(|new| *new).count()
        });
    }
    let new: usize = writers.join_all().await.into_iter().sum();
    assert_eq!(new, 100);
    assert_eq!(everything(&bench.open(Access::ReadOnly).await).await.len(), 100);
}

#[tokio::test]
async fn a_store_that_may_only_be_read_says_so_before_a_row_is_there() {
    sqlite(async |bench: &Bench| {
        bench.open(Access::ReadWrite).await;
        let store = bench.open(Access::ReadOnly).await;
        assert!(matches!(store.append_all(&[]).await, Err(StoreError::ReadOnly(_))));
    })
    .await;
}

story!(what_a_backfill_put_there_is_not_told_by_anybody_else on sqlite, memory, postgres);
async fn what_a_backfill_put_there_is_not_told_by_anybody_else(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let mut rows = vec![operation("service"), operation("backfill"), operation("odd")];
    for (row, approval) in rows.iter_mut().zip(["approval-1", "approval-2", "approval-3"]) {
        row.approval_id = Some(approval.to_owned());
    }
    rows[1].context = json!({ "backfill": "approvals" });
    rows[2].context = json!(["no object"]);
    store.append_all(&rows).await.unwrap();
    let ids: Vec<String> = (1..5).map(|number| format!("approval-{number}")).collect();
    let told = store.told(EventType::UserAction, Reference::Approval, &ids).await.unwrap();
    assert_eq!(told, ["approval-1".to_owned(), "approval-3".to_owned()].into());
    let told = store.told(EventType::UserAction, Reference::Incident, &["INC-1".to_owned()]).await.unwrap();
    assert_eq!(told, ["INC-1".to_owned()].into());
    assert!(store.told(EventType::UserAction, Reference::AuditLog, &ids).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_many_statements_have_the_time_that_a_far_server_takes() {
    postgres(async |bench: &Bench| {
        let Bench::Postgres(db) = bench else { panic!("not on PostgreSQL") };
        bench.open(Access::ReadWrite).await;
        let role = db.role().await;
        db.sql(&format!("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {}", role.name)).await.unwrap();
        let (proxy, port) = Proxy::far(0, db.address(), Duration::from_millis(40)).await;
        let url = StoreUrl::parse(&db.url_for(&role, Some(port))).unwrap();
        let store = AnyStore::open(&url, Access::ReadWrite).await.unwrap();
        store.ready().await.unwrap();
        // One statement each.
        let mut rows: Vec<_> = (0..90).map(|_| operation(&id())).collect();
        for row in &mut rows {
            row.error_message = Some("x".repeat(9_500));
        }
        let began = Instant::now();
        let new = store.append_all(&rows).await.unwrap();
        assert!(new.iter().all(|new| *new) && began.elapsed() > Duration::from_secs(3), "{:?}", began.elapsed());
        store.close().await;
        proxy.cut().await;
        db.drop_role(role).await;
    })
    .await;
}
