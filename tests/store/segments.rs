//! Sealing and checking days, on the engines whose rows outlive the process. What the owner of the database does to
//! them is found, and told apart.

use crate::support::bench::{Bench, at, id, operation, own, step, story};
use readback::store::segments::{Finding, MARGIN, Sealed, SegmentAudit, WitnessFinding, check_witness, seal, verify};
use readback::store::{Access, AnyStore, Store, StoreError};
use readback::timeline::segment::{Day, Seal, SealFault, Table, Witnessed, read_witness};
use std::time::Duration;

/// Long enough for a transaction that is about to end.
const SOON: Duration = Duration::from_secs(20);

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Rows of another program: so many, a microsecond apart, from a moment of this day on.
pub async fn log(bench: &Bench, prefix: &str, from: &str, seconds: i64, count: u32) {
    let micros = day(from).start() + seconds * 1_000_000;
    let columns = "INSERT INTO alert_operation_log (id, event_type, actor, error_message, context, created_at)";
    let values = format!("SELECT '{prefix}-' || n, 'RESOLVED', 'telegram:1', 'é' || n, '{{\"n\": 1.10}}'");
    let last = count - 1;
    bench
        .sql(&match bench {
            Bench::Postgres(_) => format!(
                "{columns} {values}, timestamptz 'epoch' + ({micros} + n) * interval '1 microsecond'
                 FROM generate_series(0, {last}) n"
            ),
            _ => format!(
                "{columns} WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {last})
                 {values}, {micros} + n FROM s"
            ),
        })
        .await
        .unwrap();
}

pub async fn sealed(store: &AnyStore) -> Sealed {
    seal(&mut store.segments().await.unwrap().unwrap(), Duration::ZERO).await.unwrap()
}

pub async fn checked(store: &AnyStore) -> (SegmentAudit, Vec<Seal>) {
    verify(&mut store.segments().await.unwrap().unwrap(), None).await.unwrap()
}

async fn audit(store: &AnyStore) -> SegmentAudit {
    checked(store).await.0
}

/// Takes the guards off, as the owner of the database can.
async fn unguard(bench: &Bench) {
    let sql = match bench {
        Bench::Postgres(_) => {
            "ALTER TABLE readback_segment DISABLE TRIGGER USER; ALTER TABLE readback_segment_mark DISABLE TRIGGER USER;
             ALTER TABLE readback_event DISABLE TRIGGER USER"
        }
        _ => {
            "DROP TRIGGER readback_segment_no_update; DROP TRIGGER readback_segment_no_delete;
             DROP TRIGGER readback_segment_mark_no_update; DROP TRIGGER readback_segment_mark_no_delete;
             DROP TRIGGER readback_event_no_update; DROP TRIGGER readback_event_no_delete"
        }
    };
    bench.sql(sql).await.unwrap();
}

/// Two sealed days of the log, an event and a review step of today.
async fn two_days(bench: &Bench) -> AnyStore {
    let store = bench.open(Access::ReadWrite).await;
    log(bench, "a", "2026-02-03", 60, 5).await;
    log(bench, "b", "2026-02-05", 0, 3).await;
    store.append(&operation(&id())).await.unwrap();
    store.append_own(&own(&id(), at(0))).await.unwrap();
    store.record(&step("r", 0, None)).await.unwrap();
    let run = sealed(&store).await;
    assert_eq!((run.late, run.waiting.clone(), run.missing.len()), (0, None, 0), "{run:?}");
    store
}

story!(a_day_that_is_over_is_sealed_once_and_today_is_not on sqlite, postgres);
async fn a_day_that_is_over_is_sealed_once_and_today_is_not(bench: &Bench) {
    let store = two_days(bench).await;
    let (audit, seals) = checked(&store).await;
    let days: Vec<_> =
        seals.iter().filter(|seal| seal.rows > 0).map(|seal| (seal.day.to_string(), seal.rows)).collect();
    assert_eq!(days, [("2026-02-03".to_owned(), 5), ("2026-02-05".to_owned(), 3)]);
    // The last day that is over gets a seal in each table, also of nothing: silence is witnessed, too.
    assert_eq!(seals.iter().filter(|seal| seal.rows == 0).map(|seal| seal.table).collect::<Vec<_>>(), Table::ALL);
    assert!(!audit.is_broken() && audit.findings.is_empty(), "{audit:?}");
    assert_eq!((audit.tables[0].rows, audit.tables[0].unsealed), (8, 1));
    assert_eq!((audit.tables[1].unsealed, audit.tables[2].unsealed), (1, 1));
    assert_eq!(sealed(&store).await, Sealed::default(), "running it again adds nothing");
    let over = jiff::Timestamp::now() - MARGIN - jiff::SignedDuration::from_hours(24);
    assert!(audit.tables.iter().all(|table| table.day == Some(Day::of(over.as_microsecond()))));
}

