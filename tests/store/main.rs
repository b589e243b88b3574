//! The store's conformance story: the same laws on `SQLite`, `PostgreSQL` and memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on should say so")]
#![allow(missing_docs, unreachable_pub, reason = "tests have no users")]
// Test data: small numbers.
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss)]

mod annotations;
mod batch;
mod filtered;
mod line;
mod looking;
mod on_disk;
mod on_postgres;
mod paging;
mod presence;
mod retention;
mod roles;
mod rules;
mod segments;
mod steps;
#[path = "../support/mod.rs"]
mod support;
mod tail;
mod task;

use crate::support::bench::{Bench, at, everything, id, operation, own, step, story, until};
use readback::review::ReviewId;
use readback::store::chain::{self, verify_chain, verify_heads};
use readback::store::{Access, Outcome, Store, StoreError};
use readback::timeline::{Entry, EventType, OwnEvent, OwnKind};
use std::sync::Arc;

story!(what_is_written_stands_in_the_timeline_once on sqlite, memory, postgres);
async fn what_is_written_stands_in_the_timeline_once(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let row = operation(&id());
    store.append(&row).await.unwrap();
    let event = own(&id(), at(7));
    store.append_own(&event).await.unwrap();
    let logged = step("r", 0, Some(operation(&id())));
    let first = store.record(&logged).await.unwrap();
    let silent = step("r", 1, None);
    let second = store.record(&silent).await.unwrap();

    assert_eq!((first.seq, first.prev_hash.as_str()), (1, chain::GENESIS));
    assert_eq!((second.seq, &second.prev_hash), (2, &first.hash));
    assert_eq!(first.recorded_at.as_nanosecond() % 1_000, 0, "whole microseconds");
    assert_eq!(store.reviews().await.unwrap(), [first.clone(), second.clone()]);
    assert_eq!(verify_heads(&[first.clone(), second.clone()], &store.heads().await.unwrap()), Ok(()));
    let audit = store.audit(Some("INC-1")).await.unwrap();
    assert_eq!((audit.records, audit.broken), (2, None));
    assert_eq!((audit.chains.len(), audit.chains[0].records, &audit.chains[0].hash), (1, 2, &second.hash));

    let page = everything(&store).await;
    let ids: Vec<_> = page.iter().map(Entry::id).collect();
    let logged_row = logged.operation.unwrap();
    assert_eq!(ids, [logged_row.id.as_str(), &row.id, &event.id, &silent.event.id]);
    let Entry::Operation(read) = &page[0] else { panic!("{page:?}") };
    assert_eq!((&read.row, read.created_at), (&logged_row, first.recorded_at));
    let Entry::Operation(read) = &page[1] else { panic!("{page:?}") };
    assert_eq!(read.row, row);
    let Entry::Own(read) = &page[2] else { panic!("{page:?}") };
    assert!(read.recorded_at.is_some());
    assert_eq!(readback::timeline::OwnEvent { recorded_at: None, ..read.clone() }, event);
    let Entry::Own(read) = &page[3] else { panic!("{page:?}") };
    assert_eq!((read.kind, read.subject.as_str(), read.summary.as_str()), (OwnKind::ReviewEvent, "r", "wrote impact"));
}

story!(what_the_probes_said_is_read_back_newest_first_and_samples_stand_in_no_page on sqlite, memory, postgres);
async fn what_the_probes_said_is_read_back_newest_first_and_samples_stand_in_no_page(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let row = |kind, second| OwnEvent { kind, ..own(&id(), at(second)) };
    let rows = [row(OwnKind::ProbeChanged, 1), row(OwnKind::ProbeSampled, 2), row(OwnKind::Note, 3)];
    for event in &rows {
        store.append_own(event).await.unwrap();
        store.append_own(event).await.unwrap();
    }
    let history: Vec<_> = store.probe_history(10).await.unwrap().into_iter().map(|event| event.id).collect();
    assert_eq!(history, [rows[1].id.as_str(), &rows[0].id]);
    store.append_own(&row(OwnKind::ProbeSampled, 4)).await.unwrap();
    let kinds: Vec<_> = store.probe_history(1).await.unwrap().into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [OwnKind::ProbeSampled, OwnKind::ProbeChanged], "samples don't crowd out a change");
    let page = everything(&store).await;
    assert_eq!(page.iter().map(Entry::id).collect::<Vec<_>>(), [rows[2].id.as_str(), &rows[0].id]);
}

story!(the_same_id_again_changes_nothing_and_returns_the_first_record on sqlite, memory, postgres);
async fn the_same_id_again_changes_nothing_and_returns_the_first_record(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let outcome = step("r", 0, Some(operation(&id())));
    let first = store.record(&outcome).await.unwrap();
    store.record(&step("r", 1, None)).await.unwrap();
    // Another writer's version has moved on, and the text differs: the id decides.
    let mut again = outcome.clone();
    again.event.actor.push('x');
    assert_eq!(store.record(&again).await.unwrap(), first);
    let (row, event) = (operation(&id()), own(&id(), at(0)));
    for _ in 0..2 {
        store.append(&row).await.unwrap();
        store.append(outcome.operation.as_ref().unwrap()).await.unwrap();
        store.append_own(&event).await.unwrap();
    }
    assert_eq!(everything(&store).await.len(), 4);
    assert_eq!(store.reviews().await.unwrap().len(), 2);
}

