//! What holds for the stores that outlive the process.

use crate::support::bench::{Bench, at, everything, id, operation, own, step, story, until};
use readback::store::chain::{BreakKind, verify_chain, verify_heads};
use readback::store::{Access, AnyStore, Store, StoreError};
use std::os::unix::fs::PermissionsExt;

story!(what_was_recorded_is_there_after_a_restart on sqlite, postgres);
async fn what_was_recorded_is_there_after_a_restart(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let first = store.record(&step("r", 0, Some(operation(&id())))).await.unwrap();
    let before = everything(&store).await;
    store.close().await;
    drop(store);
    let store = bench.open(Access::ReadWrite).await;
    assert_eq!(everything(&store).await, before);
    assert_eq!(store.reviews().await.unwrap(), [first]);
    assert_eq!(store.record(&step("r", 1, None)).await.unwrap().seq, 2);
}

story!(two_consoles_open_a_new_database_at_once on sqlite, postgres);
async fn two_consoles_open_a_new_database_at_once(bench: &Bench) {
    let (one, two, three) =
        tokio::join!(bench.open(Access::ReadWrite), bench.open(Access::ReadWrite), bench.open(Access::ReadWrite));
    for (version, store) in [one, two, three].iter().enumerate() {
        store.record(&step("r", version as u64, None)).await.unwrap();
    }
}

story!(a_second_console_sees_a_record_without_being_asked on sqlite, postgres);
async fn a_second_console_sees_a_record_without_being_asked(bench: &Bench) {
    let (writer, reader) = (bench.open(Access::ReadWrite).await, bench.open(Access::ReadOnly).await);
    // The watch stands before the record is written.
    reader.changed().await.unwrap();
    let outcome = step("r", 0, None);
    let seen = until(&reader, async || !reader.reviews().await.unwrap().is_empty());
    let ((), recorded) = tokio::join!(seen, writer.record(&outcome));
    assert_eq!(reader.reviews().await.unwrap(), [recorded.unwrap()]);
}

story!(what_is_recorded_is_neither_changed_nor_deleted on sqlite, postgres);
async fn what_is_recorded_is_neither_changed_nor_deleted(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    store.append(&operation("row")).await.unwrap();
    store.append_own(&own("own", at(0))).await.unwrap();
    store.record(&step("r", 0, None)).await.unwrap();
    let mut attempts = vec![
        "UPDATE alert_operation_log SET actor = 'somebody else'",
        "DELETE FROM alert_operation_log",
        "UPDATE readback_event SET summary = 'x'",
        "UPDATE readback_review_event SET hash = 'x'",
        "UPDATE readback_chain_head SET hash = 'x'",
        "UPDATE readback_chain_head SET seq = 0",
        // A step, and of no record: the chain would go on from there.
        "UPDATE readback_chain_head SET seq = seq + 1, hash = 'x'",
        "UPDATE readback_chain_head SET seq = seq + 1",
        "INSERT INTO readback_chain_head SELECT 'INC-2', 1, hash, recorded_at FROM readback_chain_head",
        "DELETE FROM readback_event",
        "DELETE FROM readback_review_event",
        "DELETE FROM readback_chain_head",
    ];
    match bench {
        Bench::Postgres(_) => attempts.extend([
            "TRUNCATE readback_event",
            "TRUNCATE readback_review_event",
            "TRUNCATE readback_chain_head",
            "TRUNCATE alert_operation_log",
            "INSERT INTO readback_event SELECT * FROM readback_event
             ON CONFLICT (id) DO UPDATE SET summary = 'x'",
        ]),
        _ => attempts.extend([
            "INSERT OR REPLACE INTO readback_event SELECT * FROM readback_event",
            "INSERT OR REPLACE INTO readback_review_event SELECT * FROM readback_review_event",
            "INSERT OR REPLACE INTO readback_chain_head SELECT * FROM readback_chain_head",
        ]),
    }
    let before = (everything(&store).await, store.reviews().await.unwrap(), store.heads().await.unwrap());
    for attempt in attempts {
        assert!(bench.sql(attempt).await.is_err(), "{attempt}");
    }
    if let Bench::Sqlite(_) = bench {
        // No error: an id that stands is passed over.
        let replace = "INSERT OR REPLACE INTO alert_operation_log (id, event_type) VALUES ('row', 'SILENCED')";
        bench.sql(replace).await.unwrap();
    }
    assert_eq!((everything(&store).await, store.reviews().await.unwrap(), store.heads().await.unwrap()), before);
}

story!(the_log_of_another_program_is_left_to_its_own_rules on sqlite);
async fn the_log_of_another_program_is_left_to_its_own_rules(bench: &Bench) {
    bench.open(Access::ReadWrite).await.close().await;
    let theirs = "
        DROP TABLE readback_log_hour; DROP TABLE alert_operation_log;
        CREATE TABLE alert_operation_log (id TEXT PRIMARY KEY, incident_id TEXT, approval_id TEXT, audit_log_id TEXT,
            auto_repair_id TEXT, event_type TEXT, actor TEXT, action_detail TEXT, success INT, error_message TEXT,
            context TEXT, created_at INTEGER)";
    bench.sql(theirs).await.unwrap();
    let store = bench.open(Access::ReadWrite).await;
    store.append(&operation("row")).await.unwrap();
    bench.sql("UPDATE alert_operation_log SET actor = 'its program'").await.unwrap();
    assert_eq!(everything(&store).await[0].actor(), Some("its program"));
    bench.sql("DELETE FROM alert_operation_log").await.unwrap();
    assert_eq!(everything(&store).await, []);
}

