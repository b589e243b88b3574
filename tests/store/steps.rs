//! Steps of a review by several consoles, each of which remembers where the chain ended when it last saw it.

use crate::support::bench::{Bench, step, story};
use readback::store::chain::verify_heads;
use readback::store::{Access, Store};

story!(consoles_that_take_turns_in_a_review_make_one_chain on sqlite, postgres);
async fn consoles_that_take_turns_in_a_review_make_one_chain(bench: &Bench) {
    let consoles = [bench.open(Access::ReadWrite).await, bench.open(Access::ReadWrite).await];
    // Each now and then twice in a row, and now and then one reads what the other wrote.
    let mut records = Vec::new();
    for (version, who) in [0, 0, 1, 0, 1, 1, 0, 0, 1].into_iter().enumerate() {
        records.push(consoles[who].record(&step("r", version as u64, None)).await.unwrap());
        if version == 4 {
            assert_eq!(consoles[0].reviews().await.unwrap(), records);
        }
    }
    // Another review of the same incident, and back.
    for (review, version, who) in [("q", 0, 1), ("r", 9, 1), ("q", 1, 0), ("r", 10, 0)] {
        records.push(consoles[who].record(&step(review, version, None)).await.unwrap());
    }
    let seqs: Vec<_> = records.iter().map(|record| record.seq).collect();
    assert_eq!(seqs, (1..=13).collect::<Vec<_>>());
    assert_eq!(consoles[1].reviews().await.unwrap(), records);
    assert_eq!(verify_heads(&records, &consoles[0].heads().await.unwrap()), Ok(()));
}

/// A step by hand, in the session's own words: the record, which moves the head.
const BY_HAND: &str = r#"
    CREATE PROCEDURE pg_temp.step(incident text, n bigint) LANGUAGE sql AS $$
        INSERT INTO readback_review_event (id, scope, seq, review, version, prev_hash, hash, body, occurred_at, recorded_at)
        VALUES (incident || n, incident, n, incident, n, CASE n WHEN 1 THEN repeat('0', 64) ELSE 'hash-' || n - 1 END,
                'hash-' || n, convert_to('{"event":{"act":{"act":' ||
                '"field_set","field":"impact","value":"x"},"actor":"console:ann","review":"' || incident || '"}}', 'UTF8'),
                now(), now());
    $$;
    CREATE PROCEDURE pg_temp.steps(incident text, steps bigint) LANGUAGE plpgsql AS $$
    BEGIN
        FOR n IN 1..steps LOOP CALL pg_temp.step(incident, n); END LOOP;
    END
    $$;"#;

/// `PostgreSQL` keeps the plans of the rules from when the tables were as good as empty; by the wrong index each step would
/// read through all before it.
#[tokio::test]
async fn a_step_reads_no_more_rows_in_a_long_chain_than_in_a_short_one() {
    let few = "DO 'BEGIN FOR i IN 1..8 LOOP CALL pg_temp.steps(i::text, 2); END LOOP; END'";
    for before in [&["SELECT 1"][..], &["ANALYZE"], &["VACUUM"], &[few, "ANALYZE"]] {
        crate::support::bench::postgres(async |bench: &Bench| {
            let Bench::Postgres(db) = bench else { panic!("not on PostgreSQL") };
            bench.open(Access::ReadWrite).await.close().await;
            let mut hand = db.connect().await;
            for sql in [BY_HAND].iter().chain(before) {
                sqlx::raw_sql(*sql).execute(&mut hand).await.unwrap();
            }
            // The plans are made, and kept.
            sqlx::raw_sql("CALL pg_temp.steps('first', 8)").execute(&mut hand).await.unwrap();
            sqlx::raw_sql("BEGIN; CALL pg_temp.steps('long', 300); SET CONSTRAINTS ALL IMMEDIATE")
                .execute(&mut hand)
                .await
                .unwrap();
            // All that this session has read and not told the others yet: the steps before may be among it.
            let read = "SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables
                        WHERE relname = 'readback_review_event'";
            let read: i64 = sqlx::query_scalar(read).fetch_one(&mut hand).await.unwrap();
            assert!(read <= 1_000, "{read} rows for 300 steps, {before:?}");
            sqlx::raw_sql("COMMIT").execute(&mut hand).await.unwrap();
        })
        .await;
    }
}