story!(one_byte_of_a_row_changed_by_the_owner_is_named on sqlite, postgres);
async fn one_byte_of_a_row_changed_by_the_owner_is_named(bench: &Bench) {
    let store = two_days(bench).await;
    for (change, back) in [
        ("actor = 'telegram:2'", "actor = 'telegram:1'"),
        ("error_message = 'e2'", "error_message = 'é2'"),
        // Equal as numbers, not as texts.
        (r#"context = '{"n": 1.1}'"#, r#"context = '{"n": 1.10}'"#),
        ("event_type = 'SILENCED'", "event_type = 'RESOLVED'"),
        ("success = false", "success = NULL"),
        ("incident_id = ''", "incident_id = NULL"),
    ] {
        bench.by_hand(&format!("UPDATE alert_operation_log SET {change} WHERE id = 'a-2'")).await.unwrap();
        let audit = audit(&store).await;
        assert_eq!((audit.changed, audit.removed, audit.added, audit.unnamed), (1, 0, 0, 0), "{change} {audit:?}");
        let [Finding::RowChanged(row)] = audit.findings.as_slice() else { panic!("{audit:?}") };
        assert_eq!(
            (row.table, row.id.as_str(), row.at.to_string().as_str()),
            (Table::Log, "a-2", "2026-02-03T00:01:00.000002Z")
        );
        bench.by_hand(&format!("UPDATE alert_operation_log SET {back} WHERE id = 'a-2'")).await.unwrap();
        assert!(!self::audit(&store).await.is_broken(), "{change}");
    }
}

story!(a_row_that_was_removed_and_one_that_was_moved_in_time_are_named on sqlite, postgres);
async fn a_row_that_was_removed_and_one_that_was_moved_in_time_are_named(bench: &Bench) {
    let store = two_days(bench).await;
    bench.by_hand("DELETE FROM alert_operation_log WHERE id IN ('a-4', 'b-0')").await.unwrap();
    let found = audit(&store).await;
    let ids = |audit: &SegmentAudit| {
        let id = |finding: &Finding| match finding {
            Finding::RowRemoved(row) => format!("removed {}", row.id),
            Finding::RowAdded(row) => format!("added {}", row.id),
            other => format!("{other:?}"),
        };
        audit.findings.iter().map(id).collect::<Vec<_>>()
    };
    assert_eq!((found.is_broken(), ids(&found)), (true, vec!["removed a-4".to_owned(), "removed b-0".to_owned()]));
    assert_eq!(sealed(&store).await.missing, [(Table::Log, day("2026-02-03"), 1), (Table::Log, day("2026-02-05"), 1)]);
    let moved = match bench {
        Bench::Postgres(_) => {
            "UPDATE alert_operation_log SET created_at = created_at + interval '1 day' WHERE id = 'a-0'"
        }
        _ => "UPDATE alert_operation_log SET created_at = created_at + 86400000000 WHERE id = 'a-0'",
    };
    bench.by_hand(moved).await.unwrap();
    assert_eq!(ids(&audit(&store).await), ["removed a-0", "removed a-4", "added a-0", "removed b-0"]);
}

story!(a_row_put_into_a_sealed_day_is_told_apart_and_sealed_as_late on sqlite, postgres);
async fn a_row_put_into_a_sealed_day_is_told_apart_and_sealed_as_late(bench: &Bench) {
    let store = two_days(bench).await;
    log(bench, "late", "2026-02-03", 60, 2).await;
    log(bench, "between", "2026-02-04", 0, 1).await;
    log(bench, "early", "2025-12-31", 0, 1).await;
    let found = audit(&store).await;
    assert_eq!((found.is_broken(), found.added, found.tables[0].rows), (false, 4, 8), "{found:?}");
    assert!(matches!(&found.findings[0], Finding::RowAdded(row) if row.id == "early-0"), "{found:?}");
    // A backfill is no break: it gets segments of its own, which say that they came late.
    let run = sealed(&store).await;
    let parts: Vec<_> = run.seals.iter().map(|seal| (seal.day.to_string(), seal.part, seal.rows)).collect();
    assert_eq!(parts, [("2025-12-31".into(), 1, 1), ("2026-02-03".into(), 2, 2), ("2026-02-04".into(), 1, 1)]);
    assert_eq!(run.late, 4);
    let found = audit(&store).await;
    assert_eq!((found.is_broken(), found.added, found.tables[0].rows, found.tables[0].late_rows), (false, 0, 12, 4));
    assert_eq!(sealed(&store).await, Sealed::default());
    // What stood first still stands in its own segment, and what came late in its own.
    bench.by_hand("DELETE FROM alert_operation_log WHERE id = 'late-1'").await.unwrap();
    let found = audit(&store).await;
    assert!(matches!(found.findings.as_slice(), [Finding::RowRemoved(row)] if row.id == "late-1"), "{found:?}");
}

story!(a_changed_a_removed_and_a_forged_seal_are_named on sqlite, postgres);
async fn a_changed_a_removed_and_a_forged_seal_are_named(bench: &Bench) {
    let store = two_days(bench).await;
    let (_, before) = checked(&store).await;
    for attempt in [
        "UPDATE readback_segment SET row_count = 4 WHERE seq = 1",
        "DELETE FROM readback_segment WHERE seq = 5",
        "UPDATE readback_segment_mark SET chunk = 7",
        "DELETE FROM readback_segment_mark",
    ] {
        assert!(bench.sql(attempt).await.is_err(), "{attempt}");
    }
    if let Bench::Postgres(_) = bench {
        assert!(bench.sql("TRUNCATE readback_segment").await.is_err());
        assert!(bench.sql("TRUNCATE readback_segment_mark").await.is_err());
    } else {
        assert!(bench.sql("INSERT OR REPLACE INTO readback_segment SELECT * FROM readback_segment").await.is_err());
        let marks = "INSERT OR REPLACE INTO readback_segment_mark SELECT * FROM readback_segment_mark";
        assert!(bench.sql(marks).await.is_err());
    }
    unguard(bench).await;
    let broken = async || audit(&store).await.broken_seal.map(|broken| (broken.seq, broken.why));
    bench.sql("UPDATE readback_segment SET row_count = 4 WHERE seq = 2").await.unwrap();
    assert_eq!(broken().await, Some((2, SealFault::Changed)));
    let refused = seal(&mut store.segments().await.unwrap().unwrap(), Duration::ZERO).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Refused(why) if why.starts_with("seal 2 does not hold")), "{refused}");
    bench.sql("UPDATE readback_segment SET row_count = 3 WHERE seq = 2").await.unwrap();
    bench.sql("UPDATE readback_segment SET kind = 'other' WHERE seq = 3").await.unwrap();
    assert_eq!(broken().await, Some((3, SealFault::Unreadable)));
    bench.sql("UPDATE readback_segment SET kind = 'rows' WHERE seq = 3").await.unwrap();
    assert_eq!(broken().await, None);
    // The end of the chain cut off: the database alone can't know; the witness does.
    let kept: Vec<String> = before.iter().map(|seal| Witnessed::from(seal).to_string()).collect();
    let kept = read_witness(&kept.join("\n"));
    assert_eq!(check_witness(&kept, &checked(&store).await.1), []);
    bench.sql("DELETE FROM readback_segment WHERE seq > 1").await.unwrap();
    bench.sql("DELETE FROM readback_segment_mark WHERE segment > 1").await.unwrap();
    assert_eq!(broken().await, None);
    let told = check_witness(&kept, &checked(&store).await.1);
    assert!(told.len() == before.len() - 1 && matches!(told[0], WitnessFinding::Missing { .. }), "{told:?}");
    // Written anew, over other rows.
    bench.by_hand("DELETE FROM alert_operation_log WHERE id = 'b-1'").await.unwrap();
    sealed(&store).await;
    assert!(!audit(&store).await.is_broken());
    let told = check_witness(&kept, &checked(&store).await.1);
    assert!(matches!(&told[0], WitnessFinding::Replaced { kept, .. } if kept.contains("2026-02-05")), "{told:?}");
}

