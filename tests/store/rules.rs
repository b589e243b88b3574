//! The rules of reviews, held by each engine, whoever writes: the console, or somebody with the database in his hands.

use crate::support::bench::{Bench, PATIENCE, at, id, story};
use jiff::{SignedDuration, Timestamp};
use readback::review::{Answer, CandidateId, Contract, Lane, NewReviewEvent, ReviewAct, ReviewId};
use readback::store::chain::{GENESIS, verify_heads};
use readback::store::{Access, AnyStore, Outcome, Store, StoreError};
use sqlx::ConnectOptions;

/// A step by somebody.
type By = (&'static str, ReviewAct);

fn opened() -> By {
    let candidate = CandidateId("prefix:web".to_owned());
    ("ann", ReviewAct::Opened { candidate, snapshot_digest: "s".to_owned(), policy: "p".to_owned() })
}

fn set(who: &'static str, field: &str, value: &str) -> By {
    (who, ReviewAct::FieldSet { field: field.to_owned(), value: value.to_owned(), diligence: None })
}

fn named(by: &str) -> By {
    set("ann", "actor_attribution_ref", by)
}

fn decided(who: &'static str, check: &str) -> By {
    (who, ReviewAct::CheckDecided { check: check.to_owned(), answer: Answer::Pass, heard: None, diligence: None })
}

fn signed(who: &'static str, lane: &str) -> By {
    let text = |text: &str| text.to_owned();
    (who, ReviewAct::Signed { lane: text(lane), input_digest: text("i"), policy: text("p"), around: None })
}

fn passed_over(reason: &str, hours: i64) -> By {
    let until = Timestamp::now().checked_add(SignedDuration::from_hours(hours)).unwrap();
    ("ann", ReviewAct::Overridden { check: "postcheck_independent".to_owned(), reason: reason.to_owned(), until })
}

fn joined(who: &'static str) -> By {
    (who, ReviewAct::SecondReaderJoined { looked: false })
}

fn read(who: &'static str) -> By {
    (who, ReviewAct::SecondAnswered { check: "c".to_owned(), answer: Answer::Pass, diligence: None })
}

fn handed_in(who: &'static str) -> By {
    (who, ReviewAct::SecondSubmitted)
}

fn corrected(field: &str, value: &str) -> By {
    let text = |text: &str| text.to_owned();
    ("ann", ReviewAct::Corrected { step: id(), field: text(field), value: text(value), why: text("wrong") })
}

fn submitted(who: &'static str) -> By {
    (who, ReviewAct::Submitted)
}

/// The steps of a review, and the code of the rule that refuses the last; none where it is taken.
fn cases() -> Vec<(Vec<By>, Option<&'static str>)> {
    let ready = Lane::Ready.id();
    let mut cases = vec![
        (vec![opened(), named("bob"), signed("bob", ready)], Some("RB002")),
        (vec![opened(), named("restarted by Bob, (on-call)."), signed("bob", ready)], Some("RB002")),
        (vec![opened(), named("console:bob@jump-1"), signed("bob", ready)], Some("RB002")),
        (vec![opened(), named("o'neil"), signed("o'neil", ready)], Some("RB002")),
        (vec![opened(), named("bob"), named(""), signed("bob", ready)], Some("RB002")),
        (vec![opened(), named("eve"), corrected("actor_attribution_ref", "bob"), signed("bob", ready)], Some("RB002")),
        (vec![opened(), named("bobby and chen.wei"), signed("bob", ready)], None),
        (vec![opened(), named("Chen Wei (on-call)"), signed("chen.wei", ready)], Some("RB002")),
        (vec![opened(), named("chen-wei"), joined("chen_wei")], Some("RB002")),
        (vec![opened(), named("chen.wei, for ops"), signed("wei", ready)], Some("RB002")),
        (vec![opened(), named("王小明"), signed("王小明", ready)], Some("RB002")),
        (vec![opened(), named("weiss, chen"), signed("chen.wei", ready)], None),
        (vec![opened(), named("..."), signed("-", ready)], None),
        (vec![opened(), set("ann", "rollback_owner", "bob"), signed("bob", ready)], None),
        (vec![opened(), named("bob"), joined("bob")], Some("RB002")),
        (vec![opened(), joined("ann")], Some("RB003")),
        (vec![opened(), decided("cat", "c"), joined("cat")], Some("RB003")),
        (vec![opened(), joined("dan"), joined("eve")], Some("RB003")),
        (vec![opened(), joined("dan"), joined("dan")], Some("RB003")),
        (vec![opened(), joined("dan")], None),
        (vec![opened(), read("dan")], Some("RB005")),
        (vec![opened(), joined("dan"), read("eve")], Some("RB005")),
        (vec![opened(), joined("dan"), handed_in("ann")], Some("RB005")),
        (vec![opened(), joined("dan"), read("dan"), handed_in("dan")], None),
        (vec![opened(), joined("dan"), signed("dan", ready)], Some("RB005")),
        (vec![opened(), joined("dan"), set("dan", "impact", "none")], Some("RB005")),
        (vec![opened(), joined("dan"), decided("dan", "c")], Some("RB005")),
        (vec![opened(), joined("dan"), submitted("dan")], Some("RB005")),
        (vec![opened(), joined("dan"), submitted("ann"), signed("ann", ready)], None),
        (vec![opened(), signed("ann", "waiting_runtime_gate")], Some("RB004")),
        (vec![opened(), signed("ann", "all_green")], Some("RB004")),
        (vec![opened(), passed_over(" ", 1)], Some("RB006")),
        (vec![opened(), passed_over("-", 1)], Some("RB006")),
        (vec![opened(), passed_over("the host is gone", -1)], Some("RB006")),
        (vec![opened(), passed_over("the host is gone", 1)], None),
        (vec![opened(), corrected("production_write", "1")], Some("RB007")),
        (vec![opened(), decided("ann", "open_runtime_gate")], Some("RB007")),
        (vec![opened(), set("ann", "impact", "\"act\":\"second_reader_joined\" runtime_gate 步驟")], None),
    ];
    let signable = Lane::ALL.into_iter().filter(|lane| *lane != Lane::WaitingRuntimeGate);
    cases.extend(signable.map(|lane| (vec![opened(), signed("ann", lane.id())], None)));
    cases
}

fn event(review: &str, version: u64, (who, act): &By) -> NewReviewEvent {
    NewReviewEvent {
        id: id(),
        review: ReviewId(review.to_owned()),
        incident_id: "INC-1".to_owned(),
        expected_version: version,
        actor: format!("console:{who}"),
        occurred_at: at(0),
        act: act.clone(),
    }
}

story!(what_breaks_a_rule_of_reviews_is_refused_in_one_line_and_leaves_nothing_behind on sqlite, memory, postgres);
async fn what_breaks_a_rule_of_reviews_is_refused_in_one_line_and_leaves_nothing_behind(bench: &Bench) {
    let store = bench.open(Access::ReadWrite).await;
    let mut taken = 0;
    for (number, (steps, refused)) in cases().iter().enumerate() {
        let review = format!("review-{number}");
        for (version, step) in steps.iter().enumerate() {
            let outcome = Outcome { event: event(&review, version as u64, step), operation: None };
            let is_last = version + 1 == steps.len();
            match (store.record(&outcome).await, refused.filter(|_| is_last)) {
                (Ok(_), None) => taken += 1,
                (Err(StoreError::Unfit(why)), Some(code)) => {
                    assert!(why.contains(code) && !why.contains('\n'), "{number}: {why}");
                }
                (other, expected) => panic!("case {number}: {expected:?} {other:?} {steps:?}"),
            }
        }
    }
    let reviews = store.reviews().await.unwrap();
    assert_eq!(reviews.len(), taken);
    assert_eq!(verify_heads(&reviews, &store.heads().await.unwrap()), Ok(()));
}

story!(a_row_written_by_hand_is_held_to_the_same_rules on sqlite, postgres);
async fn a_row_written_by_hand_is_held_to_the_same_rules(bench: &Bench) {
    bench.open(Access::ReadWrite).await.close().await;
    for (number, (steps, refused)) in cases().iter().enumerate() {
        let review = format!("review-{number}");
        for (version, step) in steps.iter().enumerate() {
            let body = serde_json::json!({ "event": event(&review, version as u64, step) }).to_string();
            let told = insert(bench, &review, version, body.as_bytes()).await;
            let refused = refused.filter(|_| version + 1 == steps.len());
            match (&told, refused) {
                (Ok(()), None) => {}
                (Err(said), Some(code)) if said.contains(code) => {}
                _ => panic!("case {number}: {refused:?} {told:?} {steps:?}"),
            }
        }
    }
    // What a search of the bytes would not find is no step.
    let body = serde_json::json!({ "event": event("hidden", 0, &joined("dan")) }).to_string();
    for body in [
        body.replace("second_reader_joined", "second\\u005freader_joined"),
        body.replace("\"hidden\"", "\"another\""),
        body.replace("\"act\":\"", "\"act\": \""),
        "{}".to_owned(),
        "no JSON".to_owned(),
    ] {
        let told = insert(bench, "hidden", 0, body.as_bytes()).await;
        // What is no JSON at all PostgreSQL refuses by itself.
        let says = |said: &String| said.contains("RB001") || body == "no JSON" && said.contains("22P02");
        assert!(told.as_ref().is_err_and(says), "{body}: {told:?}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// Inserts a record as somebody with the database in his hands would, who knows that it has to follow the last one; the
/// error's code or words.
async fn insert(bench: &Bench, review: &str, version: usize, body: &[u8]) -> Result<(), String> {
    let hex = hex(body);
    let (bytes, now) = match bench {
        Bench::Postgres(_) => (format!("'\\x{hex}'"), "now()".to_owned()),
        _ => (format!("x'{hex}'"), Timestamp::now().as_microsecond().to_string()),
    };
    let last = format!("FROM readback_review_event WHERE scope = '{review}' ORDER BY seq DESC LIMIT 1");
    let sql = format!(
        "INSERT INTO readback_review_event (id, scope, seq, review, version, prev_hash, hash, body, occurred_at, \
         recorded_at) VALUES ('{0}', '{review}', coalesce((SELECT seq {last}), 0) + 1, '{review}', {1}, \
         coalesce((SELECT hash {last}), '{GENESIS}'), '{0}', {bytes}, {now}, {now})",
        id(),
        version + 1,
    );
    let told = tokio::time::timeout(PATIENCE, bench.sql(&sql)).await.unwrap();
    told.map_err(|error| match error.as_database_error() {
        Some(error) => format!("{} {}", error.code().unwrap_or_default(), error.message()),
        None => error.to_string(),
    })
}

story!(a_database_of_an_earlier_console_gets_the_rules_when_it_is_opened on sqlite, postgres);
async fn a_database_of_an_earlier_console_gets_the_rules_when_it_is_opened(bench: &Bench) {
    bench.open(Access::ReadWrite).await.close().await;
    let forget = match bench {
        // As a console of the first rules left it.
        Bench::Postgres(_) => {
            "COMMENT ON TRIGGER readback_review_rules ON readback_review_event IS NULL;
             CREATE OR REPLACE FUNCTION readback_review_rules() RETURNS trigger LANGUAGE plpgsql
             AS 'BEGIN RETURN NEW; END'; DROP FUNCTION readback_names, readback_step"
        }
        // As a console before the rules were parted left it: with one trigger, and one rule that was another.
        _ => {
            "DROP TRIGGER readback_review_attribution; DROP TRIGGER readback_review_signing; DROP TRIGGER readback_review_joining;
             DROP TRIGGER readback_review_rules; DROP VIEW readback_review_step;
             CREATE TRIGGER readback_review_rules BEFORE INSERT ON readback_review_event WHEN NEW.seq < 0
             BEGIN SELECT RAISE(ABORT, 'RB004'); END"
        }
    };
    bench.sql(forget).await.unwrap();
    let gate = serde_json::json!({ "event": event("r", 0, &signed("ann", "waiting_runtime_gate")) }).to_string();
    insert(bench, "r", 0, gate.as_bytes()).await.unwrap();
    let store: AnyStore = bench.open(Access::ReadWrite).await;
    store.record(&Outcome { event: event("s", 0, &opened()), operation: None }).await.unwrap();
    let told = insert(bench, "r", 1, gate.replace("\"expected_version\":0", "\"expected_version\":1").as_bytes()).await;
    assert!(told.as_ref().is_err_and(|said| said.contains("RB004")), "{told:?}");
}

#[tokio::test]
async fn a_table_of_the_same_name_that_a_session_finds_first_is_not_asked_instead() {
    crate::support::bench::postgres(async |bench: &Bench| {
        let Bench::Postgres(db) = bench else { panic!("not on PostgreSQL") };
        let store = bench.open(Access::ReadWrite).await;
        for (version, step) in [opened(), named("bob")].iter().enumerate() {
            store.record(&Outcome { event: event("r", version as u64, step), operation: None }).await.unwrap();
        }
        let body = serde_json::json!({ "event": event("r", 2, &signed("bob", Lane::Ready.id())) }).to_string();
        let hex = hex(body.as_bytes());
        let sql = format!(
            "CREATE TEMP TABLE readback_review_event (LIKE public.readback_review_event); \
             INSERT INTO public.readback_review_event (id, scope, seq, review, version, prev_hash, hash, body, \
             occurred_at, recorded_at) VALUES ('x', 'INC-1', 3, 'r', 3, 'p', 'h', '\\x{hex}', now(), now())"
        );
        let mut hand = db.url().parse::<sqlx::postgres::PgConnectOptions>().unwrap().connect().await.unwrap();
        let told = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut hand).await.unwrap_err();
        let code = told.as_database_error().and_then(sqlx::error::DatabaseError::code).unwrap();
        assert_eq!(code, "RB002");
    })
    .await;
}

#[test]
fn the_rules_of_both_databases_name_every_runtime_action_of_the_contract() {
    let contract = Contract::builtin();
    let names = contract.never.blocked_actions.iter().chain(contract.boundaries.keys());
    let names: std::collections::BTreeSet<&String> = names.chain(contract.candidate.flags.keys()).collect();
    for sql in [
        include_str!("../../src/store/migrations/postgres/0005_review_rules.sql"),
        include_str!("../../src/store/migrations/sqlite/0005_review_rules.sql"),
    ] {
        let list = sql.rsplit_once("RB007").unwrap().0.rsplit_once("RB001").unwrap().1;
        let words = list.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| word.contains('_'));
        let listed: std::collections::BTreeSet<&str> = words.collect();
        assert!(names.iter().all(|name| listed.contains(name.as_str())), "{list}");
    }
}
