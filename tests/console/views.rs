//! What is on the screen: each pane at each size, symbols and styles, with hostile text in the data.
//! A changed screen is a changed file under tests/console/snapshots: look at it, then accept it.

use crate::support::frame::{render, snapshot_text, symbols};
use crate::support::scene;
use readback::app::theme::Depth;
use readback::app::{App, Event, StoreState};
use readback::panes::PaneId;

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

/// Takes a snapshot at every size, in 16 colours and in none.
fn snapshots(name: &str, app: impl Fn(u16, u16) -> App) {
    for (columns, rows) in SIZES {
        let app = app(columns, rows);
        for (theme, depth, word) in [("default", Depth::Ansi16, "16"), ("mono", Depth::Mono, "mono")] {
            let text = snapshot_text(&render(&app, columns, rows, theme, depth));
            insta::assert_snapshot!(format!("{name}-{columns}x{rows}-{word}"), text);
        }
    }
}

/// The console with these keys pressed.
fn after(keys: &str) -> impl Fn(u16, u16) -> App {
    move |columns, rows| {
        let mut app = scene::incident(columns, rows);
        scene::press(&mut app, keys);
        scene::rest(&mut app);
        app
    }
}

#[test]
fn health_at_every_size() {
    snapshots("health", after("1 j j"));
}

#[test]
fn env_at_every_size() {
    snapshots("env", after("2 n"));
}

#[test]
fn blame_the_latest_changes_and_the_forecast_at_every_size() {
    snapshots("env-blame", after("2 G b"));
    snapshots("env-since", after("2 s"));
    snapshots("env-forecast", after("2 F"));
}

#[test]
fn timeline_at_every_size() {
    snapshots("timeline", after("3 j j"));
}

#[test]
fn a_filter_that_is_wrong_at_every_size() {
    snapshots("filter", |columns, rows| {
        let mut app = scene::incident(columns, rows);
        scene::press(&mut app, "3 /");
        app.update(Event::Paste("success=false actr=~\"資.*\"".to_owned()), scene::now());
        app
    });
}

#[test]
fn the_rows_that_fit_a_filter_at_every_size() {
    snapshots("filtered", |columns, rows| {
        let mut app = scene::incident(columns, rows);
        scene::press(&mut app, "3 /");
        app.update(Event::Paste("actor=alertmanager or success=false".to_owned()), scene::now());
        scene::press(&mut app, "enter j");
        scene::rest(&mut app);
        app
    });
}

/// Notes, a correction, a mark, a row that came late, and one note that is on its way.
fn annotated(columns: u16, rows: u16) -> App {
    let mut app = scene::incident(columns, rows);
    let (entries, reviews) = (scene::entries_with_a_late_one(), scene::marked("op-2"));
    app.update(Event::Margin { annotations: scene::annotations(), digests: Vec::new() }, scene::now());
    app.update(Event::StoreRead { entries, complete: true, reviews }, scene::now());
    scene::press(&mut app, "3");
    app
}

#[test]
fn what_stands_beside_a_row_at_every_size() {
    snapshots("notes", |columns, rows| {
        let mut app = annotated(columns, rows);
        scene::press(&mut app, "j j j enter");
        scene::rest(&mut app);
        app
    });
}

#[test]
fn the_detail_is_read_on_and_its_tree_is_folded() {
    let mut app = annotated(80, 24);
    scene::press(&mut app, "j j j enter");
    scene::rest(&mut app);
    let shown = |app: &App| symbols(&render(app, 80, 24, "default", Depth::Ansi16));
    assert!(shown(&app).contains(" 1-"), "{}", shown(&app));
    scene::press(&mut app, &["J"; 60].join(" "));
    assert!(shown(&app).contains("└─ severity: P0") && !shown(&app).contains("incident  "), "{}", shown(&app));
    scene::press(&mut app, &["K"; 60].join(" "));
    assert!(shown(&app).contains(" 1-"), "{}", shown(&app));
    scene::press(&mut app, "x J J J J J J J J");
    assert!(shown(&app).contains("nested: {1 key}"), "{}", shown(&app));
}

#[test]
fn writing_a_note_with_a_secret_in_it() {
    snapshots("note-writing", |columns, rows| {
        let mut app = annotated(columns, rows);
        scene::press(&mut app, "j a");
        let pasted = ["see 資料庫 INC-7 password=", "not-", "a-real-", "one-71c2"].concat();
        app.update(Event::Paste(pasted), scene::now());
        app
    });
}

