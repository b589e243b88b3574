//! The Timeline pane by incident, and what is missing: the keys, the screens of the demo, and what can't be selected.

use crate::support::frame::{render, snapshot_text, symbols};
use crate::support::scene;
use jiff::{SignedDuration, Timestamp};
use readback::app::theme::Depth;
use readback::app::{App, Effect, Event, Ids, StoreState};
use readback::demo::Demo;

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

/// The demo a little after its start, with these keys pressed.
fn demo(keys: &str, columns: u16, rows: u16) -> App {
    let demo = Demo::load().unwrap();
    let at = demo.start().checked_add(SignedDuration::from_secs(50)).unwrap();
    let mut app = App::new(demo.facts(), Ids::new([0; 16]), (columns, rows));
    for event in demo.opening() {
        app.update(event, demo.start());
    }
    for (when, event) in demo.play().into_iter().filter(|(when, _)| *when <= at) {
        app.update(event, when);
    }
    for key in keys.split(' ') {
        press(&mut app, key, at);
    }
    app.update(Event::Woken, at.checked_add(SignedDuration::from_secs(1)).unwrap());
    app
}

fn press(app: &mut App, key: &str, at: Timestamp) -> Vec<Effect> {
    let code = match key {
        "enter" => crossterm::event::KeyCode::Enter,
        "esc" => crossterm::event::KeyCode::Esc,
        key => crossterm::event::KeyCode::Char(key.chars().next().unwrap()),
    };
    app.update(Event::Key(crossterm::event::KeyEvent::from(code)), at).effects
}

fn screen(app: &App, columns: u16, rows: u16) -> String {
    symbols(&render(app, columns, rows, "default", Depth::Ansi16))
}

fn snapshots(name: &str, keys: &str) {
    for (columns, rows) in SIZES {
        let app = demo(keys, columns, rows);
        for (theme, depth, word) in [("default", Depth::Ansi16, "16"), ("mono", Depth::Mono, "mono")] {
            let text = snapshot_text(&render(&app, columns, rows, theme, depth));
            insta::assert_snapshot!(format!("{name}-{columns}x{rows}-{word}"), text);
        }
    }
}

#[test]
fn the_incidents_of_the_demo_at_every_size() {
    snapshots("incidents", "3 z i j");
}

#[test]
fn the_rows_of_one_incident_with_what_is_missing_at_every_size() {
    snapshots("incident", "3 z i j enter");
}

#[test]
fn the_demo_tells_of_missing_rows_a_flap_and_a_false_green_gap() {
    let app = demo("3 z i j", 120, 40);
    let flapped = screen(&app, 120, 40);
    for text in [
        "INC-20260204-01  acknowledged",
        "INC-20260203-01  verified_recovered",
        "1 within 15 min of RESOLVED",
        "TELEGRAM_RESULT_SENT, expected within 60 s of EXECUTION_COMPLETED, not seen",
        "approval, expected with AUTO_REPAIR_TRIGGERED, not given",
    ] {
        assert!(flapped.contains(text), "{text}: {flapped}");
    }
    let proved = screen(&demo("3 z i j j", 120, 40), 120, 40);
    assert!(proved.contains("false-green gap") && proved.contains("13 m 38 s"), "{proved}");
    assert!(proved.contains("nobody: auto-repair worked alone"), "{proved}");
}

#[test]
fn enter_opens_the_rows_of_an_incident_and_back_returns_to_the_list_and_to_the_filter_that_stood() {
    let mut app = demo("3 z", 120, 40);
    let at = app.facts().now;
    for key in ["/", "s", "u", "c", "c", "e", "s", "s", "=", "f", "a", "l", "s", "e", "enter", "i", "j", "enter"] {
        press(&mut app, key, at);
    }
    let opened = screen(&app, 120, 40);
    assert!(opened.contains("/ incident=INC-20260204-01") && !opened.contains("INC-20260203-01"), "{opened}");
    press(&mut app, "esc", at);
    assert!(screen(&app, 120, 40).contains("4 incidents, 2 open"));
    press(&mut app, "i", at);
    assert!(screen(&app, 120, 40).contains("/ success=false"));
}

#[test]
fn what_is_missing_can_not_be_selected_or_copied_and_is_no_row() {
    let mut app = demo("3 z", 120, 40);
    let (at, rows) = (app.facts().now, app.facts().log.entries.len());
    assert!(screen(&app, 120, 40).contains("not seen"), "{}", screen(&app, 120, 40));
    let mut copied = Vec::new();
    for _ in 0..rows + 5 {
        let effects = press(&mut app, "y", at);
        copied.extend(effects.into_iter().filter_map(|effect| match effect {
            Effect::Copy(text) => Some(text),
            _ => None,
        }));
        press(&mut app, "j", at);
    }
    let known = |id: &String| app.facts().log.entries.iter().any(|entry| entry.id() == id);
    assert!(copied.len() == rows + 5 && copied.iter().all(known), "{copied:?}");
    copied.dedup();
    assert_eq!(copied.len(), rows, "each row once");
}

#[test]
fn nothing_is_missing_while_the_log_can_not_be_read() {
    let mut app = scene::fresh(readback::app::Access::ReadWrite, 120, 24);
    let rows = scene::entries();
    let alert = rows.last().unwrap().clone();
    let at = |seconds| alert.at().checked_add(SignedDuration::from_secs(seconds)).unwrap();
    let read = Event::StoreRead { entries: vec![alert.clone()], complete: true, reviews: Vec::new() };
    let turn = app.update(read, at(10));
    assert_eq!(app.facts().missing_rows().count(), 0);
    let wake = turn.effects.iter().find_map(|effect| match effect {
        Effect::WakeAt(at) => Some(*at),
        _ => None,
    });
    assert!(wake.unwrap() <= at(65), "it looks again when the time is over");
    app.update(Event::Store(StoreState::Unavailable("away".to_owned())), at(30));
    app.update(Event::Woken, at(600));
    assert_eq!(app.facts().missing_rows().count(), 0, "nobody could have read it");
    app.update(Event::Store(StoreState::Ready), at(601));
    assert_eq!(app.facts().missing_rows().count(), 1);
}

#[test]
fn a_cleared_incident_is_green_in_no_theme() {
    use readback::app::theme::{Role, Theme};
    let app = scene::incident(120, 40);
    let mut app = app;
    scene::press(&mut app, "3 i");
    scene::rest(&mut app);
    assert!(symbols(&render(&app, 120, 40, "default", Depth::Ansi16)).contains("cleared_unverified"));
    for name in Theme::names() {
        let theme = Theme::builtin(name, Depth::True).unwrap();
        let green = theme.style(Role::Pass).fg;
        let frame = render(&app, 120, 40, name, Depth::True);
        for y in 2..39 {
            let row: Vec<_> = (0..120).map(|x| &frame[(x, y)]).collect();
            let text: String = row.iter().map(|cell| cell.symbol()).collect();
            let is_green = row.iter().any(|cell| cell.style().fg == green && !cell.symbol().trim().is_empty());
            assert!(
                !(text.contains("cleared_unverified") && is_green) || green == theme.style(Role::Text).fg,
                "{name}: {text}"
            );
        }
    }
}
