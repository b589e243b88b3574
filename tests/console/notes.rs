//! Notes, corrections and marks, from the key to the store and back, without a terminal.

use crate::support;
use crate::support::pg;
use crate::support::proxy;
use crate::support::rig::Rig;
use crate::support::scene;
use readback::app::{Access, Effect, Event, Facts, StoreState};
use readback::store::{self, AnyStore, Store, StoreUrl};
use readback::timeline::{Beside, Entry, EventType, NewOperation, OwnKind};
use serde_json::json;
use std::path::Path;

fn url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("store.db").display())
}

async fn open(folder: &Path) -> AnyStore {
    AnyStore::open(&StoreUrl::parse(&url(folder)).unwrap(), store::Access::ReadWrite).await.unwrap()
}

fn operation(id: &str, detail: &str) -> NewOperation {
    NewOperation {
        incident_id: Some("INC-20260204-01".to_owned()),
        actor: Some("telegram:100".to_owned()),
        action_detail: Some(detail.to_owned()),
        success: Some(true),
        context: json!({"button": "approve"}),
        ..NewOperation::new(id, EventType::UserAction)
    }
}

/// A console on a store with one row, which is selected.
fn console(folder: &Path) -> impl Future<Output = Rig> {
    Box::pin(async move {
        let store = open(folder).await;
        store.append(&operation("op-1", "docker restart web")).await.unwrap();
        store.close().await;
        let mut rig = Rig::start(&url(folder), folder, 1).await;
        rig.until("the store is read", |facts| facts.log.read).await;
        rig.press("3").await;
        rig
    })
}

fn beside(facts: &Facts, id: &str) -> Beside {
    let entry = facts.log.entries.iter().find(|entry| entry.id() == id);
    entry.map(|entry| facts.beside(entry)).unwrap_or_default()
}

#[tokio::test]
async fn a_note_is_pending_until_the_store_has_said_so_and_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console(folder.path()).await;
    rig.press("a").await;
    rig.write("the pager was muted").await;
    assert!(rig.screen().contains("note on USER_ACTION"), "{}", rig.screen());
    rig.press("ctrl-s").await;
    assert!(beside(rig.app.facts(), "op-1").is_pending());
    assert!(rig.screen().contains("not recorded yet"), "{}", rig.screen());
    rig.until("it is recorded", |facts| {
        let beside = beside(facts, "op-1");
        beside.notes.len() == 1 && !beside.is_pending()
    })
    .await;
    assert!(!rig.screen().contains("not recorded yet"), "{}", rig.screen());
    assert!(rig.screen().contains("note") && rig.screen().contains("the pager was muted"), "{}", rig.screen());
    rig.end().await;

    let again = console(folder.path()).await;
    let facts = again.app.facts();
    let found = beside(facts, "op-1");
    assert_eq!(found.notes[0].text(), "the pager was muted");
    assert_eq!(found.notes[0].said.by.as_deref(), Some(facts.setting.actor.as_str()));
    assert!(!found.notes[0].said.row_changed && facts.drafts.is_empty(), "{:?}", facts.drafts);
    let note = facts.log.entries.iter().find(|entry| entry.type_name() == "ANNOTATED").expect("a row of its own");
    assert_eq!(note.context()["digest"].as_str(), facts.margin.digest("op-1").as_deref());
    assert_eq!(note.context()["digest"].as_str().map(str::len), Some(64));
    again.end().await;
}

#[tokio::test]
async fn a_note_is_on_the_row_that_was_selected_when_it_was_begun() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console(folder.path()).await;
    rig.press("a").await;
    rig.write("about the first").await;
    let store = open(folder.path()).await;
    store.append(&operation("op-2", "a newer row")).await.unwrap();
    rig.until("the newer row is there", |facts| facts.log.entries.len() == 2).await;
    rig.press("ctrl-s").await;
    rig.until("it is recorded", |facts| !beside(facts, "op-1").notes.is_empty()).await;
    assert!(beside(rig.app.facts(), "op-2").notes.is_empty());
    store.close().await;
    rig.end().await;
}

