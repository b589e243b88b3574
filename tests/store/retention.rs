//! Months that are taken away: only what is sealed and holds goes, nothing is deleted, and the check holds afterwards.

use crate::segments::{checked, log, sealed};
use crate::support::bench::{Bench, id, operation, story};
use crate::support::pg::TestDb;
use readback::store::segments::{Ahead, Layout, MonthState, Plan, apply, plan};
use readback::store::{Access, AnyStore, Store, StoreError, StoreUrl};
use readback::timeline::filter::Pushed;
use readback::timeline::{Counts, Grid};

async fn planned(store: &AnyStore) -> Plan {
    plan(&mut store.segments().await.unwrap().unwrap(), 1).await.unwrap()
}

async fn applied(store: &AnyStore) -> usize {
    let mut db = store.segments().await.unwrap().unwrap();
    let mut planned = plan(&mut db, 1).await.unwrap();
    apply(&mut db, &mut planned).await.unwrap().len()
}

async fn count(bench: &Bench) -> usize {
    let store = bench.open(Access::ReadOnly).await;
    store.page(None, 5_000).await.unwrap().len()
}

/// A store of two old months and a row of now; on a server with partitions.
async fn old(bench: &Bench) -> AnyStore {
    let store = bench.open(Access::ReadWrite).await;
    log(bench, "jan", "2026-01-31", 86_390, 30).await;
    log(bench, "feb", "2026-02-01", 0, 20).await;
    if let Bench::Postgres(_) = bench {
        store.segments().await.unwrap().unwrap().partition().await.unwrap();
    }
    store.append(&operation(&id())).await.unwrap();
    store
}

#[tokio::test]
async fn a_month_of_a_file_goes_to_an_archive_beside_it_once_it_is_sealed_and_holds() {
    crate::support::bench::sqlite(async |bench: &Bench| {
        let store = old(bench).await;
        let stays = planned(&store).await;
        assert_eq!((stays.layout, stays.months.len()), (Layout::Plain, 2));
        assert!(stays.months.iter().all(|month| matches!(month.state, MonthState::Stays(_))), "{stays:?}");
        assert_eq!(applied(&store).await, 0);
        sealed(&store).await;
        // A row that was changed keeps its month here, and that month alone.
        bench.by_hand("UPDATE alert_operation_log SET actor = 'x' WHERE id = 'feb-3'").await.unwrap();
        assert_eq!(applied(&store).await, 1);
        assert_eq!(count(bench).await, 21);
        bench.by_hand("UPDATE alert_operation_log SET actor = 'telegram:1' WHERE id = 'feb-3'").await.unwrap();
        // Whoever opens the file puts the guard on again that was taken off for this.
        bench.open(Access::ReadWrite).await.close().await;
        assert_eq!((applied(&store).await, count(bench).await, applied(&store).await), (1, 1, 0));

        // What is counted by the hour is what is still here.
        let grid = Grid { from: "2026-01-01T00:00:00Z".parse().unwrap(), width_s: 86_400, buckets: 900 };
        let counted = store.histogram(&grid, &Pushed::default()).await.unwrap();
        assert_eq!(counted.buckets.iter().map(Counts::rows).sum::<u64>(), 1);
        let gone = bench.sql("DELETE FROM alert_operation_log").await;
        assert!(gone.is_err(), "the guard stands again");

        let (audit, _) = checked(&store).await;
        assert!(!audit.is_broken() && audit.added == 0, "{audit:?}");
        assert_eq!((audit.tables[0].rows, audit.archives.len()), (50, 2), "rows of archives are checked, too");
        assert!(audit.archives.iter().all(|archive| archive.is_here));
        assert_eq!(sealed(&store).await.seals, []);

        // What is done to an archive is found as well; one that is elsewhere is said to be not checked.
        let Bench::Sqlite(home) = bench else { panic!("not on SQLite") };
        let file = home.path().join("stack").join(&audit.archives[0].place);
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions()) & 0o777,
            0o600
        );
        let mut archive = connect(&file).await;
        sqlx::query("DELETE FROM alert_operation_log WHERE id = 'jan-7'").execute(&mut archive).await.unwrap();
        sqlx::Connection::close(archive).await.unwrap();
        let (found, _) = checked(&bench.open(Access::ReadOnly).await).await;
        assert_eq!((found.is_broken(), found.removed), (true, 1), "{found:?}");
        std::fs::remove_file(file).unwrap();
        let (found, _) = checked(&store).await;
        assert!(!found.is_broken() && !found.archives[0].is_here && found.archives[1].is_here, "{found:?}");

        // A row written into a month that is gone is not hidden by that.
        log(bench, "back", "2026-01-15", 0, 1).await;
        assert_eq!(checked(&store).await.0.added, 1);
        assert_eq!(applied(&store).await, 0);
    })
    .await;
}