/// Takes the guard off, as somebody who owns the database can.
fn unguard(bench: &Bench) -> &'static str {
    match bench {
        Bench::Postgres(_) => "ALTER TABLE readback_review_event DISABLE TRIGGER USER",
        _ => "DROP TRIGGER readback_review_event_no_update; DROP TRIGGER readback_review_event_no_delete",
    }
}

story!(one_byte_changed_by_hand_is_named on sqlite, postgres);
async fn one_byte_changed_by_hand_is_named(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    for version in 0..5 {
        store.record(&step("r", version, None)).await.unwrap();
    }
    bench.sql(unguard(bench)).await.unwrap();
    // One byte of the third record: `console:ann` becomes `console:bnn`.
    let swap = match bench {
        Bench::Postgres(_) => {
            "UPDATE readback_review_event SET body = overlay(body placing 'b'::bytea
                    from position('ann'::bytea in body) for 1) WHERE seq = 3"
        }
        _ => {
            "UPDATE readback_review_event SET body = CAST(replace(CAST(body AS TEXT), ':ann', ':bnn') AS BLOB)
             WHERE seq = 3"
        }
    };
    bench.sql(swap).await.unwrap();
    let reviews = store.reviews().await.unwrap();
    let broken = verify_chain(&reviews).unwrap_err();
    assert_eq!((broken.seq, broken.why, &broken.id), (3, BreakKind::Changed, &reviews[2].event.id));
    assert_eq!(store.audit(None).await.unwrap().broken, Some(broken.clone()));
    assert_eq!(store.audit(Some("INC-1")).await.unwrap().broken, Some(broken));
    assert_eq!(store.audit(Some("INC-2")).await.unwrap().records, 0);

    // Columns are no bytes of the record, but must say the same.
    bench.sql("UPDATE readback_review_event SET review = 'other' WHERE seq = 2").await.unwrap();
    assert_eq!(verify_chain(&store.reviews().await.unwrap()).unwrap_err().seq, 2);
    bench.sql("UPDATE readback_review_event SET review = 'r' WHERE seq = 2").await.unwrap();

    bench.sql("DELETE FROM readback_review_event WHERE seq = 3").await.unwrap();
    let broken = verify_chain(&store.reviews().await.unwrap()).unwrap_err();
    assert_eq!((broken.seq, broken.why), (4, BreakKind::Gap));

    bench.sql("DELETE FROM readback_review_event WHERE seq > 2").await.unwrap();
    let broken = verify_heads(&store.reviews().await.unwrap(), &store.heads().await.unwrap()).unwrap_err();
    assert_eq!((broken.seq, broken.why), (5, BreakKind::Head));
}

story!(a_record_that_is_no_record_is_named_and_hides_nothing_else on sqlite, postgres);
async fn a_record_that_is_no_record_is_named_and_hides_nothing_else(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    store.record(&step("r", 0, None)).await.unwrap();
    store.append_own(&own("own", at(9))).await.unwrap();
    bench.sql(unguard(bench)).await.unwrap();
    let cut = match bench {
        Bench::Postgres(_) => "UPDATE readback_review_event SET body = substring(body from 2)",
        _ => "UPDATE readback_review_event SET body = substr(body, 2)",
    };
    bench.sql(cut).await.unwrap();
    let Err(StoreError::Refused(why)) = store.reviews().await else { panic!("read") };
    assert!(why.starts_with("record 1 of incident INC-1"), "{why}");
    let broken = store.audit(None).await.unwrap().broken.unwrap();
    assert_eq!((broken.scope.as_str(), broken.seq, broken.why), ("INC-1", 1, BreakKind::Unreadable));
    let page = everything(&store).await;
    assert_eq!(page.len(), 2);
    assert!(page[1].detail().contains("damaged"), "{page:?}");
}

#[tokio::test]
async fn a_file_and_its_folder_are_for_their_owner_alone() {
    crate::support::bench::sqlite(async |bench: &Bench| {
        let store = bench.open(Access::ReadWrite).await;
        store.record(&step("r", 0, None)).await.unwrap();
        let Bench::Sqlite(home) = bench else { panic!("not on SQLite") };
        let folder = home.path().join("stack");
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        for file in std::fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_no_database_and_one_that_is_not_there_say_so() {
    crate::support::bench::sqlite(async |bench: &Bench| {
        let missing = AnyStore::open(&bench.url(), Access::ReadOnly).await.unwrap_err();
        assert!(matches!(&missing, StoreError::Unavailable(why) if why.contains("there is none yet")), "{missing}");
        let Bench::Sqlite(home) = bench else { panic!("not on SQLite") };
        std::fs::create_dir(home.path().join("stack")).unwrap();
        std::fs::write(home.path().join("stack/readback.db"), "DB_HOST=localhost\n".repeat(100)).unwrap();
        let other = AnyStore::open(&bench.url(), Access::ReadWrite).await.unwrap_err();
        assert!(matches!(&other, StoreError::Refused(why) if why.contains("not a database")), "{other}");
    })
    .await;
}
