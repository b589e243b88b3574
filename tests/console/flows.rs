//! The main job from end to end, without a terminal: find the broken key, review, sign off, and find it
//! all again.

use crate::support::rig::Rig;
use readback::app::{Facts, StoreState};
use readback::review::{Lane, Review};
use readback::timeline::{Entry, EventType};
use std::path::{Path, PathBuf};

fn review(facts: &Facts) -> Option<&Review> {
    facts.book.latest(&facts.snapshot.as_ref().ok()?.candidates.first()?.id)
}

fn user_actions(facts: &Facts) -> Vec<String> {
    let action = |entry: &Entry| match entry {
        Entry::Operation(row) if row.row.event_type == EventType::UserAction => row.row.action_detail.clone(),
        _ => None,
    };
    facts.log.entries.iter().filter_map(action).collect()
}

/// One store for two consoles, each with a folder of its own for what it could not send.
fn for_two(folder: &Path) -> (String, PathBuf, PathBuf) {
    let (mine, theirs) = (folder.join("mine"), folder.join("theirs"));
    std::fs::create_dir(&mine).unwrap();
    std::fs::create_dir(&theirs).unwrap();
    (format!("sqlite:{}", folder.join("store.db").display()), mine, theirs)
}

/// Opens a review of the first candidate, writes one field and signs what lane comes of it.
async fn review_and_sign(rig: &mut Rig) {
    rig.until("the store is read", |facts| facts.log.read).await;
    rig.press("4 enter y").await;
    rig.settled().await;
    rig.press("n e").await;
    rig.write("INC-20260204-01").await;
    // That the check holds would have to be read back against evidence, and there is none.
    rig.press("ctrl-s p").await;
    assert!(rig.screen().contains("nothing to hear it back against"), "{}", rig.screen());
    rig.press("u").await;
    rig.settled().await;
    rig.press("S y").await;
    rig.settled().await;
}

#[tokio::test]
async fn a_reviewer_finds_the_broken_key_reviews_signs_and_quits() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = Rig::start("memory:", folder.path(), 1).await;
    rig.press("2").await;
    let screen = rig.screen();
    assert!(screen.contains("▸✗ DB_HOST"), "the first broken key is selected: {screen}");
    review_and_sign(&mut rig).await;
    let facts = rig.app.facts();
    let signed = review(facts).and_then(Review::signature).expect("it is signed");
    assert_eq!(Lane::from_id(&signed.lane), Some(Lane::RequestActor));
    assert_eq!(review(facts).unwrap().value("change_or_incident_ref"), Some("INC-20260204-01"));
    rig.until("the log has both rows", |facts| user_actions(facts).len() == 2).await;
    let actions = user_actions(rig.app.facts());
    assert!(actions[0].starts_with("readback_signed") && actions[1].starts_with("readback_opened"), "{actions:?}");
    assert_eq!(rig.app.facts().recorded().iter().map(|record| record.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    rig.press("q").await;
    assert_eq!(rig.quit, Some(0));
    rig.end().await;
}

#[tokio::test]
async fn what_was_recorded_is_there_after_a_restart_and_a_second_console_sees_it_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let (url, mine, theirs) = for_two(folder.path());
    let mut second = Rig::start(&url, &theirs, 2).await;
    second.until("the store is read", |facts| facts.log.read).await;
    assert!(review(second.app.facts()).is_none());

    let mut first = Rig::start(&url, &mine, 1).await;
    review_and_sign(&mut first).await;
    let recorded = first.app.facts().recorded().to_vec();
    first.end().await;

    second.until("the other console's signature", |facts| review(facts).is_some_and(|r| r.signature().is_some())).await;
    assert_eq!(second.app.facts().recorded(), recorded);
    second.end().await;

    let mut again = Rig::start(&url, &mine, 3).await;
    again.until("the signature is still there", |facts| review(facts).is_some_and(|r| r.signature().is_some())).await;
    assert_eq!(again.app.facts().recorded(), recorded);
    again.end().await;
}

