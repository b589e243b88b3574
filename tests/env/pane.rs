//! Blame, the latest changes and the forecast, each one key press away; and what the console makes of a change.

use crate::support::frame::{render, symbols};
use crate::support::scene;
use readback::app::theme::Depth;
use readback::app::{Access, App, Effect, Event, Ids};
use readback::demo::Demo;
use readback::env::Matrix;
use readback::env::forecast::{Host, Way};
use readback::env::snapshot::{Dated, Keys};
use readback::env::watch::{Attribution, event};
use readback::evidence::Known;
use readback::timeline::{Entry, OwnEvent, OwnKind};

fn screen(app: &App, columns: u16, rows: u16) -> String {
    symbols(&render(app, columns, rows, "default", Depth::Ansi16))
}

fn demo() -> App {
    let demo = Demo::load().unwrap();
    let mut app = App::new(demo.facts(), Ids::new([0; 16]), (80, 24));
    for event in demo.opening() {
        app.update(event, demo.start());
    }
    app
}

/// The keys of the scene's file, as they stand and as they would without one.
fn lost(key: &str) -> (Keys, Keys) {
    let before = scene::past().pop().unwrap().keys.unwrap();
    let mut after = before.clone();
    after.remove(key).unwrap();
    (before, after)
}

fn edit(key: &str) -> OwnEvent {
    let (before, after) = lost(key);
    let by = Attribution { owner: Some("root".to_owned()), ..Attribution::default() };
    event(".env", &before, &after, scene::now(), &by).unwrap()
}

#[test]
fn when_did_the_s3_keys_go_is_one_key_press() {
    let mut app = demo();
    scene::press(&mut app, "2 s");
    // What changed since is above them: the image of the day.
    scene::press(&mut app, "j");
    scene::rest(&mut app);
    let shown = screen(&app, 80, 24);
    let gone: Vec<&str> = shown.lines().filter(|line| line.contains("_S3_") && line.contains("vanished")).collect();
    assert!(gone.len() >= 4 && gone.iter().all(|line| line.contains("2026-02-04 08:26")), "{shown}");
    assert!(shown.contains("after 2026-02-02 10:34:34 (by its name)"), "{shown}");
    assert!(shown.contains("by    2026-02-04 08:26:11 (by its name): .env.backup.20260204_082611"), "{shown}");
}

#[test]
fn the_forecast_is_one_key_press_and_says_what_the_gate_says() {
    let mut app = demo();
    scene::press(&mut app, "2 F");
    let shown = screen(&app, 120, 60);
    assert!(shown.contains("BREAKS") && shown.contains("docker compose up -d --force-recreate"), "{shown}");
    let reasons = &app.facts().recovery.why_not;
    let said = reasons.iter().find(|reason| reason.id == "restart_not_safe").map(|reason| reason.text.clone());
    assert!(said.is_some_and(|text| text.contains("DB_HOST") || text.contains("DB_PASSWORD")), "{reasons:?}");
}

#[test]
fn a_host_that_is_not_known_makes_pane_and_gate_say_not_known_together() {
    let mut app = scene::fresh(Access::ReadOnly, 120, 40);
    let rows = scene::matrix().rows.into_iter().filter(|row| row.findings.is_empty()).collect();
    app.update(Event::EnvCompared(Box::new(Matrix { rows, ..Matrix::default() })), scene::now());
    let said = |app: &App| {
        let reasons = &app.facts().recovery.why_not;
        reasons.iter().find(|reason| reason.text.contains("resolves")).map(|reason| reason.text.clone())
    };
    assert_eq!(said(&app), None);
    let resolves = Known::Unknown("no name server could be asked".to_owned());
    let host = |way| Host { key: "DB_HOST".to_owned(), way, resolves: resolves.clone() };
    app.update(Event::HostsLooked(vec![host(Way::Restart), host(Way::Recreate)]), scene::now());
    assert!(said(&app).is_some(), "{:?}", app.facts().recovery.why_not);
    scene::press(&mut app, "2 F");
    assert!(screen(&app, 120, 60).contains("not known"));
}

#[test]
fn the_cursor_moves_from_key_to_key_in_blame_and_back_leaves_it() {
    let mut app = scene::incident(80, 24);
    scene::press(&mut app, "2 g b");
    assert!(screen(&app, 80, 24).contains("COMPOSE_PROJECT_NAME  since when"));
    scene::press(&mut app, "j j");
    scene::rest(&mut app);
    assert!(screen(&app, 80, 24).contains("DB_PASSWORD  since when"), "{}", screen(&app, 80, 24));
    scene::press(&mut app, "esc");
    let layers = screen(&app, 80, 24);
    assert!(!layers.contains("since when") && layers.contains("secret"), "{layers}");
    scene::press(&mut app, "s enter");
    assert!(screen(&app, 80, 24).contains("CAPSULE_S3_BUCKET  since when"));
    scene::press(&mut app, "esc esc F F");
    assert!(screen(&app, 80, 24).contains("template") || screen(&app, 80, 24).contains("secret"));
}