#[tokio::test]
async fn a_correction_shows_the_corrected_words_and_what_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console(folder.path()).await;
    rig.press("c").await;
    assert!(rig.screen().contains("correct USER_ACTION"), "{}", rig.screen());
    rig.press("ctrl-s").await;
    assert!(rig.screen().contains("nothing has changed"), "{}", rig.screen());
    rig.write(" and db").await;
    rig.press("ctrl-s").await;
    rig.until("it is recorded", |facts| {
        beside(facts, "op-1").words().is_some_and(|words| words.recorded) && facts.log.entries.len() == 2
    })
    .await;
    let screen = rig.screen();
    assert!(screen.contains("docker restart web and db") && screen.contains("corrected by console:"), "{screen}");
    assert!(screen.contains("was") && screen.contains("±"), "{screen}");
    let Entry::Operation(row) = rig.app.facts().log.entries.iter().find(|entry| entry.id() == "op-1").unwrap() else {
        panic!("a row of the log")
    };
    assert_eq!(row.row.action_detail.as_deref(), Some("docker restart web"), "the row itself stays");
    rig.end().await;
}

#[tokio::test]
async fn a_secret_is_refused_and_stands_neither_on_the_screen_nor_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console(folder.path()).await;
    rig.press("a").await;
    let canary = ["hunter", "2-canary-", "5d81c0"].concat();
    rig.write("it ran with password=").await;
    rig.take(Event::Paste(canary.clone())).await;
    rig.press("ctrl-s").await;
    assert!(!rig.screen().contains(&canary) && rig.screen().contains("not saved; take it out"), "{}", rig.screen());
    assert!(beside(rig.app.facts(), "op-1").notes.is_empty());
    rig.press("esc a").await;
    assert!(rig.screen().contains("it ran with") && !rig.screen().contains("canary"), "{}", rig.screen());
    rig.end().await;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let Ok(bytes) = std::fs::read(file.unwrap().path()) else { continue };
        assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()));
    }
}

#[tokio::test]
async fn a_note_that_was_being_written_is_there_after_the_console_was_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console(folder.path()).await;
    rig.press("a").await;
    rig.write("half a sent").await;
    rig.end().await;
    let mut rig = console(folder.path()).await;
    rig.until("the draft is read", |facts| !facts.drafts.is_empty()).await;
    rig.press("a").await;
    assert!(rig.screen().contains("half a sent"), "{}", rig.screen());
    rig.end().await;
}

#[tokio::test]
async fn a_row_is_marked_as_evidence_for_the_open_review_in_its_chain_and_the_mark_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = console(folder.path()).await;
    rig.press("e").await;
    assert!(rig.screen().contains("no review is open"), "{}", rig.screen());
    rig.press("4 enter y").await;
    rig.settled().await;
    rig.until("its row is read", |facts| facts.log.entries.len() >= 2).await;
    rig.press("3 G e").await;
    let marked = rig.app.facts().book.reviews.values().next().unwrap().evidence.keys().next().unwrap().clone();
    assert!(beside(rig.app.facts(), &marked).is_pending());
    rig.settled().await;
    let facts = rig.app.facts();
    let found = beside(facts, &marked);
    assert!(found.evidence.len() == 1 && !found.is_pending(), "{found:?}");
    let review = facts.book.reviews.values().next().unwrap();
    assert_eq!(review.evidence[&marked].digest, facts.margin.digest(&marked));
    assert!(review.evidence[&marked].digest.is_some() && review.anomalies.is_empty());
    rig.press("enter").await;
    assert!(rig.screen().contains("for the review of"), "{}", rig.screen());
    rig.press("e").await;
    rig.settled().await;
    assert!(rig.app.facts().book.reviews.values().next().unwrap().evidence.is_empty());
    assert_eq!(rig.app.facts().recorded().len(), 3, "opened, marked, taken back");
    rig.end().await;
}