story!(marks_that_were_forged_along_with_their_row_hide_nothing on sqlite, postgres);
async fn marks_that_were_forged_along_with_their_row_hide_nothing(bench: &Bench) {
    let store = two_days(bench).await;
    unguard(bench).await;
    // The last byte of the last mark of the first segment, which belongs to the leaf of a-4.
    let flip = match bench {
        Bench::Postgres(_) => {
            "UPDATE readback_segment_mark SET marks = set_byte(marks, length(marks) - 1,
                    get_byte(marks, length(marks) - 1) # 1) WHERE segment = 1"
        }
        _ => {
            "UPDATE readback_segment_mark SET marks = CAST(substr(marks, 1, length(marks) - 1) || x'21' AS BLOB)
             WHERE segment = 1"
        }
    };
    bench.sql(flip).await.unwrap();
    let found = audit(&store).await;
    assert!(found.is_broken(), "{found:?}");
    assert!(matches!(found.findings.last(), Some(Finding::Marks(part)) if part.seq == 1), "{found:?}");
    bench.sql("UPDATE readback_segment_mark SET marks = 'nonsense' WHERE segment = 1").await.unwrap();
    assert!(matches!(audit(&store).await.findings.last(), Some(Finding::Marks(_))));
}

story!(many_rows_of_one_instant_go_through_pages_and_chunks_in_order on sqlite, postgres);
async fn many_rows_of_one_instant_go_through_pages_and_chunks_in_order(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    log(bench, "x", "2026-02-03", 86_399, 4_500).await;
    bench
        .by_hand("UPDATE alert_operation_log SET created_at = (SELECT min(created_at) FROM alert_operation_log)")
        .await
        .unwrap();
    // The last microsecond of the day and the first of the next.
    let edge = match bench {
        Bench::Postgres(_) => "created_at = '2026-02-03 23:59:59.999999+00' WHERE id = 'x-1'",
        _ => "created_at = 1770163199999999 WHERE id = 'x-1'",
    };
    bench.by_hand(&format!("UPDATE alert_operation_log SET {edge}")).await.unwrap();
    log(bench, "y", "2026-02-04", 0, 1).await;
    let run = sealed(&store).await;
    assert_eq!((run.seals[0].rows, run.seals[1].rows), (4_500, 1));
    let found = audit(&store).await;
    assert_eq!((found.is_broken(), found.tables[0].rows), (false, 4_501), "{found:?}");
    bench.by_hand("UPDATE alert_operation_log SET actor = 'x' WHERE id = 'x-3333'").await.unwrap();
    let found = audit(&store).await;
    assert!(matches!(found.findings.as_slice(), [Finding::RowChanged(row)] if row.id == "x-3333"), "{found:?}");
}

