//! What was kept is there after the console ended.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::review::{NewReviewEvent, ReviewAct, ReviewId};
use jiff::Timestamp;
use std::os::unix::fs::PermissionsExt;

fn outcome(id: &str) -> Outcome {
    Outcome {
        event: NewReviewEvent {
            id: id.to_owned(),
            review: ReviewId("review-1".to_owned()),
            incident_id: "INC-1".to_owned(),
            expected_version: 0,
            actor: "console:ann".to_owned(),
            occurred_at: Timestamp::UNIX_EPOCH,
            act: ReviewAct::FieldSet {
                field: "impact".to_owned(),
                value: "orders stood still".to_owned(),
                diligence: None,
            },
        },
        operation: None,
    }
}

#[tokio::test]
async fn drafts_and_the_queue_outlive_the_console_in_a_file_for_its_owner_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("state/readback/drafts.db");
    let drafts = Drafts::open(&path).await.unwrap();
    drafts.put_text("review-1/impact", "第一行\nsecond").await.unwrap();
    for id in ["b", "a", "b"] {
        drafts.queue(&outcome(id)).await.unwrap();
    }
    drop(drafts);
    let drafts = Drafts::open(&path).await.unwrap();
    assert_eq!(drafts.text("review-1/impact").await.unwrap().as_deref(), Some("第一行\nsecond"));
    assert_eq!(drafts.queued().await.unwrap(), [outcome("b"), outcome("a")], "in the order they were put in");
    drafts.done("b").await.unwrap();
    assert_eq!(drafts.queued().await.unwrap(), [outcome("a")]);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
}

#[tokio::test]
async fn a_text_that_is_taken_back_is_wiped_from_the_file() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("drafts.db");
    let drafts = Drafts::open(&path).await.unwrap();
    let text = "typed and taken back";
    let stands = || std::fs::read(&path).unwrap().windows(text.len()).any(|part| part == text.as_bytes());
    drafts.put_text("key", text).await.unwrap();
    assert!(stands());
    drafts.put_text("key", "").await.unwrap();
    assert!(!stands());
    assert_eq!(drafts.text("key").await.unwrap(), None);
}
