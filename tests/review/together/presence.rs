//! Saying where a console is: while a review is open on it, at each rest of the cursor, and again in time.

use super::reviewed::{REVIEW, presence, presences, reviewed};
use crate::support::frame::{render, symbols};
use crate::support::rig::Rig;
use crate::support::scene;
use jiff::{SignedDuration, Timestamp};
use readback::app::theme::Depth;
use readback::app::{Access, App, Effect, Event, Turn};
use readback::review::{Attendance, Part, Presence};

fn app(access: Access) -> App {
    let mut app = scene::fresh(access, 120, 40);
    app.update(Event::SnapshotRead(Ok(Box::new(scene::snapshot()))), scene::now());
    app.update(Event::StoreRead { entries: Vec::new(), complete: true, reviews: reviewed() }, scene::now());
    app
}

#[allow(clippy::option_option, reason = "nothing was told, or that nobody is there any more")]
fn told(turn: &Turn) -> Option<Option<&Attendance>> {
    turn.effects.iter().find_map(|effect| if let Effect::Attend(at) = effect { Some(at.as_deref()) } else { None })
}

fn check(turn: &Turn) -> Option<&str> {
    told(turn)??.check.as_deref()
}

fn in_seconds(seconds: i64) -> Timestamp {
    scene::now().checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

/// When the console wakes at the latest.
fn wakes(turn: &Turn) -> Option<Timestamp> {
    turn.effects.iter().find_map(|effect| if let Effect::WakeAt(at) = effect { Some(*at) } else { None })
}

#[test]
fn an_open_review_is_told_at_once_at_each_rest_and_again_before_the_others_would_think_that_it_is_gone() {
    let mut app = app(Access::ReadWrite);
    assert_eq!(told(&scene::press(&mut app, "4")), None, "no review is open");
    let turn = scene::press(&mut app, "enter");
    let at = told(&turn).unwrap().unwrap();
    assert_eq!((at.review.0.as_str(), at.part, at.actor.as_str()), (REVIEW, Part::Watching, "console:reviewer"));
    let first = at.check.clone().unwrap();
    assert!(wakes(&turn).unwrap() <= in_seconds(15));
    // A cursor that runs is nowhere.
    assert_eq!(told(&scene::press(&mut app, "j j")), None);
    let rest = scene::now().checked_add(SignedDuration::from_millis(200)).unwrap();
    let turn = app.update(Event::Woken, rest);
    let moved = check(&turn).unwrap().to_owned();
    assert_ne!(moved, first);
    assert_eq!(told(&app.update(Event::Woken, in_seconds(14))), None);
    assert_eq!(check(&app.update(Event::Woken, in_seconds(16))), Some(moved.as_str()));
    assert_eq!(told(&app.update(Event::Woken, in_seconds(17))), None);
    let leads = app.update(Event::Key(scene::key("A")), in_seconds(18));
    assert_eq!(told(&leads).unwrap().unwrap().part, Part::Facilitator);
    app.update(Event::Key(scene::key("esc")), in_seconds(19));
    let gone = app.update(Event::Key(scene::key("esc")), in_seconds(20));
    assert_eq!(told(&gone), Some(None));
    let after = app.update(Event::Woken, in_seconds(60));
    assert_eq!(told(&after), None);
}

#[test]
fn a_read_only_console_looks_and_says_nothing_and_the_demo_does_neither() {
    let mut reader = app(Access::ReadOnly);
    scene::press(&mut reader, "4");
    let turn = scene::press(&mut reader, "enter");
    assert!(turn.effects.contains(&Effect::ReadPresent), "{turn:?}");
    assert_eq!(told(&turn), None);
    assert!(reader.update(Event::Woken, in_seconds(16)).effects.contains(&Effect::ReadPresent));
    let mut demo = app(Access::Demo);
    let turn = scene::press(&mut demo, "4 enter");
    assert!(!turn.effects.contains(&Effect::ReadPresent) && told(&turn).is_none());
}

#[test]
fn the_heading_says_who_else_is_here_and_lets_nothing_foreign_through() {
    let mut app = app(Access::ReadWrite);
    app.update(Event::Present(presences()), scene::now());
    scene::press(&mut app, "4 enter");
    let buffer = render(&app, 120, 40, "default", Depth::Ansi16);
    let screen = symbols(&buffer);
    assert!(screen.contains("3 here: ann on postcheck_independent, bob"), "{screen}");
    assert!(screen.contains("(second reader)") && !screen.contains("eve on"), "{screen}");
    assert!(!screen.contains(['\u{1b}', '\u{202e}']));
    app.update(Event::Present(Vec::new()), scene::now());
    assert!(!symbols(&render(&app, 120, 40, "default", Depth::Ansi16)).contains(" here: "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_consoles_on_one_store_each_sees_where_the_other_is_and_that_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    std::fs::create_dir(&one).unwrap();
    std::fs::create_dir(&two).unwrap();
    let mut ann = Rig::start(&url, &one, 1).await;
    let as_bob = Rig::start_as("console:bob", Vec::new(), (&url, &two, 2), scene::evidence(), scene::now());
    let mut bob = as_bob.await;
    ann.until("the log", |facts| facts.log.read).await;
    ann.press("4 enter y").await;
    ann.settled().await;
    let review = ann.app.facts().recorded()[0].event.review.clone();
    bob.until("ann is there", |facts| facts.present.iter().any(|one| one.at.review == review)).await;
    bob.until("the review", |facts| !facts.recorded().is_empty()).await;
    bob.press("4 enter").await;
    assert!(bob.screen().contains("2 here: reviewer on "), "{}", bob.screen());
    ann.until("bob is there", |facts| facts.present.len() == 1).await;
    ann.end().await;
    bob.until("ann is gone", |facts| facts.present.is_empty()).await;
    bob.end().await;
}

#[test]
fn a_console_of_ones_own_that_was_killed_is_nobody_else_and_who_has_two_is_one() {
    let mut app = app(Access::ReadWrite);
    let ghost = Presence {
        console: "killed".to_owned(),
        ..presence("reviewer", Some("postcheck_independent"), Part::Reviewer)
    };
    let second = Presence {
        console: "another of ann".to_owned(),
        seen_at: in_seconds(-30),
        ..presence("ann", Some("rollback_owner_present"), Part::Reviewer)
    };
    let here = vec![ghost.clone(), second, presence("ann", Some("postcheck_independent"), Part::Reviewer)];
    app.update(Event::Present(here), scene::now());
    scene::press(&mut app, "4 enter");
    let screen = symbols(&render(&app, 120, 40, "default", Depth::Ansi16));
    assert!(
        screen.contains("2 here: ann on postcheck_independent") && !screen.contains("rollback_owner_present, "),
        "{screen}"
    );
    app.update(Event::Present(vec![ghost]), scene::now());
    let alone = symbols(&render(&app, 120, 40, "default", Depth::Ansi16));
    assert!(!alone.contains(" here: "), "{alone}");
}

#[test]
fn who_leads_a_session_has_the_whole_screen() {
    let mut app = app(Access::ReadWrite);
    scene::press(&mut app, "4 enter z");
    let four = symbols(&render(&app, 200, 60, "default", Depth::Ansi16));
    scene::press(&mut app, "A");
    let one = symbols(&render(&app, 200, 60, "default", Depth::Ansi16));
    assert!(four.contains("1 Health") && four.contains("─ 3 Timeline"), "{four}");
    assert!(!one.contains("─ 3 Timeline") && one.contains("agenda: "), "{one}");
    scene::press(&mut app, "A");
    assert_eq!(symbols(&render(&app, 200, 60, "default", Depth::Ansi16)), four, "and gives it back");
}

/// How soon another console has to know.
const LIVE: std::time::Duration = std::time::Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_somebody_is_and_what_they_did_reach_the_other_console_within_a_second() {
    let Some(db) = crate::support::pg::TestDb::create().await else { return };
    let (url, folder) = (db.url(), tempfile::tempdir().unwrap());
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    std::fs::create_dir(&one).unwrap();
    std::fs::create_dir(&two).unwrap();
    let start = |actor: &'static str, folder: std::path::PathBuf, seed| {
        let url = url.clone();
        async move {
            let rows = Vec::new();
            Box::pin(Rig::start_as(actor, rows, (&url, &folder, seed), scene::evidence(), scene::now())).await
        }
    };
    let (mut ann, mut bob) = (start("console:ann", one, 1).await, start("console:bob", two, 2).await);
    ann.until("the log", |facts| facts.log.read).await;
    ann.press("4 enter y").await;
    ann.settled().await;
    bob.until("the review", |facts| !facts.recorded().is_empty()).await;
    bob.press("4 enter").await;
    ann.until("bob is there", |facts| !facts.present.is_empty()).await;
    let is_there = |facts: &readback::app::Facts| {
        facts.present.iter().any(|one| one.at.check.as_deref() == Some("actor_not_anonymous"))
    };
    // The cursor rests, and the other sees where.
    ann.press("j j").await;
    ann.now = ann.now.checked_add(SignedDuration::from_millis(200)).unwrap();
    ann.take(Event::Woken).await;
    tokio::time::timeout(LIVE, bob.until("where ann is", is_there)).await.expect("within a second");
    let steps = bob.app.facts().recorded().len();
    ann.press("f").await;
    ann.settled().await;
    let seen = bob.until("what ann did", |facts| facts.recorded().len() > steps);
    tokio::time::timeout(LIVE, seen).await.expect("within a second");
    ann.end().await;
    bob.end().await;
    db.drop().await;
}