story!(a_text_too_large_to_be_held_is_covered_to_its_last_byte on sqlite, postgres);
async fn a_text_too_large_to_be_held_is_covered_to_its_last_byte(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    log(bench, "large", "2026-02-03", 0, 3).await;
    let text = |end: &str| format!("{}{end}", "資料 ".repeat(30_000));
    let set = async |end: &str| {
        let sql = format!(
            "UPDATE alert_operation_log SET error_message = '{0}', context = '[\"{0}\"]' WHERE id = 'large-1'",
            text(end)
        );
        bench.by_hand(&sql).await.unwrap();
    };
    set("a").await;
    sealed(&store).await;
    assert!(!audit(&store).await.is_broken());
    set("b").await;
    assert_eq!(audit(&store).await.changed, 1);
    set("a").await;
    assert!(!audit(&store).await.is_broken());
}

story!(own_events_go_by_the_time_of_recording_whatever_they_claim on sqlite, postgres);
async fn own_events_go_by_the_time_of_recording_whatever_they_claim(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    store.append_own(&own("claims-the-past", at(0))).await.unwrap();
    let (then, now) = match bench {
        Bench::Postgres(_) => ("'2026-02-03 09:00+00'", "now()"),
        _ => ("1770109200000000", "1800000000000000"),
    };
    bench
        .sql(&format!(
            "INSERT INTO readback_event (id, kind, subject, summary, context, occurred_at, recorded_at)
             VALUES ('old', 'NOTE', 's', 'was here', '{{}}', {now}, {then})"
        ))
        .await
        .unwrap();
    let run = sealed(&store).await;
    let of_own: Vec<_> = run.seals.iter().filter(|seal| seal.table == Table::Own).map(|seal| seal.rows).collect();
    assert_eq!(of_own, [1, 0]);
    unguard(bench).await;
    bench.sql("UPDATE readback_event SET summary = 'was not' WHERE id = 'old'").await.unwrap();
    let found = audit(&store).await;
    assert!(matches!(found.findings.as_slice(), [Finding::RowChanged(row)] if row.table == Table::Own), "{found:?}");
}

