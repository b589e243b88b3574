//! The Timeline pane over more rows than the console keeps: scrolled, filtered, jumped in and followed, on a real store.

use crate::support;
use crate::support::rig::Rig;
use crate::support::scene;
use jiff::{SignedDuration, Timestamp};
use readback::app::{App, Effect, Event, Facts, Turn};
use readback::evidence::{Evidence, Verdict};
use readback::store::{Access, AnyStore, Store, StoreUrl};
use readback::timeline::{Entry, EventType, NewOperation, Operation};
use std::collections::BTreeSet;
use std::time::Duration;

/// More than the console keeps, and more than a window does.
const ROWS: usize = 6_200;

fn row(n: usize, at: Timestamp) -> Operation {
    let row = NewOperation {
        incident_id: Some(format!("INC-{}", n / 1_000)),
        actor: Some(if n == 17 { "old-hand" } else { "ann" }.to_owned()),
        action_detail: Some(format!("step {n}")),
        success: Some(true),
        ..NewOperation::new(
            format!("row-{n:06}"),
            if n.is_multiple_of(50) { EventType::AlertReceived } else { EventType::UserAction },
        )
    };
    Operation { row, raw_type: None, created_at: at }
}

/// A row a minute, the newest of now.
fn time_of(n: usize) -> Timestamp {
    scene::now().checked_sub(SignedDuration::from_mins((ROWS - 1 - n) as i64)).unwrap()
}

async fn filled(folder: &std::path::Path) -> (String, AnyStore) {
    let url = format!("sqlite:{}", folder.join("store.db").display());
    let store = AnyStore::open(&StoreUrl::parse(&url).unwrap(), Access::ReadWrite).await.unwrap();
    let rows: Vec<_> = (0..ROWS).map(|n| row(n, time_of(n))).collect();
    for some in rows.chunks(500) {
        store.import(some).await.unwrap();
    }
    (url, store)
}

/// A console in its timeline, over the whole screen.
async fn console(folder: &std::path::Path, url: &str) -> Rig {
    let mut rig = Rig::start(url, folder, 1).await;
    rig.until("the log is read", |facts: &Facts| facts.log.read).await;
    rig.press("3 z").await;
    rig
}

/// Takes events until the screen shows it.
async fn shows(rig: &mut Rig, text: &str) {
    until(rig, text, |screen| screen.contains(text)).await;
}

/// Takes events until a row is on the screen.
async fn shows_step(rig: &mut Rig, step: usize) {
    until(rig, &format!("step {step}"), |screen| steps(screen).contains(&step)).await;
}

async fn until(rig: &mut Rig, what: &str, is: impl Fn(&str) -> bool) {
    while !is(&rig.screen()) {
        let came = rig.next(Duration::from_secs(10)).await;
        assert!(came, "never came: {what}\n{}", rig.screen());
    }
}

/// The rows on a screen.
fn steps(screen: &str) -> BTreeSet<usize> {
    let step = |line: &str| line.split("step ").nth(1)?.split_whitespace().next()?.parse().ok();
    screen.lines().filter_map(step).collect()
}

#[tokio::test]
async fn a_person_scrolls_through_every_row_and_the_console_keeps_a_few_thousand() {
    let folder = tempfile::tempdir().unwrap();
    let (url, _store) = filled(folder.path()).await;
    let mut rig = console(folder.path(), &url).await;
    let mut seen = BTreeSet::new();
    for _ in 0..ROWS / 5 {
        seen.extend(steps(&rig.screen()));
        if seen.contains(&0) {
            break;
        }
        rig.press("pagedown").await;
        rig.answered().await;
    }
    assert!(rig.app.facts().log.entries.len() <= 5_000);
    assert_eq!(seen.len(), ROWS, "every row was on the screen");
    rig.end().await;
}

#[tokio::test]
async fn a_filter_finds_a_row_however_old() {
    let folder = tempfile::tempdir().unwrap();
    let (url, _store) = filled(folder.path()).await;
    let mut rig = console(folder.path(), &url).await;
    for filter in ["actor=old-hand", "detail=~\".* 17\""] {
        rig.press("/").await;
        rig.write(filter).await;
        rig.press("enter").await;
        shows(&mut rig, "1 match of").await;
        assert!(rig.screen().contains("step 17"), "{}", rig.screen());
        rig.press("/ esc").await;
    }
    rig.end().await;
}

#[tokio::test]
async fn a_person_jumps_to_a_time_to_the_oldest_row_and_back_to_the_newest() {
    let folder = tempfile::tempdir().unwrap();
    let (url, _store) = filled(folder.path()).await;
    let mut rig = console(folder.path(), &url).await;
    rig.press("t").await;
    rig.write("3d").await;
    assert!(rig.screen().contains("2026-02-01 09:31:00 +08:00"), "{}", rig.screen());
    rig.press("enter").await;
    let wanted = ROWS - 1 - 3 * 24 * 60;
    shows_step(&mut rig, wanted).await;
    rig.answered().await;
    assert!(steps(&rig.screen()).contains(&(wanted + 3)), "newer rows are above: {}", rig.screen());
    rig.press("G").await;
    shows_step(&mut rig, 0).await;
    rig.press("g").await;
    shows_step(&mut rig, ROWS - 1).await;
    // A time before the first row is the first row.
    rig.press("t").await;
    rig.write("1999-01-01").await;
    rig.press("enter").await;
    shows_step(&mut rig, 0).await;
    rig.press("t").await;
    rig.write("yesterday-ish").await;
    assert!(rig.screen().contains("no time"), "{}", rig.screen());
    rig.press("esc g").await;
    rig.end().await;
}

