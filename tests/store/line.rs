//! A chain is kept in line by the database itself: a record follows the last one, whoever writes it, and moves the head.

use crate::support::bench::{Bench, postgres, step};
use crate::support::pg::TestDb;
use readback::store::chain::{GENESIS, verify_heads};
use readback::store::{Access, AnyStore, Store, StoreUrl};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

fn db(bench: &Bench) -> &TestDb {
    let Bench::Postgres(db) = bench else { panic!("not on PostgreSQL") };
    db
}

/// A record of review `r` in another program's words.
fn record(scope: &str, seq: u64, follows: &str, hash: &str) -> String {
    format!(
        "INSERT INTO readback_review_event (id, scope, seq, review, version, prev_hash, hash, body, occurred_at, \
         recorded_at) SELECT gen_random_uuid(), '{scope}', {seq}, '{scope}', {seq}, '{follows}', '{hash}', \
         convert_to('{{\"event\":{{\"act\":{{\"act\":\"field_set\",\"field\":\"impact\",\"value\":\"x\"}},\
         \"actor\":\"console:ann\",\"review\":\"{scope}\"}}}}', 'UTF8'), now(), clock_timestamp()"
    )
}

async fn run(hand: &mut PgConnection, sql: &str) -> Result<(), String> {
    let told = sqlx::raw_sql(AssertSqlSafe(sql)).execute(hand).await;
    told.map(drop).map_err(|error| match error.as_database_error().and_then(sqlx::error::DatabaseError::code) {
        Some(code) => code.into_owned(),
        None => error.to_string(),
    })
}

async fn head(store: &AnyStore, scope: &str) -> Option<(u64, String)> {
    let heads = store.heads().await.unwrap();
    heads.into_iter().find(|head| head.scope == scope).map(|head| (head.seq, head.hash))
}

#[tokio::test]
async fn a_record_that_does_not_follow_the_last_one_of_its_chain_is_refused_whoever_writes_it() {
    postgres(async |bench| {
        let store = bench.open(Access::ReadWrite).await;
        let mut hand = db(bench).connect().await;
        run(&mut hand, &record("a", 1, GENESIS, "one")).await.unwrap();
        run(&mut hand, &record("a", 2, "one", "two")).await.unwrap();
        let long_ago = record("a", 3, "two", "three").replace("clock_timestamp()", "timestamptz 'epoch'");
        let wrong = [
            record("a", 1, GENESIS, "other"),
            record("a", 2, "one", "other"),
            record("a", 3, "one", "three"),
            record("a", 4, "two", "four"),
            record("b", 1, "one", "first"),
            record("b", 2, GENESIS, "second"),
            long_ago,
        ];
        for sql in wrong {
            assert_eq!(run(&mut hand, &sql).await, Err("40001".to_owned()), "{sql}");
        }
        assert_eq!((head(&store, "a").await, head(&store, "b").await), (Some((2, "two".to_owned())), None));
    })
    .await;
}

/// The head is moved with its owner's rights: what a session searches first is not asked how to compare.
#[tokio::test]
async fn operators_of_a_session_s_own_are_not_asked_with_the_owner_s_rights() {
    postgres(async |bench| {
        let store = bench.open(Access::ReadWrite).await;
        let mut hand = db(bench).connect().await;
        let theirs = "CREATE SCHEMA theirs;
            CREATE FUNCTION theirs.same(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''asked''; END';
            CREATE OPERATOR theirs.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = theirs.same);
            SET search_path = theirs, pg_catalog, public";
        run(&mut hand, theirs).await.unwrap();
        assert!(run(&mut hand, "SELECT 1::bigint = 1::bigint").await.is_err(), "the control: theirs is found first");
        run(&mut hand, &record("a", 1, GENESIS, "one")).await.unwrap();
        run(&mut hand, &record("b", 1, GENESIS, "first")).await.unwrap();
        run(&mut hand, &record("a", 2, "one", "two")).await.unwrap();
        assert_eq!(head(&store, "a").await, Some((2, "two".to_owned())));
        assert_eq!(head(&store, "b").await, Some((1, "first".to_owned())), "no other chain was moved");
    })
    .await;
}

