//! Saying where a console is: while a review is open on it, at each rest of the cursor, and again in time.

use crate::reviewed::{REVIEW, presences, reviewed};
use crate::support::frame::{render, symbols};
use crate::support::rig::Rig;
use crate::support::scene;
use jiff::{SignedDuration, Timestamp};
use readback::app::theme::Depth;
use readback::app::{Access, App, Effect, Event, Turn};
use readback::review::{Attendance, Part};

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
    scene::press(&mut app, "4 enter z");
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
    let (mut ann, mut bob) = (Rig::start(&url, &one, 1).await, Rig::start(&url, &two, 2).await);
    ann.until("the log", |facts| facts.log.read).await;
    ann.press("4 enter y").await;
    ann.settled().await;
    let review = ann.app.facts().recorded()[0].event.review.clone();
    bob.until("ann is there", |facts| facts.present.iter().any(|one| one.at.review == review)).await;
    bob.until("the review", |facts| !facts.recorded().is_empty()).await;
    bob.press("4 enter z").await;
    assert!(bob.screen().contains("2 here: reviewer on "), "{}", bob.screen());
    ann.until("bob is there", |facts| facts.present.len() == 1).await;
    ann.end().await;
    bob.until("ann is gone", |facts| facts.present.is_empty()).await;
    bob.end().await;
}