async fn connect(file: &std::path::Path) -> sqlx::SqliteConnection {
    use sqlx::ConnectOptions;
    sqlx::sqlite::SqliteConnectOptions::new().filename(file).connect().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partition_is_detached_without_keeping_writers_out_and_the_check_still_holds() {
    Box::pin(crate::support::bench::postgres(async |bench: &Bench| {
        let Bench::Postgres(db) = bench else { panic!("not on PostgreSQL") };
        let store = old(bench).await;
        // An id stands once, whoever writes it and whenever.
        let row = operation("once");
        for _ in 0..2 {
            store.append(&row).await.unwrap();
            db.sql(
                "INSERT INTO alert_operation_log (id, event_type) VALUES ('jan-1', 'RESOLVED'), ('once', 'RESOLVED')",
            )
            .await
            .unwrap();
        }
        assert_eq!(count(bench).await, 52);
        db.sql(
            "INSERT INTO alert_operation_log (event_type, created_at) VALUES ('RESOLVED', now() + interval '40 days')",
        )
        .await
        .unwrap();
        assert_eq!(count(bench).await, 53);

        // All of what was there before is one partition; it can go when the month of the change is old. The server's
        // clock can't be moved, so its end is.
        assert!(planned(&store).await.months.is_empty(), "it holds rows of this month");
        end_before(db).await;
        let stays = planned(&store).await;
        assert_eq!((stays.layout, stays.months[0].place.as_str()), (Layout::Monthly, "alert_operation_log_before"));
        assert!(matches!(&stays.months[0].state, MonthState::Stays(why) if why.contains("readback seal")), "{stays:?}");
        sealed(&store).await;
        let (mut ready, writes) = (planned(&store).await, operation(&id()));
        assert_eq!(
            (&ready.months[0].state, ready.months[0].rows, ready.months[0].months.len()),
            (&MonthState::Ready, 50, 2)
        );

        let mut other = store.segments().await.unwrap().unwrap();
        let (gone, written) = tokio::join!(apply(&mut other, &mut ready), store.append(&writes));
        assert_eq!(gone.unwrap().len(), 1);
        written.unwrap();
        // By its name the other is old, too; it stays, for rows of now are in it.
        let stays = planned(&store).await.months;
        assert!(matches!(stays.as_slice(), [month] if matches!(month.state, MonthState::Stays(_))), "{stays:?}");
        let (audit, _) = checked(&store).await;
        assert!(!audit.is_broken() && audit.added == 0, "{audit:?}");
        assert_eq!(audit.archives.iter().filter(|archive| archive.is_here).count(), 2);
        assert_eq!(applied(&store).await, 0, "nothing is left to do");

        // The detached table is kept as it is; when it is dropped, its root stands.
        for attempt in ["DELETE FROM", "TRUNCATE", "INSERT INTO alert_operation_log_before SELECT * FROM"] {
            assert!(db.sql(&format!("{attempt} alert_operation_log_before")).await.is_err(), "{attempt}");
        }
        store.append(&operation("jan-1")).await.unwrap();
        db.sql("DROP TABLE alert_operation_log_before").await.unwrap();
        let (audit, _) = checked(&store).await;
        assert!(!audit.is_broken() && audit.archives.iter().all(|archive| !archive.is_here), "{audit:?}");
        let mut db_of = store.segments().await.unwrap().unwrap();
        assert_eq!(db_of.ahead().await.unwrap(), Ahead::default(), "three months are there already");
    }))
    .await;
}

story!(a_table_that_another_program_made_is_left_alone on sqlite, postgres);
async fn a_table_that_another_program_made_is_left_alone(bench: &Bench) {
    bench.open(Access::ReadWrite).await.close().await;
    let theirs = match bench {
        Bench::Postgres(_) => "COMMENT ON TABLE alert_operation_log IS NULL",
        _ => "ALTER TABLE alert_operation_log ADD COLUMN shard INTEGER",
    };
    bench.sql(theirs).await.unwrap();
    log(bench, "jan", "2026-01-31", 0, 3).await;
    let store = bench.open(Access::ReadWrite).await;
    sealed(&store).await;
    let planned = planned(&store).await;
    assert_eq!((planned.layout, planned.months.len(), applied(&store).await), (Layout::Foreign, 0, 0));
    assert!(!checked(&store).await.0.is_broken());
}

/// The first day of the next month.
fn next_month() -> jiff::civil::Date {
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    now.last_of_month().tomorrow().unwrap()
}

/// Lets what was there before there were partitions end with February.
async fn end_before(db: &TestDb) {
    let split = format!(
        "ALTER TABLE alert_operation_log DISABLE TRIGGER readback_operation_once;
         ALTER TABLE alert_operation_log DETACH PARTITION alert_operation_log_before;
         CREATE TABLE alert_operation_log_2026_03 PARTITION OF alert_operation_log
             FOR VALUES FROM ('2026-03-01 00:00:00+00') TO ('{} 00:00:00+00');
         WITH moved AS (DELETE FROM alert_operation_log_before WHERE created_at >= '2026-03-01' RETURNING *)
         INSERT INTO alert_operation_log_2026_03 SELECT * FROM moved;
         ALTER TABLE alert_operation_log ATTACH PARTITION alert_operation_log_before
             FOR VALUES FROM (MINVALUE) TO ('2026-03-01 00:00:00+00');
         ALTER TABLE alert_operation_log ENABLE TRIGGER readback_operation_once",
        next_month()
    );
    db.sql(&split).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_comes_after_the_check_keeps_its_partition_here_and_writable() {
    Box::pin(crate::support::bench::postgres(async |bench: &Bench| {
        let Bench::Postgres(db) = bench else { panic!("not on PostgreSQL") };
        let store = old(bench).await;
        end_before(db).await;
        sealed(&store).await;
        let mut ready = planned(&store).await;
        assert_eq!(ready.months[0].state, MonthState::Ready);
        log(bench, "late", "2026-01-15", 0, 1).await;
        let mut other = store.segments().await.unwrap().unwrap();
        assert_eq!(apply(&mut other, &mut ready).await.unwrap(), []);
        let stays = &ready.months[0].state;
        assert!(matches!(stays, MonthState::Stays(why) if why.contains("written into it meanwhile")), "{stays:?}");
        // Nothing is recorded as gone, nobody is kept out, and with the row sealed it goes.
        assert!(checked(&store).await.0.archives.is_empty());
        log(bench, "later", "2026-01-15", 60, 1).await;
        sealed(&store).await;
        assert_eq!(applied(&store).await, 1);
        let (audit, _) = checked(&store).await;
        assert!(!audit.is_broken() && audit.added == 0 && audit.tables[0].late_rows == 2, "{audit:?}");
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_the_log_reads_what_was_detached_and_an_archive_that_nobody_may_read_is_told() {
    Box::pin(crate::support::bench::postgres(async |bench: &Bench| {
        let Bench::Postgres(db) = bench else { panic!("not on PostgreSQL") };
        let store = old(bench).await;
        end_before(db).await;
        sealed(&store).await;
        let role = db.role().await;
        for table in [
            "alert_operation_log",
            "readback_event",
            "readback_review_event",
            "readback_segment",
            "readback_segment_mark",
        ] {
            db.sql(&format!("GRANT SELECT ON {table} TO {}", role.name)).await.unwrap();
        }
        assert_eq!(applied(&store).await, 1);
        let url = StoreUrl::parse(&db.url_for(&role, None)).unwrap();
        let reader = AnyStore::open(&url, Access::ReadOnly).await.unwrap();
        let (audit, _) = checked(&reader).await;
        assert!(!audit.archives.is_empty() && audit.archives.iter().all(|archive| archive.is_here), "{audit:?}");
        db.sql(&format!("REVOKE SELECT ON alert_operation_log_before FROM {}", role.name)).await.unwrap();
        let (audit, _) = checked(&reader).await;
        assert!(audit.archives.iter().all(|archive| archive.is_denied && !archive.is_here), "{audit:?}");
        reader.close().await;
        db.drop_role(role).await;
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_with_a_time_to_come_keeps_its_month_from_being_made_and_nothing_else() {
    Box::pin(crate::support::bench::postgres(async |bench: &Bench| {
        let Bench::Postgres(db) = bench else { panic!("not on PostgreSQL") };
        let store = old(bench).await;
        // Two months later, as far as the partitions go.
        let month = |ahead: i64| next_month().saturating_add(jiff::Span::new().months(ahead));
        let name = |ahead: i64| format!("alert_operation_log_{}", month(ahead).strftime("%Y_%m"));
        let row = month(2).saturating_add(jiff::Span::new().days(4));
        let sql = format!(
            "ALTER TABLE alert_operation_log DETACH PARTITION alert_operation_log_after;
             DROP TABLE {}, {};
             ALTER TABLE alert_operation_log ATTACH PARTITION alert_operation_log_after
                 FOR VALUES FROM ('{} 00:00:00+00') TO (MAXVALUE);
             INSERT INTO alert_operation_log (id, event_type, created_at)
             VALUES ('future', 'RESOLVED', '{row} 12:00:00+00')",
            name(1),
            name(2),
            month(1)
        );
        db.sql(&sql).await.unwrap();
        let mut segments = store.segments().await.unwrap().unwrap();
        let day = row.to_string().parse().unwrap();
        assert_eq!(segments.ahead().await.unwrap(), Ahead { made: 1, stays: Some(day) });
        assert_eq!(segments.ahead().await.unwrap(), Ahead { made: 0, stays: Some(day) });
        bench.by_hand("DELETE FROM alert_operation_log WHERE id = 'future'").await.unwrap();
        assert_eq!(segments.ahead().await.unwrap(), Ahead { made: 1, stays: None });
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_silently_stay_on_the_old_table_keeps_it_from_being_partitioned_and_is_named() {
    Box::pin(crate::support::bench::postgres(async |bench: &Bench| {
        let Bench::Postgres(db) = bench else { panic!("not on PostgreSQL") };
        let store = bench.open(Access::ReadWrite).await;
        let mut segments = store.segments().await.unwrap().unwrap();
        for (make, drop, named) in [
            ("CREATE VIEW board AS SELECT id FROM alert_operation_log", "DROP VIEW board", "view board"),
            (
                "CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                 CREATE TRIGGER forward AFTER INSERT ON alert_operation_log FOR EACH ROW EXECUTE FUNCTION theirs()",
                "DROP FUNCTION theirs() CASCADE",
                "trigger forward",
            ),
            ("CREATE PUBLICATION feed FOR TABLE alert_operation_log", "DROP PUBLICATION feed", "publication feed"),
            (
                "CREATE POLICY mine ON alert_operation_log USING (true)",
                "DROP POLICY mine ON alert_operation_log",
                "policy mine",
            ),
        ] {
            db.sql(make).await.unwrap();
            let Err(StoreError::Refused(why)) = segments.partition().await else { panic!("{named}") };
            assert!(why.contains(named) && why.contains("retention init"), "{why}");
            db.sql(drop).await.unwrap();
        }
        segments.partition().await.unwrap();
        assert_eq!(planned(&store).await.layout, Layout::Monthly);
    }))
    .await;
}