#[test]
fn an_event_near_an_end_stands_beside_it_and_what_was_not_read_is_not_called_quiet() {
    let mut app = scene::incident(80, 24);
    scene::press(&mut app, "2 s");
    // The last backup is of 08:50:11, the alert of 08:52:00.
    assert!(screen(&app, 80, 24).contains("1 min later ALERT_RECEIVED"), "{}", screen(&app, 80, 24));
    let page = Event::StoreRead { entries: scene::entries(), complete: false, reviews: Vec::new() };
    let mut app = scene::fresh(Access::ReadWrite, 80, 24);
    app.update(Event::EnvCompared(Box::new(scene::matrix())), scene::now());
    app.update(Event::PastRead(Ok(scene::past())), scene::now());
    app.update(page, scene::now());
    let turn = scene::press(&mut app, "2 s");
    assert!(screen(&app, 80, 24).contains("the timeline has not been read that far back"));
    assert!(turn.effects.iter().any(|effect| matches!(effect, Effect::ReadOlder { .. })), "and it is read on");
}

#[test]
fn a_change_is_told_and_asked_to_be_recorded_once() {
    let mut app = scene::incident(120, 40);
    let turn = app.update(Event::EnvChanged(Box::new(edit("OCR_SERVICE_URL"))), scene::now());
    let appended: Vec<&Effect> = turn.effects.iter().filter(|effect| matches!(effect, Effect::AppendOwn(_))).collect();
    assert!(matches!(appended[..], [Effect::AppendOwn(event)] if event.kind == OwnKind::ConfigChanged));
    assert!(screen(&app, 120, 40).contains("changed by hand: lost OCR_SERVICE_URL (who: not known)"));
    assert!(
        app.facts().log.entries.iter().all(|entry| entry.id() != edit("OCR_SERVICE_URL").id),
        "not before the store says so"
    );
}

#[test]
fn a_read_only_console_shows_a_change_and_records_nothing() {
    let mut app = scene::fresh(Access::ReadOnly, 120, 40);
    app.update(Event::PastRead(Ok(scene::past())), scene::now());
    let turn = app.update(Event::EnvChanged(Box::new(edit("OCR_SERVICE_URL"))), scene::now());
    assert!(!turn.effects.iter().any(Effect::writes));
    assert!(screen(&app, 120, 40).contains("changed by hand: lost OCR_SERVICE_URL"));
    assert_eq!(app.facts().log.entries.len(), 1);
}

#[test]
fn a_recorded_change_makes_blame_say_when() {
    let mut app = scene::incident(120, 40);
    let mut entries = scene::entries();
    // The key went by hand before it was seen gone: after the last backup, before the file as it stands.
    let mut past = scene::past();
    let (_, after) = lost("OCR_SERVICE_URL");
    past.last_mut().unwrap().keys = Ok(after);
    entries.insert(0, Entry::Own(edit("OCR_SERVICE_URL")));
    app.update(Event::PastRead(Ok(past)), scene::now());
    let step = |app: &App| app.facts().past.life("OCR_SERVICE_URL").unwrap().last().unwrap().dated;
    assert_eq!(step(&app), Dated::Now);
    app.update(Event::StoreRead { entries, complete: true, reviews: Vec::new() }, scene::now());
    assert_eq!(step(&app), Dated::Recorded);
    assert_eq!(app.facts().past.misfits, 0);
}