#[tokio::test]
async fn two_reviewers_at_once_conflict_and_neither_overwrites_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let (url, mine, theirs) = for_two(folder.path());
    let mut first = Rig::start(&url, &mine, 1).await;
    first.until("the store is read", |facts| facts.log.read).await;
    first.press("4 enter y").await;
    first.settled().await;
    let mut second = Rig::start(&url, &theirs, 2).await;
    second.until("the review is seen", |facts| review(facts).is_some()).await;
    second.press("4 enter").await;
    // The second has not taken the first one's answer yet when it gives its own.
    first.press("j f").await;
    first.settled().await;
    second.press("j u").await;
    second.until("the conflict is told", |facts| facts.pending.is_empty()).await;
    assert!(second.screen().contains("another reviewer was faster"), "{}", second.screen());
    assert_eq!(first.app.facts().recorded().len(), 2);
    first.end().await;
    second.end().await;
}

#[tokio::test]
async fn without_a_database_steps_are_kept_and_sent_when_there_is_one() {
    let folder = tempfile::tempdir().unwrap();
    // Nothing listens on the discard port.
    let mut rig = Rig::start("postgres://nobody@127.0.0.1:9/none", folder.path(), 1).await;
    rig.until("the console says so", |facts| matches!(facts.store, StoreState::Unavailable(_))).await;
    assert!(rig.screen().contains("no database"), "{}", rig.screen());
    rig.press("4 enter y").await;
    rig.until("the step is kept", |facts| facts.pending.deferred_len() == 1).await;
    rig.press("f").await;
    rig.until("the next step is kept too", |facts| facts.pending.deferred_len() == 2).await;
    assert!(rig.screen().contains("no database, 2 kept"), "{}", rig.screen());
    rig.press("S").await;
    assert!(rig.screen().contains("not recorded yet: sign when they are"), "{}", rig.screen());
    rig.end().await;

    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let mut rig = Rig::start(&url, folder.path(), 2).await;
    rig.until("the kept steps are known", |facts| facts.pending.len() == 2 || facts.recorded().len() == 2).await;
    rig.until("they are recorded", |facts| facts.recorded().len() == 2 && facts.pending.is_empty()).await;
    assert_eq!(rig.app.facts().recorded().iter().map(|record| record.seq).collect::<Vec<_>>(), [1, 2]);
    rig.end().await;
}

#[tokio::test]
async fn what_was_being_written_is_there_after_the_console_was_lost() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let mut rig = Rig::start(&url, folder.path(), 1).await;
    rig.until("the store is read", |facts| facts.log.read).await;
    rig.press("4 enter y").await;
    rig.settled().await;
    rig.press("n e").await;
    rig.write("half a sent").await;
    rig.end().await;

    let mut rig = Rig::start(&url, folder.path(), 2).await;
    rig.until("the review is read", |facts| review(facts).is_some()).await;
    rig.until("the log is read", |facts| facts.log.read).await;
    let screen = rig.screen();
    assert!(screen.contains("half a sent") && screen.contains("resumed at incident_ref_present"), "{screen}");
    rig.press("esc 1 4 e").await;
    assert!(rig.screen().contains("half a sent"), "{}", rig.screen());
    rig.write("ence").await;
    rig.press("ctrl-s").await;
    rig.settled().await;
    assert_eq!(review(rig.app.facts()).unwrap().value("change_or_incident_ref"), Some("half a sentence"));
    rig.press("q").await;
    rig.end().await;

    let rig = Rig::start(&url, folder.path(), 3).await;
    assert!(!rig.app.facts().drafts.contains_key("place/readback"), "who leaves starts at the beginning");
    rig.end().await;
}

#[tokio::test]
async fn a_pasted_secret_is_masked_never_recorded_and_puts_the_review_in_quarantine() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let mut rig = Rig::start(&url, folder.path(), 1).await;
    rig.until("the store is read", |facts| facts.log.read).await;
    rig.press("4 enter y").await;
    rig.settled().await;
    rig.press("n e").await;
    let canary = ["hunter", "2-canary-", "9f3a77"].concat();
    rig.write("password=").await;
    rig.write(&canary).await;
    assert!(!rig.screen().contains(&canary), "{}", rig.screen());
    rig.press("ctrl-s").await;
    rig.settled().await;
    assert!(review(rig.app.facts()).is_some_and(Review::is_quarantined));
    assert!(rig.screen().contains("quarantine_raw_payload"), "{}", rig.screen());
    rig.press("X y").await;
    rig.settled().await;
    assert!(!review(rig.app.facts()).unwrap().is_quarantined());
    rig.end().await;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        // SQLite takes its side files away when the last connection goes.
        let Ok(bytes) = std::fs::read(file.unwrap().path()) else { continue };
        assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()));
    }
}
