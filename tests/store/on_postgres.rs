//! What holds beside other programs, other roles and a server that comes and goes.

use crate::support::bench::{Bench, PATIENCE, at, everything, id, operation, own, step, until};
use crate::support::pg::TestDb;
use crate::support::proxy::Proxy;
use readback::store::{Access, AnyStore, Store, StoreError, StoreUrl};
use readback::timeline::{Entry, EventType};
use std::time::{Duration, Instant};

/// The table as another program made it: another order, one value and one column more, no index.
const SOMEBODY_ELSES: &str = "
    CREATE TYPE alert_event_type AS ENUM (
        'ALERT_RECEIVED', 'TELEGRAM_SENT', 'USER_ACTION', 'AUTO_REPAIR_TRIGGERED', 'EXECUTION_STARTED',
        'EXECUTION_COMPLETED', 'TELEGRAM_RESULT_SENT', 'RESOLVED', 'SILENCED', 'ESCALATED', 'HANDED_OVER');
    CREATE TABLE alert_operation_log (
        created_at timestamptz NOT NULL DEFAULT now(), event_type alert_event_type NOT NULL,
        id varchar(36) PRIMARY KEY DEFAULT gen_random_uuid()::text,
        incident_id varchar(30), approval_id varchar(36), audit_log_id varchar(36), auto_repair_id varchar(36),
        actor varchar(100), action_detail varchar(200), success boolean, error_message text,
        context jsonb NOT NULL DEFAULT '{}', shard integer);
    INSERT INTO alert_operation_log (id, event_type, context, created_at) VALUES
        ('known', 'RESOLVED', '{\"n\": 1.10}', '2026-01-01 00:00:00.123456+08'),
        ('unknown', 'HANDED_OVER', '[]', '2025-12-31 00:00:00+08'),
        ('forever', 'SILENCED', '{}', 'infinity');";

/// Runs on a database of its own.
async fn on_postgres(story: impl AsyncFnOnce(&Bench, &TestDb)) {
    crate::support::bench::postgres(async |bench: &Bench| {
        let Bench::Postgres(db) = bench else { panic!("not on PostgreSQL") };
        story(bench, db).await;
    })
    .await;
}

async fn open(url: &str, access: Access) -> AnyStore {
    AnyStore::open(&StoreUrl::parse(url).unwrap(), access).await.unwrap()
}

#[tokio::test]
async fn a_table_and_an_enum_of_another_program_are_adopted_and_nothing_of_it_is_lost() {
    on_postgres(async |bench, db| {
        db.sql(SOMEBODY_ELSES).await.unwrap();
        let shape = "
            SELECT string_agg(attname || format_type(atttypid, atttypmod), ',' ORDER BY attnum) || '/' ||
                   (SELECT count(*) FROM pg_index WHERE indrelid = attrelid) || '/' ||
                   (SELECT count(*) FROM pg_trigger WHERE tgrelid = attrelid)
            FROM pg_attribute WHERE attrelid = 'alert_operation_log'::regclass GROUP BY attrelid";
        let mut other = db.connect().await;
        let before: String = sqlx::query_scalar(shape).fetch_one(&mut other).await.unwrap();
        let store = bench.open(Access::ReadWrite).await;
        store.record(&step("r", 0, Some(operation("mine")))).await.unwrap();
        let after: String = sqlx::query_scalar(shape).fetch_one(&mut other).await.unwrap();
        assert_eq!(before, after, "their table is as it was");

        let page = everything(&store).await;
        assert_eq!(page.iter().map(Entry::id).collect::<Vec<_>>(), ["forever", "mine", "known", "unknown"]);
        let Entry::Operation(unknown) = &page[3] else { panic!("{page:?}") };
        assert_eq!((unknown.row.event_type, page[3].type_name()), (EventType::Other, "HANDED_OVER"));
        assert_eq!(page[2].at().to_string(), "2025-12-31T16:00:00.123456Z");
        assert_eq!(page[2].context()["n"], 1.1);
    })
    .await;
}