#[tokio::test]
async fn a_change_that_is_seen_while_the_store_is_away_is_recorded_when_it_is_back() {
    use readback::app::StoreState;
    use readback::app::shell::{Command, Door, Kept, StoreTask};
    use readback::store::{Access, StoreUrl};
    use tokio::sync::{mpsc, watch};
    let folder = tempfile::tempdir().unwrap();
    // A file stands where the store's folder has to be.
    let blocked = folder.path().join("state");
    std::fs::write(&blocked, "").unwrap();
    let (events, mut received) = mpsc::channel(256);
    let (ask, commands) = mpsc::unbounded_channel();
    let url = format!("sqlite:{}", blocked.join("store.db").display());
    let (_guard, door) = watch::channel(readback::guard::Watch::default());
    let task = StoreTask {
        url: StoreUrl::parse(&url).unwrap(),
        access: Access::ReadWrite,
        seed: Vec::new(),
        drafts: None,
        events,
        door: Door::new(door),
        console: "console".to_owned(),
        kept: Kept::default(),
    };
    let running = tokio::spawn(task.run(commands));
    while !matches!(received.recv().await.unwrap(), Event::Store(StoreState::Unavailable(_))) {}
    ask.send(Command::AppendOwn(Box::new(edit("OCR_SERVICE_URL")))).unwrap();
    std::fs::remove_file(&blocked).unwrap();
    ask.send(Command::Read).unwrap();
    let entries = loop {
        if let Event::StoreRead { entries, .. } | Event::NewsRead { entries, .. } = received.recv().await.unwrap() {
            break entries;
        }
    };
    assert_eq!(entries.iter().map(Entry::id).collect::<Vec<_>>(), [edit("OCR_SERVICE_URL").id]);
    drop(ask);
    running.await.unwrap();
}

#[test]
fn why_there_is_no_past_is_said() {
    let mut app = scene::fresh(Access::ReadWrite, 80, 24);
    app.update(Event::EnvCompared(Box::new(scene::matrix())), scene::now());
    scene::press(&mut app, "2 s");
    assert!(screen(&app, 80, 24).contains("the backups have not been read yet"));
    app.update(Event::PastRead(Err("/srv/shop can't be read: permission denied".to_owned())), scene::now());
    assert!(screen(&app, 80, 24).contains("permission denied"));
}

/// The keys in the order of the screen, from a first column that is a key's.
fn listed(shown: &str) -> Vec<String> {
    let is_key = |word: &&str| word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    shown.lines().filter_map(|line| line.split_whitespace().find(is_key).map(str::to_owned)).collect()
}

#[test]
fn keys_are_filtered_and_what_is_left_out_is_said() {
    let mut app = demo();
    let all = app.facts().matrix.as_ref().unwrap().rows.len();
    scene::press(&mut app, "2 z / S 3");
    let shown = screen(&app, 120, 40);
    let fits = app.facts().matrix.as_ref().unwrap().rows.iter().filter(|row| row.key.contains("S3")).count();
    assert!(shown.contains(&format!("{} of {all} keys are not shown", all - fits)), "{shown}");
    // The badge still counts every key.
    assert!(shown.contains(" wrong"), "{shown}");
    scene::press(&mut app, "enter j");
    assert!(screen(&app, 120, 40).contains("keys are not shown"));
    scene::press(&mut app, "/ esc");
    assert!(!screen(&app, 120, 40).contains("keys are not shown"));
    // In a small pane, too, where the detail had the whole of it.
    scene::press(&mut app, "enter / D B");
    assert!(screen(&app, 40, 12).contains("/ DB"), "{}", screen(&app, 40, 12));
    scene::press(&mut app, "esc");
    scene::press(&mut app, "/ N O B O D Y enter");
    assert!(screen(&app, 120, 40).contains("No key fits the filter"));
}

#[test]
fn keys_are_sorted_and_stand_under_headings() {
    let mut app = demo();
    scene::press(&mut app, "2 z");
    let by_file = listed(&screen(&app, 120, 60));
    scene::press(&mut app, "o");
    let by_name = screen(&app, 120, 60);
    assert!(by_name.contains("by name") && listed(&by_name) != by_file, "{by_name}");
    scene::press(&mut app, "o o c");
    let sections = screen(&app, 120, 60);
    let titles: Vec<String> = app.facts().matrix.as_ref().unwrap().rows.iter().map(|row| row.section.clone()).collect();
    assert!(titles.iter().filter(|title| sections.contains(title.as_str())).count() > 5, "{sections}");
    scene::press(&mut app, "c");
    assert!(screen(&app, 120, 60).contains("from the compose layer"), "{}", screen(&app, 120, 60));
    scene::press(&mut app, "c");
    let severities = screen(&app, 120, 60);
    let at = |word: &str| severities.find(word).unwrap_or_else(|| panic!("{word}: {severities}"));
    assert!(at("errors") < at("notes") && at("notes") < at("well"), "{severities}");
    // However many headings there are, the selected row is on the screen.
    scene::press(&mut app, "c c G");
    for rows in 8..40 {
        let last = app.facts().matrix.as_ref().unwrap().rows.len();
        let shown = screen(&app, 120, rows);
        assert!(last > 20 && shown.contains("grouped by section"), "{shown}");
    }
}