story!(a_check_since_a_day_reads_that_day_and_later_ones on sqlite, postgres);
async fn a_check_since_a_day_reads_that_day_and_later_ones(bench: &Bench) {
    let store = two_days(bench).await;
    bench.by_hand("DELETE FROM alert_operation_log WHERE id = 'a-4'").await.unwrap();
    let since = async |since: &str| {
        let mut db = store.segments().await.unwrap().unwrap();
        verify(&mut db, Some(day(since))).await.unwrap().0
    };
    assert_eq!(since("2026-02-03").await.removed, 1);
    let later = since("2026-02-04").await;
    assert_eq!((later.removed, later.added, later.tables[0].rows), (0, 0, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_under_way_since_before_the_end_of_a_day_keeps_it_from_being_sealed() {
    crate::support::bench::postgres(async |bench: &Bench| {
        use sqlx::Connection;
        let Bench::Postgres(db) = bench else { panic!("not on PostgreSQL") };
        let store = bench.open(Access::ReadWrite).await;
        log(bench, "a", "2026-02-03", 0, 2).await;
        // Another role's transaction: when it began, the server does not tell.
        let role = db.role().await;
        db.sql(&format!("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {}", role.name)).await.unwrap();
        let url = readback::store::StoreUrl::parse(&db.url_for(&role, None)).unwrap();
        let keeper = AnyStore::open(&url, Access::ReadWrite).await.unwrap();
        let mut other = db.connect().await;
        let mut turn = other.begin().await.unwrap();
        let row =
            "INSERT INTO alert_operation_log (id, event_type, created_at) VALUES ('slow', 'RESOLVED', '2026-02-03')";
        sqlx::query("SELECT 1").execute(&mut *turn).await.unwrap();
        let run = sealed(&keeper).await;
        let waiting = run.waiting.expect("it waits");
        assert!(run.seals.is_empty() && waiting.sessions[0].starts_with("pid "), "{waiting:?}");
        // The owner sees when it began: after the day that is over.
        let mut of_owner = store.segments().await.unwrap().unwrap();
        let mut patient = keeper.segments().await.unwrap().unwrap();
        let (run, ()) = tokio::join!(seal(&mut patient, SOON), async {
            sqlx::query(row).execute(&mut *turn).await.unwrap();
            turn.commit().await.unwrap();
        });
        let run = run.unwrap();
        assert_eq!((run.waiting, run.seals[0].rows), (None, 3), "what it wrote at its end is sealed");
        let (audit, _) = verify(&mut of_owner, None).await.unwrap();
        assert!(!audit.is_broken() && audit.added == 0, "{audit:?}");
        other.close().await.unwrap();
        keeper.close().await;
        drop((keeper, patient));
        db.drop_role(role).await;
    })
    .await;
}

story!(a_database_of_an_earlier_console_is_used_as_it_is_and_gets_the_seals_from_its_owner on sqlite, postgres);
async fn a_database_of_an_earlier_console_is_used_as_it_is_and_gets_the_seals_from_its_owner(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    store.append_own(&own("kept", at(0))).await.unwrap();
    store.close().await;
    let undo = "DROP TABLE readback_segment; DROP TABLE readback_segment_mark; DROP INDEX readback_event_recorded";
    bench.sql(undo).await.unwrap();
    let reader = bench.open(Access::ReadOnly).await;
    assert_eq!(checked(&reader).await.0.seals, 0);
    if let Bench::Postgres(db) = bench {
        let role = db.role().await;
        db.sql(&format!("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {}", role.name)).await.unwrap();
        let url = readback::store::StoreUrl::parse(&db.url_for(&role, None)).unwrap();
        let writer = AnyStore::open(&url, Access::ReadWrite).await.unwrap();
        writer.append_own(&own("more", at(1))).await.unwrap();
        let refused = seal(&mut writer.segments().await.unwrap().unwrap(), Duration::ZERO).await.unwrap_err();
        assert!(refused.to_string().contains("readback_segment is missing"), "{refused}");
        writer.close().await;
        drop(writer);
        db.drop_role(role).await;
    }
    let store = bench.open(Access::ReadWrite).await;
    assert_eq!(sealed(&store).await.seals.len(), 3);
    assert_eq!(checked(&store).await.0.tables[1].unsealed, if matches!(bench, Bench::Postgres(_)) { 2 } else { 1 });
}

#[tokio::test]
async fn a_store_in_memory_has_no_days_to_seal() {
    let store = Bench::Memory.open(Access::ReadWrite).await;
    assert!(store.segments().await.unwrap().is_none());
}