story!(another_version_than_expected_is_a_conflict_and_leaves_nothing_behind on sqlite, memory, postgres);
async fn another_version_than_expected_is_a_conflict_and_leaves_nothing_behind(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    for version in [1, u64::MAX] {
        let early = store.record(&step("r", version, Some(operation(&id())))).await;
        assert_eq!(early, Err(StoreError::Conflict { actual: 0 }));
    }
    store.record(&step("r", 0, None)).await.unwrap();
    let slower = store.record(&step("r", 0, Some(operation(&id())))).await;
    assert_eq!(slower, Err(StoreError::Conflict { actual: 1 }));
    assert_eq!(everything(&store).await.len(), 1);
    assert_eq!(store.heads().await.unwrap().len(), 1);
}

story!(eight_writers_build_one_chain_without_a_gap on sqlite, memory, postgres);
async fn eight_writers_build_one_chain_without_a_gap(bench: &Bench) {
    const STEPS: u64 = 40;
    let store = Arc::new(bench.open(Access::ReadWrite).await);
    // Memory can't be opened twice; the others are written by two consoles.
    let other = match bench {
        Bench::Memory => Arc::clone(&store),
        _ => Arc::new(bench.open(Access::ReadWrite).await),
    };
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let store = Arc::clone(if writer % 2 == 0 { &store } else { &other });
        writers.spawn(async move {
            for version in 0..STEPS {
                let outcome = step(&format!("review-{writer}"), version, Some(operation(&id())));
                store.record(&outcome).await.unwrap();
            }
        });
    }
    writers.join_all().await;
    let reviews = store.reviews().await.unwrap();
    assert_eq!(reviews.iter().map(|recorded| recorded.seq).collect::<Vec<_>>(), (1..=8 * STEPS).collect::<Vec<_>>());
    assert_eq!(verify_heads(&reviews, &store.heads().await.unwrap()), Ok(()));
    assert_eq!(everything(&store).await.len(), 8 * STEPS as usize);
}

story!(of_two_reviewers_at_once_one_is_recorded_and_the_other_is_told on sqlite, memory, postgres);
async fn of_two_reviewers_at_once_one_is_recorded_and_the_other_is_told(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    for version in 0..10 {
        let (mut one, mut two) = (step("r", version, None), step("r", version, None));
        // The same review under two incidents: two chains, one sequence of versions.
        "INC-1".clone_into(&mut one.event.incident_id);
        "INC-2".clone_into(&mut two.event.incident_id);
        let (one, two) = tokio::join!(store.record(&one), store.record(&two));
        let told = [&one, &two].into_iter().find_map(|told| told.clone().err());
        assert_eq!(told, Some(StoreError::Conflict { actual: version + 1 }), "{one:?} {two:?}");
        assert!(one.is_ok() || two.is_ok());
    }
    let twice = step("r", 10, None);
    let (one, two) = tokio::join!(store.record(&twice), store.record(&twice));
    assert_eq!(one.unwrap(), two.unwrap());
    assert_eq!(verify_chain(&store.reviews().await.unwrap()), Ok(()));
}

story!(what_does_not_fit_is_refused_by_the_name_of_its_column on sqlite, memory, postgres);
async fn what_does_not_fit_is_refused_by_the_name_of_its_column(bench: &Bench) {
    type Spoil = fn(&mut Outcome);
    let store = bench.open(Access::ReadWrite).await;
    let mut full = operation(&id());
    full.incident_id = Some("事".repeat(30));
    full.actor = Some("é".repeat(100));
    full.action_detail = Some("🦀".repeat(200));
    store.append(&full).await.unwrap();
    let cases: [(&str, Spoil); 8] = [
        ("id ", |outcome| outcome.operation.as_mut().unwrap().id = "x".repeat(37)),
        ("incident_id ", |outcome| outcome.event.incident_id = "x".repeat(31)),
        ("approval_id ", |outcome| outcome.operation.as_mut().unwrap().approval_id = Some("x".repeat(37))),
        ("actor ", |outcome| outcome.operation.as_mut().unwrap().actor = Some("x".repeat(101))),
        ("action_detail ", |outcome| outcome.operation.as_mut().unwrap().action_detail = Some("x".repeat(201))),
        ("review ", |outcome| outcome.event.review = ReviewId("x".repeat(37))),
        ("context ", |outcome| outcome.operation.as_mut().unwrap().context = serde_json::json!([{"a": "\0"}])),
        ("event_type ", |outcome| outcome.operation.as_mut().unwrap().event_type = EventType::Other),
    ];
    for (column, spoil) in cases {
        let mut outcome = step("r", 0, Some(operation(&id())));
        spoil(&mut outcome);
        let refused = store.record(&outcome).await.unwrap_err();
        assert!(refused.is_about_the_row(), "{refused:?}");
        assert!(matches!(&refused, StoreError::Unfit(why) if why.starts_with(column)), "{refused}");
    }
    assert_eq!(everything(&store).await.len(), 1);
}

story!(read_only_refuses_every_write on sqlite, memory, postgres);
async fn read_only_refuses_every_write(bench: &Bench) {
    bench.open(Access::ReadWrite).await;
    let store = bench.open(Access::ReadOnly).await;
    let refused = [
        store.append(&operation(&id())).await.unwrap_err(),
        store.append_own(&own(&id(), at(0))).await.unwrap_err(),
        store.record(&step("r", 0, None)).await.unwrap_err(),
    ];
    assert!(refused.iter().all(|error| matches!(error, StoreError::ReadOnly(_))), "{refused:?}");
    assert_eq!(everything(&store).await, []);
    assert_eq!(store.reviews().await.unwrap(), []);
}

story!(what_another_task_writes_wakes_the_one_who_waits on sqlite, memory, postgres);
async fn what_another_task_writes_wakes_the_one_who_waits(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let event = own(&id(), at(0));
    let waits = until(&store, async || !everything(&store).await.is_empty());
    let ((), written) = tokio::join!(waits, store.append_own(&event));
    written.unwrap();
}
