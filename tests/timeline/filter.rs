//! The filter of the Timeline pane: written, wrong, completed, applied, cleared; how many match of how many read.

use crate::support::frame::{render, symbols};
use crate::support::scene;
use readback::app::theme::Depth;
use readback::app::{App, Effect, Event, Looked};
use readback::timeline::Entry;

fn screen(app: &App) -> String {
    symbols(&render(app, 120, 24, "default", Depth::Ansi16))
}

/// The console in the prompt, with this written.
fn writing(text: &str) -> App {
    let mut app = scene::incident(120, 24);
    scene::press(&mut app, "3 /");
    app.update(Event::Paste(text.to_owned()), scene::now());
    app
}

#[test]
fn enter_shows_what_fits_with_how_many_match_and_escape_in_the_prompt_shows_all_again() {
    let mut app = writing("actor=alertmanager");
    assert!(screen(&app).contains("/ actor=alertmanager"));
    scene::press(&mut app, "enter");
    let filtered = screen(&app);
    assert!(filtered.contains("/ actor=alertmanager") && filtered.contains("2 match of 5 read"), "{filtered}");
    assert!(filtered.contains("RESOLVED") && !filtered.contains("USER_ACTION"), "{filtered}");
    assert!(filtered.contains("2 of 5 fit"), "{filtered}");
    scene::press(&mut app, "j y");
    scene::press(&mut app, "/ esc");
    let all = screen(&app);
    assert!(all.contains("USER_ACTION") && !all.contains("match of"), "{all}");
}

#[test]
fn a_wrong_filter_is_not_applied_and_its_error_stands_under_the_place() {
    let mut app = writing("success=false actr=ann");
    scene::press(&mut app, "enter");
    let text = screen(&app);
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.contains("/ success=false actr=ann")).unwrap();
    let column = |line: &str, word: &str| line[..line.find(word).unwrap()].chars().count();
    assert_eq!(column(lines[at], "actr"), column(lines[at + 1], "^"), "{text}");
    assert!(lines[at + 1].contains("did you mean actor?"), "{text}");
    assert!(!text.contains("match of"), "{text}");
}

#[test]
fn keys_write_in_the_prompt_and_tab_writes_what_could_come_next() {
    let mut app = scene::incident(120, 24);
    scene::press(&mut app, "3 / q 1 w backspace backspace backspace a c");
    assert!(screen(&app).contains("actor="), "{}", screen(&app));
    scene::press(&mut app, "tab t tab enter");
    let text = screen(&app);
    assert!(text.contains("/ actor=telegram:100200") && text.contains("1 match of 5 read"), "{text}");
}

#[test]
fn saved_filters_are_gone_through_with_up_and_down() {
    let mut app = scene::incident(120, 24);
    scene::press(&mut app, "3 / down");
    assert!(screen(&app).contains("no saved filters"));
    let mut facts = app.facts().clone();
    facts.filters =
        [("a", "success=false"), ("b", "type=RESOLVED")].map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let mut app = App::new(facts, readback::app::Ids::new([1; 16]), (120, 24));
    scene::press(&mut app, "3 / down");
    assert!(screen(&app).contains("/ success=false") && screen(&app).contains("saved filter 1 of 2: a"));
    scene::press(&mut app, "up enter");
    assert!(screen(&app).contains("/ type=RESOLVED"), "{}", screen(&app));
}

#[test]
fn older_rows_are_asked_for_until_enough_fit_and_new_ones_that_fit_appear() {
    let mut app = scene::fresh(readback::app::Access::ReadWrite, 120, 24);
    let rows = scene::entries();
    let read = |entries: Vec<Entry>, complete| Event::StoreRead { entries, complete, reviews: Vec::new() };
    app.update(read(rows[1..4].to_vec(), false), scene::now());
    scene::press(&mut app, "3 /");
    app.update(Event::Paste("success=false".to_owned()), scene::now());
    let asks = |effects: &[Effect]| {
        let look = |effect: &Effect| if let Effect::Look(look) = effect { Some((**look).clone()) } else { None };
        effects.iter().filter_map(look).collect::<Vec<_>>()
    };
    let asked = asks(&scene::press(&mut app, "enter").effects);
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].from, Some(rows[3].cursor()), "from the oldest row that is known");
    assert!(screen(&app).contains("1 match of 3 read, read back to 2026-02-04 09:16"), "{}", screen(&app));
    assert!(asks(&app.update(Event::Woken, scene::now()).effects).is_empty(), "one at a time");
    let answer = |end| {
        let (number, toward) = (asked[0].number, asked[0].toward);
        let reached = Some(rows[4].cursor());
        Event::Looked(Box::new(Looked { number, toward, entries: Vec::new(), read: 1, reached, end }))
    };
    assert_eq!(asks(&app.update(answer(false), scene::now()).effects).len(), 1, "and on from where it got");
    assert!(asks(&app.update(answer(true), scene::now()).effects).is_empty(), "nothing is left");
    assert!(screen(&app).contains("1 match of 5 read"), "{}", screen(&app));
    app.update(read(rows, true), scene::now());
    assert!(screen(&app).contains("2 match of"), "{}", screen(&app));
}