#[tokio::test]
async fn at_the_top_new_rows_appear_and_away_from_it_they_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (url, store) = filled(folder.path()).await;
    let mut rig = console(folder.path(), &url).await;
    let append = async |id: &str| {
        let row = NewOperation { id: id.to_owned(), action_detail: Some(id.to_owned()), ..row(0, time_of(0)).row };
        store.append(&row).await.unwrap();
    };
    append("while-at-the-top").await;
    shows(&mut rig, "while-at-the-top").await;
    assert!(!rig.screen().contains(" new (g)"));
    rig.press("j j j").await;
    append("one").await;
    append("two").await;
    shows(&mut rig, "2 new (g)").await;
    // A jump away from the newest rows counts on.
    rig.press("t").await;
    rig.write("3d").await;
    rig.press("enter").await;
    rig.answered().await;
    append("three").await;
    shows(&mut rig, "3 new (g)").await;
    rig.press("g").await;
    let screen = rig.screen();
    assert!(["one", "two", "three"].iter().all(|id| screen.contains(id)) && !screen.contains(" new (g)"), "{screen}");
    rig.end().await;
}

#[tokio::test]
async fn an_event_of_days_ago_that_is_told_now_leaves_no_gap_before_the_rows_that_are_not_read_yet() {
    let folder = tempfile::tempdir().unwrap();
    let (url, store) = filled(folder.path()).await;
    let mut rig = console(folder.path(), &url).await;
    let read = rig.app.facts().log.entries.len();
    assert!(read < ROWS, "older ones are left to read");
    // As from a console whose database was away: of three days ago, recorded now.
    let event = readback::timeline::OwnEvent {
        id: "told-late".to_owned(),
        incident_id: None,
        kind: readback::timeline::OwnKind::ConfigChanged,
        subject: "step 1880".to_owned(),
        actor: None,
        summary: "changed".to_owned(),
        success: None,
        context: serde_json::Value::Null,
        occurred_at: time_of(1_880),
        recorded_at: None,
    };
    store.append_own(&event).await.unwrap();
    store.append(&NewOperation::new("news", EventType::Silenced)).await.unwrap();
    rig.until("the news", |facts| facts.log.entries.iter().any(|row| row.id() == "news")).await;
    let ids: Vec<&str> = rig.app.facts().log.entries.iter().map(Entry::id).collect();
    assert_eq!((ids.len(), ids.contains(&"told-late")), (read + 1, false));
    // It stands where it belongs when one comes there, and a refresh takes nothing for new that was only not read.
    rig.press("r").await;
    rig.until("the refresh", |facts| facts.log.entries.len() > read + 1).await;
    assert!(!rig.screen().contains(" new (g)"), "{}", rig.screen());
    rig.press("t").await;
    rig.write("3d").await;
    rig.press("enter").await;
    rig.answered().await;
    for _ in 0..20 {
        if rig.screen().contains("CONFIG_CHANGED") {
            break;
        }
        rig.press("pagedown").await;
        rig.answered().await;
    }
    assert!(rig.screen().contains("CONFIG_CHANGED"), "{}", rig.screen());
    rig.end().await;
}

#[tokio::test]
async fn the_histogram_says_what_stands_where_and_is_zoomed() {
    let folder = tempfile::tempdir().unwrap();
    let (url, _store) = filled(folder.path()).await;
    let mut rig = console(folder.path(), &url).await;
    // A row a minute: 15 in each column of a quarter of an hour.
    shows(&mut rig, "15 min a column, most 15").await;
    rig.press("-").await;
    shows(&mut rig, "30 min a column, most 30").await;
    rig.press("-").await;
    rig.answered().await;
    rig.press("-").await;
    shows(&mut rig, "3 h a column, most 180").await;
    rig.answered().await;
    assert!(rig.screen().contains('┄'), "before the first row: {}", rig.screen());
    rig.press("-").await;
    assert!(rig.screen().contains("no more to see that way"), "{}", rig.screen());
    rig.end().await;
}

#[test]
fn a_row_of_the_head_is_counted_without_the_store() {
    let mut app = scene::incident(120, 40);
    let turn = scene::press(&mut app, "3 z");
    let asks = |turn: &Turn| turn.effects.iter().filter(|effect| matches!(effect, Effect::Count(_))).count();
    assert_eq!(asks(&turn), 0, "the whole log is known");
    let mut app = scene::fresh(readback::app::Access::ReadWrite, 120, 40);
    let page: Vec<Entry> = scene::entries();
    let turn = app.update(Event::StoreRead { entries: page, complete: false, reviews: Vec::new() }, scene::now());
    assert_eq!(asks(&turn), 1, "what is older is counted by the store, at once");
}

#[test]
fn where_the_feed_was_dead_the_histogram_is_hatched() {
    let feed = |minutes: i64, verdict| {
        let at = scene::now().checked_sub(SignedDuration::from_mins(minutes)).unwrap();
        let seen = scene::evidence().remove(0);
        Evidence { probe: "feed".into(), kind: "feed".to_owned(), verdict, observed_at: at, as_of: at, ..seen }
    };
    let mut app = scene::incident(120, 40);
    scene::press(&mut app, "3 z");
    let hatched = |app: &App| {
        let screen = support::frame::render(app, 120, 40, "default", readback::app::theme::Depth::Ansi16);
        support::frame::symbols(&screen).matches('╱').count()
    };
    assert_eq!(hatched(&app), 0);
    for (minutes, verdict) in [(600, Verdict::Pass), (300, Verdict::Fail), (240, Verdict::Pass)] {
        let at = feed(minutes, verdict).observed_at;
        app.update(Event::Judged(Box::new(feed(minutes, verdict))), at);
    }
    app.update(Event::Woken, scene::now());
    // From 04:31 to 05:31: five quarters of an hour, marked below; before the first row of the log nothing is known.
    assert_eq!(hatched(&app), 5);
}
