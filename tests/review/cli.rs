//! `readback review` with the real program.

use crate::support::stack::Stack;
use jiff::Timestamp;
use readback::review::{CandidateId, Contract, NewReviewEvent, ReviewAct, ReviewId};
use readback::store::{Access, AnyStore, Outcome, Store, StoreUrl};
use serde_json::Value;
use std::process::Output;

/// A stack with one review that was opened in `INC-7`.
async fn stack() -> Stack {
    let stack = Stack::new();
    stack.change("readback.toml", "url = \"sqlite:\"", "url = \"sqlite:log.db\"");
    let store = AnyStore::open(&StoreUrl::sqlite(stack.root().join("log.db")), Access::ReadWrite).await.unwrap();
    let id = "0198f3a0-0000-7000-8000-000000000001".to_owned();
    let event = NewReviewEvent {
        review: ReviewId(id.clone()),
        id,
        incident_id: "INC-7".to_owned(),
        expected_version: 0,
        actor: "console:ann".to_owned(),
        occurred_at: Timestamp::now(),
        act: ReviewAct::Opened {
            candidate: CandidateId("host_service_post_incident_readback:web".to_owned()),
            snapshot_digest: "0".repeat(64),
            policy: Contract::builtin().digest().to_owned(),
        },
    };
    store.record(&Outcome { event, operation: None }).await.unwrap();
    store.close().await;
    stack
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reviews_are_listed_with_their_lanes_for_people_and_for_programs() {
    let stack = stack().await;
    let output = stack.run(&["review", "list"], &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(text(&output).contains("INC-7  waiting_post_incident_readback"), "{output:?}");
    let output = stack.run(&["review", "list", "--format", "json", "0198f3a0"], &[]);
    let report: Value = serde_json::from_str(&text(&output)).unwrap();
    assert_eq!(report["reviews"][0]["candidate"], "host_service_post_incident_readback:web");
    assert_eq!(report["reviews"][0]["version"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_review_that_is_not_there_is_said_in_one_line_and_an_empty_store_is_no_answer() {
    let stack = stack().await;
    let output = stack.run(&["review", "list", "INC-8"], &[]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(error, "readback: there is no review INC-8; `readback review list` has them\n");
    let empty = Stack::new();
    empty.change("readback.toml", "url = \"sqlite:\"", "url = \"sqlite:log.db\"");
    let unread = empty.run(&["review", "list"], &[]);
    assert_eq!(unread.status.code(), Some(3), "no database is no empty one: {unread:?}");
    let url = StoreUrl::sqlite(empty.root().join("log.db"));
    AnyStore::open(&url, Access::ReadWrite).await.unwrap().close().await;
    assert_eq!(empty.run(&["review", "list"], &[]).status.code(), Some(1));
}
