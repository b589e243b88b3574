//! The roles of packaging/sql/roles.sql, on a real server: what each may, and what none of them may.

use crate::segments::log;
use crate::support::bench::{Bench, at, id, operation, own, step};
use crate::support::pg::{Role, TestDb};
use readback::store::segments::{seal, verify};
use readback::store::{Access, AnyStore, Store, StoreError, StoreUrl};
use std::time::Duration;

const ROLES: &str = include_str!("../../packaging/sql/roles.sql");
const GROUPS: [&str; 4] = ["readback_reader", "readback_event_writer", "readback_reviewer", "readback_sealer"];
const TABLES: [&str; 6] = [
    "alert_operation_log",
    "readback_event",
    "readback_review_event",
    "readback_chain_head",
    "readback_segment",
    "readback_segment_mark",
];

/// The roles under names of this test's own, for roles are the server's; and a login for each.
struct Roles {
    suffix: String,
    logins: Vec<Role>,
}

impl Roles {
    async fn make(db: &TestDb) -> Self {
        let suffix = id().replace('-', "_");
        let named = |text: &str| {
            GROUPS.iter().fold(text.to_owned(), |text, group| text.replace(group, &format!("{group}_{suffix}")))
        };
        // As often as wanted.
        db.sql(&named(ROLES)).await.unwrap();
        db.sql(&named(ROLES)).await.unwrap();
        let mut logins = Vec::new();
        for group in GROUPS {
            let login = db.role().await;
            db.sql(&format!("GRANT {} TO {}", named(group), login.name)).await.unwrap();
            logins.push(login);
        }
        Self { suffix, logins }
    }

    async fn open(&self, db: &TestDb, number: usize, access: Access) -> AnyStore {
        let url = db.url_for(&self.logins[number], None);
        AnyStore::open(&StoreUrl::parse(&url).unwrap(), access).await.unwrap()
    }

    async fn drop(self, db: &TestDb) {
        for login in self.logins {
            db.drop_role(login).await;
        }
        for group in GROUPS.iter().rev() {
            db.sql(&format!("DROP OWNED BY {group}_{0}; DROP ROLE {group}_{0}", self.suffix)).await.unwrap();
        }
    }
}

fn is_denied<T: std::fmt::Debug>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::ReadOnly(why)) if why.contains("42501"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_role_can_do_its_part_and_none_can_change_or_delete_anything() {
    crate::support::bench::postgres(async |bench: &Bench| {
        let Bench::Postgres(db) = bench else { panic!("not on PostgreSQL") };
        let owner = bench.open(Access::ReadWrite).await;
        log(bench, "a", "2026-02-03", 0, 3).await;
        owner.append_own(&own(&id(), at(0))).await.unwrap();
        owner.record(&step("first", 0, Some(operation(&id())))).await.unwrap();
        seal(&mut owner.segments().await.unwrap().unwrap(), Duration::ZERO).await.unwrap();
        let roles = Roles::make(db).await;

        // What the console does, under each of them: append, event, review, seal.
        for (number, may) in [
            (0, [false; 4]),
            (1, [true, true, false, false]),
            (2, [true, true, true, false]),
            (3, [false, false, false, true]),
        ] {
            let store = roles.open(db, number, Access::ReadWrite).await;
            assert!(store.page(None, 10).await.unwrap().len() > 3, "all of them read");
            assert!(!store.reviews().await.unwrap().is_empty());
            log(bench, &format!("due-{number}"), "2026-02-04", i64::try_from(number).unwrap(), 1).await;
            let mut db_of = store.segments().await.unwrap().unwrap();
            // Only who reviews says where it is, and may take its word back.
            let (place, is_reviewer) = (crate::presence::at("ann", None), number == 2);
            for said in [store.attend("c", &place).await, store.leave("c").await] {
                assert!(if is_reviewer { said.is_ok() } else { is_denied(&said) }, "{} {said:?}", GROUPS[number]);
            }
            assert_eq!(store.present().await.unwrap(), [], "all of them see who is there");
            let did = [
                store.append(&operation(&id())).await,
                store.append_own(&own(&id(), at(1))).await,
                store.record(&step(GROUPS[number], 0, Some(operation(&id())))).await.map(drop),
                seal(&mut db_of, Duration::from_secs(10)).await.map(drop),
            ];
            for (did, may) in did.iter().zip(may) {
                assert!(if may { did.is_ok() } else { is_denied(did) }, "{} {may} {did:?}", GROUPS[number]);
            }
            assert!(!verify(&mut db_of, None).await.unwrap().0.is_broken());
            store.close().await;
        }

        // What none of them may, whatever the console does.
        for (number, group) in GROUPS.iter().enumerate() {
            let mut hand = connect(&db.url_for(&roles.logins[number], None)).await;
            for table in TABLES {
                let column = match table {
                    "readback_chain_head" => "hash = 'x'",
                    "readback_segment" => "root = 'x'",
                    "readback_segment_mark" => "marks = 'x'",
                    "alert_operation_log" => "actor = 'x'",
                    _ => "incident_id = 'x'",
                };
                let column = if table == "readback_review_event" { "hash = 'x'" } else { column };
                let mut attempts = vec![
                    format!("UPDATE {table} SET {column}"),
                    format!("DELETE FROM {table}"),
                    format!("TRUNCATE {table}"),
                    format!("ALTER TABLE {table} DISABLE TRIGGER ALL"),
                    format!("DROP TABLE {table}"),
                    format!("CREATE TRIGGER t BEFORE INSERT ON {table} EXECUTE FUNCTION readback_append_only()"),
                ];
                if table == "readback_chain_head" {
                    // The next record would go on from there.
                    attempts.push(format!("UPDATE {table} SET seq = seq + 1, hash = 'x'"));
                }
                if number == 0 || table == "readback_chain_head" {
                    attempts.push(format!("INSERT INTO {table} SELECT * FROM {table}"));
                }
                for attempt in attempts {
                    let denied = sqlx::raw_sql(sqlx::AssertSqlSafe(attempt.as_str())).execute(&mut hand).await;
                    let denied = denied.expect_err(&format!("{group}: {attempt}"));
                    let code =
                        denied.as_database_error().and_then(sqlx::error::DatabaseError::code).unwrap_or_default();
                    assert_eq!(code, "42501", "{group}: {attempt}");
                }
            }
            let made = sqlx::raw_sql("CREATE TABLE mine (id int)").execute(&mut hand).await;
            assert!(made.is_err(), "{group}");
            sqlx::Connection::close(hand).await.unwrap();
        }

        // The read-only console of a reader.
        let reader = roles.open(db, 0, Access::ReadOnly).await;
        reader.ready().await.unwrap();
        assert!(reader.audit(None).await.unwrap().broken.is_none());
        reader.close().await;
        drop(reader);
        roles.drop(db).await;
    })
    .await;
}

async fn connect(url: &str) -> sqlx::PgConnection {
    use sqlx::ConnectOptions;
    url.parse::<sqlx::postgres::PgConnectOptions>().unwrap().connect().await.unwrap()
}