/// They lock the head, or compare and swap it, and write the record before or after.
#[tokio::test]
async fn a_console_of_an_earlier_version_that_moves_the_head_itself_goes_on_recording() {
    postgres(async |bench| {
        let store = bench.open(Access::ReadWrite).await;
        let mut hand = db(bench).connect().await;
        let moved = |seq: u64, hash: &str| {
            format!(
                "UPDATE readback_chain_head SET seq = {seq}, hash = '{hash}', recorded_at = now() WHERE scope = 'a'"
            )
        };
        run(&mut hand, "INSERT INTO readback_chain_head VALUES ('a', 0, repeat('0', 64), 'epoch')").await.unwrap();
        let last = "UPDATE readback_chain_head SET recorded_at = last.recorded_at, seq = last.seq, hash = last.hash
                    FROM readback_review_event last WHERE last.scope = 'a' AND last.hash = 'one'";
        run(&mut hand, &format!("BEGIN; {}; {last}; COMMIT", record("a", 1, GENESIS, "one"))).await.unwrap();
        let swap =
            format!("WITH moved AS ({} RETURNING seq) {} FROM moved", moved(2, "two"), record("a", 2, "one", "two"));
        run(&mut hand, &swap).await.unwrap();
        assert_eq!(head(&store, "a").await, Some((2, "two".to_owned())));
        // What they could not do, they still can't.
        for sql in [moved(3, "x"), moved(1, "one")] {
            assert_eq!(run(&mut hand, &sql).await, Err("23001".to_owned()), "{sql}");
        }
    })
    .await;
}

/// As the guards stood before records moved heads.
const EARLIER: &str = "
    DROP TRIGGER readback_step_moves_head ON readback_review_event;
    DROP FUNCTION readback_step_moves_head;
    DROP TRIGGER readback_head_is_told ON readback_chain_head;
    CREATE TRIGGER readback_head_is_told AFTER INSERT OR UPDATE ON readback_chain_head
        FOR EACH ROW EXECUTE FUNCTION readback_head_is_told();
    COMMENT ON TRIGGER readback_head_is_told ON readback_chain_head IS 'guards 2'";

#[tokio::test]
async fn on_a_database_of_an_earlier_console_steps_are_recorded_until_and_after_its_owner_opens_it() {
    postgres(async |bench| {
        let db = db(bench);
        bench.open(Access::ReadWrite).await.close().await;
        db.sql(EARLIER).await.unwrap();
        let role = db.role().await;
        db.sql(&format!(
            "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {0}; GRANT UPDATE ON readback_chain_head TO {0}",
            role.name
        ))
        .await
        .unwrap();
        let url = StoreUrl::parse(&db.url_for(&role, None)).unwrap();
        let reviewer = AnyStore::open(&url, Access::ReadWrite).await.unwrap();
        let mut records = Vec::new();
        for version in 0..3 {
            records.push(reviewer.record(&step("r", version, None)).await.unwrap());
        }
        assert_eq!(verify_heads(&records, &reviewer.heads().await.unwrap()), Ok(()));

        let owner = bench.open(Access::ReadWrite).await;
        for (version, store) in [(3, &reviewer), (4, &owner), (5, &reviewer), (6, &owner), (7, &owner)] {
            records.push(store.record(&step("r", version, None)).await.unwrap());
        }
        assert_eq!(verify_heads(&records, &owner.heads().await.unwrap()), Ok(()));
        let mut hand = db.connect().await;
        assert_eq!(run(&mut hand, &record("INC-1", 9, "x", "y")).await, Err("40001".to_owned()), "it is guarded now");
        hand.close().await.unwrap();
        reviewer.close().await;
        db.drop_role(role).await;
    })
    .await;
}