#[tokio::test]
async fn without_a_database_a_note_waits_says_so_and_its_text_outlives_the_console() {
    let folder = tempfile::tempdir().unwrap();
    // Nothing listens on the discard port; the rows are from before it went away.
    let away = "postgres://nobody@127.0.0.1:9/none";
    let rows = || Event::StoreRead { entries: scene::entries(), complete: true, reviews: Vec::new() };
    let mut rig = Rig::start(away, folder.path(), 1).await;
    rig.take(rows()).await;
    rig.until("it says so", |facts| matches!(facts.store, StoreState::Unavailable(_))).await;
    rig.press("3 a").await;
    rig.write("the disk was full").await;
    rig.press("ctrl-s").await;
    assert!(beside(rig.app.facts(), "own-1").is_pending());
    rig.until("it is asked again", |facts| matches!(facts.store, StoreState::Unavailable(_))).await;
    assert!(beside(rig.app.facts(), "own-1").is_pending());
    assert!(rig.screen().contains("▸…"), "the row says so: {}", rig.screen());
    rig.press("J J").await;
    assert!(rig.screen().contains("not recorded yet"), "and so does its detail: {}", rig.screen());
    rig.end().await;

    let mut rig = Rig::start(away, folder.path(), 2).await;
    rig.take(rows()).await;
    rig.until("the draft is read", |facts| !facts.drafts.is_empty()).await;
    rig.press("3 a").await;
    assert!(rig.screen().contains("the disk was full"), "{}", rig.screen());
    rig.end().await;
}

#[tokio::test]
async fn a_note_written_while_the_server_is_away_is_recorded_when_it_is_back() {
    let Some(db) = pg::TestDb::create().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let role = db.role().await;
    db.sql(&format!("GRANT ALL ON SCHEMA public TO {}", role.name)).await.unwrap();
    let (network, port) = proxy::Proxy::start(0, db.address()).await;
    let mut rig = Rig::start(&db.url_for(&role, Some(port)), folder.path(), 1).await;
    rig.until("the store is read", |facts| facts.log.read).await;
    db.sql("INSERT INTO alert_operation_log (id, event_type, action_detail) VALUES ('op-1', 'USER_ACTION', 'restart')")
        .await
        .unwrap();
    rig.until("the row is there", |facts| facts.margin.digest("op-1").is_some()).await;
    network.cut().await;
    rig.until("it says so", |facts| matches!(facts.store, StoreState::Unavailable(_))).await;
    rig.press("3 a").await;
    rig.write("seen from afar").await;
    rig.press("ctrl-s").await;
    assert!(beside(rig.app.facts(), "op-1").is_pending() && rig.screen().contains("not recorded yet"));
    let (network, _) = proxy::Proxy::start(port, db.address()).await;
    rig.until("it is recorded", |facts| {
        let beside = beside(facts, "op-1");
        !beside.is_pending() && facts.log.entries.iter().any(|entry| entry.type_name() == "ANNOTATED")
    })
    .await;
    assert_eq!(beside(rig.app.facts(), "op-1").notes.len(), 1);
    rig.end().await;
    network.cut().await;
    db.drop_role(role).await;
    db.drop().await;
}

#[test]
fn a_console_that_may_not_write_says_so_in_a_word() {
    for (access, word) in [(Access::ReadOnly, "read-only"), (Access::Demo, "the demo is read-only")] {
        let mut app = scene::fresh(access, 120, 40);
        let entries = scene::entries();
        app.update(Event::StoreRead { entries, complete: true, reviews: Vec::new() }, scene::now());
        for key in ["a", "c", "e"] {
            let turn = scene::press(&mut app, &format!("3 {key}"));
            assert!(!turn.effects.iter().any(Effect::writes), "{key}");
            let frame = support::frame::render(&app, 120, 40, "default", readback::app::theme::Depth::Ansi16);
            assert!(support::frame::symbols(&frame).contains(word), "{key}");
        }
    }
}

#[test]
fn what_will_never_be_recorded_is_taken_off_the_screen_and_its_text_is_there_when_it_is_opened_again() {
    let mut app = scene::incident(120, 40);
    scene::press(&mut app, "3 a");
    app.update(Event::Paste("a long thought".to_owned()), scene::now());
    let turn = scene::press(&mut app, "ctrl-s");
    let sent = turn.effects.iter().find_map(|effect| match effect {
        Effect::AppendOwn(event) if event.kind == OwnKind::Annotated => Some(event.clone()),
        _ => None,
    });
    let sent = sent.expect("it is sent");
    assert!(app.facts().margin.notes.get(&sent.id).is_some());
    app.update(Event::NotAppended { id: sent.id.clone(), why: "it does not fit".to_owned() }, scene::now());
    assert!(app.facts().margin.notes.get(&sent.id).is_none());
    scene::press(&mut app, "a");
    let frame = support::frame::render(&app, 120, 40, "default", readback::app::theme::Depth::Ansi16);
    assert!(support::frame::symbols(&frame).contains("a long thought"));
}
