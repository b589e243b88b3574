//! One table of actions: what help, the footer and the documentation say is what the keys do.

use crate::support::frame::{render, symbols};
use crate::support::scene;
use readback::app::theme::Depth;
use readback::app::{ACTIONS, Access, Effect, keys_document};

#[test]
fn the_page_of_keys_is_the_table_of_actions() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/keys.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, keys_document()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), keys_document(), "run with UPDATE_DOCS=1");
}

#[test]
fn help_shows_every_action_exactly_once() {
    let mut app = scene::incident(120, 90);
    scene::press(&mut app, "?");
    let screen = symbols(&render(&app, 120, 90, "default", Depth::Ansi16));
    for info in ACTIONS {
        assert_eq!(screen.matches(info.help).count(), 1, "{}: {screen}", info.name);
    }
}

#[test]
fn a_read_only_console_refuses_what_writes_and_says_why() {
    let mut app = scene::fresh(Access::ReadOnly, 80, 24);
    app.update(readback::app::Event::SnapshotRead(Ok(Box::new(scene::snapshot()))), scene::now());
    let turn = scene::press(&mut app, "4 enter");
    assert!(!turn.effects.iter().any(Effect::writes));
    let screen = symbols(&render(&app, 80, 24, "default", Depth::Ansi16));
    assert!(screen.contains("read-only") && screen.contains("[R]"), "{screen}");
}

#[test]
fn the_numbers_tab_and_zoom_move_between_panes() {
    let mut app = scene::incident(80, 24);
    let shows =
        |app: &readback::app::App, text: &str| symbols(&render(app, 80, 24, "default", Depth::Ansi16)).contains(text);
    for (keys, text) in
        [("2", "DB_PASSWORD"), ("3", "02-04"), ("4", "odoo.conf"), ("tab", "docker"), ("shift-tab", "odoo.conf")]
    {
        scene::press(&mut app, keys);
        assert!(shows(&app, text), "{keys}: {}", symbols(&render(&app, 80, 24, "default", Depth::Ansi16)));
    }
    let mut app = scene::incident(200, 60);
    let frames =
        |app: &readback::app::App| symbols(&render(app, 200, 60, "default", Depth::Ansi16)).matches('┌').count();
    assert_eq!(frames(&app), 4);
    scene::press(&mut app, "z");
    assert_eq!(frames(&app), 0);
    scene::press(&mut app, "z");
    assert_eq!(frames(&app), 4);
}