#[test]
fn readback_at_every_size() {
    snapshots("readback", after("4 j"));
}

#[test]
fn an_open_review_with_an_answer_on_its_way() {
    snapshots("review", |columns, rows| {
        let mut app = scene::incident(columns, rows);
        scene::press(&mut app, "4 enter y n f");
        scene::rest(&mut app);
        app
    });
}

#[test]
fn writing_a_field_with_a_secret_in_it() {
    snapshots("writing", |columns, rows| {
        let mut app = scene::incident(columns, rows);
        scene::press(&mut app, "4 enter y n e");
        let pasted = ["see 資料庫 INC-7 password=", "not-", "a-real-", "one-71c2"].concat();
        app.update(Event::Paste(pasted), scene::now());
        app
    });
}

#[test]
fn one_pane_zoomed_help_and_why() {
    for keys in ["2 z", "?", "w"] {
        let app = after(keys)(120, 40);
        let name = format!("over-{}", keys.replace(' ', "-").replace('?', "help"));
        insta::assert_snapshot!(name, symbols(&render(&app, 120, 40, "default", Depth::Ansi16)));
    }
}

#[test]
fn without_a_database_the_header_and_the_timeline_say_so() {
    let mut app = scene::fresh(readback::app::Access::ReadWrite, 80, 24);
    let why = "the database can't be reached: connection refused".to_owned();
    app.update(Event::Store(StoreState::Unavailable(why)), scene::now());
    scene::press(&mut app, "3");
    let screen = symbols(&render(&app, 80, 24, "default", Depth::Ansi16));
    assert!(screen.contains("no database") && screen.contains("The timeline can't be read"), "{screen}");
}

#[test]
fn foreign_text_reaches_the_screen_without_its_teeth() {
    for id in PaneId::ALL {
        let app = after(&format!("{} j j", id.number()))(200, 60);
        let screen = symbols(&render(&app, 200, 60, "default", Depth::True));
        assert!(!screen.chars().any(|c| c.is_control() && c != '\n'), "{screen}");
        assert!(!screen.contains('\u{202e}'));
    }
}

#[test]
fn nothing_is_green_before_anything_was_seen() {
    let app = scene::fresh(readback::app::Access::ReadWrite, 200, 60);
    let theme = readback::app::theme::Theme::builtin("default", Depth::Ansi16).unwrap();
    let green = theme.style(readback::app::theme::Role::Pass).fg;
    let frame = render(&app, 200, 60, "default", Depth::Ansi16);
    assert!(frame.content().iter().all(|cell| cell.style().fg != green), "{}", symbols(&frame));
}

#[test]
fn unknown_and_stale_look_like_a_pass_in_no_theme() {
    use readback::app::theme::Theme;
    for theme in Theme::names() {
        // Without colours, the word and the glyph tell them apart.
        for depth in [Depth::Ansi16, Depth::Ansi256, Depth::True] {
            let frame = render(&after("1 G")(120, 24), 120, 24, theme, depth);
            let screen = symbols(&frame);
            let styles_of = |word: &str, probe: &str| {
                let is_it = |line: &&str| line.contains(word) && line.contains(probe);
                let y = screen.lines().enumerate().find(|(_, line)| is_it(line)).map(|(y, _)| y).expect(word);
                // Glyph and word stand in fixed columns.
                [1, 4].map(|x| frame[(x, y as u16)].style())
            };
            let pass = styles_of(" pass ", "docker");
            for (word, probe) in [(" stale ", "route"), (" unknown ", "redis")] {
                for (bad, good) in styles_of(word, probe).iter().zip(&pass) {
                    let differs = (bad.fg, bad.add_modifier) != (good.fg, good.add_modifier);
                    assert!(differs, "{theme} {depth:?} {word}: {screen}");
                }
            }
        }
    }
}

#[test]
fn the_detail_of_a_probe_names_the_reason_by_its_id() {
    let mut app = scene::incident(80, 24);
    let mut seen = scene::evidence().swap_remove(2);
    seen.reason = Some("name_not_found".to_owned());
    app.update(Event::Judged(Box::new(seen)), scene::now());
    scene::press(&mut app, "1 j j enter");
    scene::rest(&mut app);
    let screen = symbols(&render(&app, 80, 24, "default", Depth::Ansi16));
    assert!(screen.contains("reason") && screen.contains("name_not_found"), "{screen}");
}