#[tokio::test]
async fn a_table_that_is_not_the_one_we_know_is_refused_by_the_column() {
    on_postgres(async |bench, db| {
        db.sql(SOMEBODY_ELSES).await.unwrap();
        for (change, says) in [
            ("RENAME COLUMN approval_id TO approval", "has no column approval_id (character varying)"),
            ("ALTER COLUMN context TYPE text", "column context is text, it must be jsonb"),
            ("ALTER COLUMN actor TYPE varchar(20)", "column actor holds 20 characters, 100 are needed"),
            ("ALTER COLUMN created_at TYPE timestamp", "column created_at is timestamp without time zone"),
        ] {
            let table = "alert_operation_log";
            db.sql(&format!("CREATE TABLE kept AS TABLE {table}; ALTER TABLE {table} {change}")).await.unwrap();
            for access in [Access::ReadWrite, Access::ReadOnly] {
                let store = AnyStore::open(&bench.url(), access).await.unwrap();
                let Err(StoreError::Refused(why)) = store.ready().await else { panic!("{change}") };
                assert!(why.contains(says), "{why}");
            }
            db.sql(&format!("DROP TABLE {table}, kept; DROP TYPE alert_event_type; {SOMEBODY_ELSES}")).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn rows_of_another_program_are_seen_live_even_when_they_are_older_than_what_was_seen() {
    on_postgres(async |bench, db| {
        let store = bench.open(Access::ReadWrite).await;
        store.append(&operation(&id())).await.unwrap();
        until(&store, async || everything(&store).await.len() == 1).await;
        db.sql("INSERT INTO alert_operation_log (event_type) VALUES ('ALERT_RECEIVED')").await.unwrap();
        until(&store, async || everything(&store).await.len() == 2).await;
        db.sql("INSERT INTO alert_operation_log (event_type, created_at) VALUES ('RESOLVED', now() - interval '1 h')")
            .await
            .unwrap();
        until(&store, async || everything(&store).await.len() == 3).await;
    })
    .await;
}

#[tokio::test]
async fn a_role_that_may_not_create_tables_works_where_they_stand_and_says_why_where_they_do_not() {
    on_postgres(async |bench, db| {
        let role = db.role().await;
        let url = db.url_for(&role, None);
        let store = open(&url, Access::ReadWrite).await;
        let Err(StoreError::Refused(why)) = store.ready().await else { panic!("made tables") };
        assert!(why.contains("may not make them"), "{why}");

        bench.open(Access::ReadWrite).await;
        let Err(StoreError::ReadOnly(why)) = store.append(&operation(&id())).await else { panic!("wrote") };
        assert!(why.contains("42501"), "{why}");
        db.sql(&format!(
            "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {0}; REVOKE INSERT ON readback_chain_head FROM {0}",
            role.name
        ))
        .await
        .unwrap();
        // The same store, without being opened again.
        store.record(&step("r", 0, Some(operation(&id())))).await.unwrap();
        store.append_own(&own(&id(), at(0))).await.unwrap();
        assert_eq!(everything(&store).await.len(), 2);
        store.close().await;
        db.drop_role(role).await;
    })
    .await;
}

#[tokio::test]
async fn a_reader_needs_the_log_alone_and_the_server_itself_refuses_its_writes() {
    on_postgres(async |bench, db| {
        let reader = bench.url();
        let reader = AnyStore::open(&reader, Access::ReadOnly).await.unwrap();
        let Err(StoreError::Refused(why)) = reader.ready().await else { panic!("nothing stands") };
        assert!(why.contains("no alert_operation_log"), "{why}");
        db.sql(SOMEBODY_ELSES).await.unwrap();
        assert_eq!(everything(&reader).await.len(), 3);
        assert_eq!(reader.reviews().await.unwrap(), []);
        let made: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_class WHERE relname LIKE 'readback%'")
            .fetch_one(&mut db.connect().await)
            .await
            .unwrap();
        assert_eq!(made, 0, "a reader makes nothing");
        // Somebody sets it up meanwhile.
        bench.open(Access::ReadWrite).await.record(&step("r", 0, None)).await.unwrap();
        assert_eq!(reader.reviews().await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_goes_away_and_comes_back_needs_no_reopening() {
    on_postgres(async |_, db| {
        let role = db.role().await;
        db.sql(&format!("GRANT ALL ON SCHEMA public TO {}", role.name)).await.unwrap();
        let (proxy, port) = Proxy::start(0, db.address()).await;
        proxy.cut().await;
        let store = open(&db.url_for(&role, Some(port)), Access::ReadWrite).await;
        let refused = store.ready().await.unwrap_err();
        assert!(matches!(&refused, StoreError::Unavailable(why) if why.contains("refused")), "{refused}");

        let (proxy, _) = Proxy::start(port, db.address()).await;
        let outcome = step("r", 0, Some(operation(&id())));
        let first = store.record(&outcome).await.unwrap();
        until(&store, async || !everything(&store).await.is_empty()).await;

        proxy.cut().await;
        // Idle connections are dead, too; the loss is told once, in so many words.
        let told = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Err(error) = store.changed().await {
                    return error;
                }
            }
        });
        assert!(told.await.unwrap().is_transient());
        let lost = Instant::now();
        assert!(store.record(&outcome).await.unwrap_err().is_transient());
        assert!(store.page(None, 10).await.unwrap_err().is_transient());
        assert!(lost.elapsed() < Duration::from_secs(7));

        let (proxy, _) = Proxy::start(port, db.address()).await;
        assert_eq!(store.record(&outcome).await.unwrap(), first, "the outbox sends again, the first record answers");
        assert_eq!(tokio::time::timeout(PATIENCE, store.changed()).await.unwrap(), Ok(()));
        store.close().await;
        drop(store);
        proxy.cut().await;
        db.drop_role(role).await;
    })
    .await;
}

#[tokio::test]
async fn a_server_that_accepts_and_never_answers_is_unavailable_in_time() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let store = open(&format!("postgres://ann@127.0.0.1:{port}/ops?sslmode=disable"), Access::ReadWrite).await;
    let began = Instant::now();
    let refused = store.append(&operation(&id())).await.unwrap_err();
    assert!(refused.is_transient(), "{refused}");
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_wrong_password_is_told_and_repeated_nowhere_and_may_be_right_later() {
    on_postgres(async |_, db| {
        let mut role = db.role().await;
        role.password = "not-the-password-of-anyone".to_owned();
        let store = open(&db.url_for(&role, None), Access::ReadWrite).await;
        let refused = store.ready().await.unwrap_err();
        assert!(matches!(&refused, StoreError::Unavailable(why) if why.contains("28P01")), "{refused}");
        assert!(!format!("{refused} {refused:?} {store:?}").contains(&role.password));
        db.drop_role(role).await;
    })
    .await;
}
