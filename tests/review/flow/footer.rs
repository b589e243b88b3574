//! Why a key did nothing and which key is next: both stand on the smallest first-class screen, whole.

use super::keys::{after, flat};
use super::scenes::{FIRST, INCIDENT, complete, decided, shown, written};
use crate::support::scene;
use readback::app::{App, Event};
use readback::review::{Answer, ReviewAct};

/// The last row.
fn bar(screen: &str) -> String {
    screen.lines().last().unwrap_or_default().to_owned()
}

/// A text of so many columns or a few less, of whole words that are all different.
fn words(columns: usize) -> String {
    let more = columns.saturating_sub(1) / 5;
    ["w".to_owned()].into_iter().chain((0..more).map(|at| format!("w{at:03}"))).collect::<Vec<_>>().join(" ")
}

/// A review with one check answered, so that every view has something.
fn begun(keys: &str) -> App {
    let mut app = after(vec![
        (FIRST, written("change_or_incident_ref", INCIDENT)),
        (FIRST, decided("incident_ref_present", Answer::Unknown, None)),
    ]);
    if !keys.is_empty() {
        scene::press(&mut app, keys);
    }
    app
}

#[test]
fn a_notice_of_up_to_three_rows_and_the_first_keys_are_both_whole_at_eighty_columns() {
    let views = [
        ("", ["e write", "p pass"]),
        ("j enter", ["p pass", "f fail"]),
        ("S", ["y yes", "n no"]),
        ("j e j enter", ["ctrl-s save", "esc cancel"]),
        ("m", ["enter open", "esc back"]),
        ("A", ["enter open", "A agenda"]),
        ("L", ["enter open", "L why this lane"]),
        ("E", ["e write", "E report"]),
    ];
    for (keys, first) in views {
        for columns in [1, 20, 40, 55, 60, 70, 78, 100, 150, 220] {
            let mut app = begun(keys);
            let before = bar(&shown(&app));
            app.update(Event::Trouble(words(columns)), scene::now());
            let screen = shown(&app);
            assert!(flat(&screen).contains(&words(columns)), "{keys}, {columns} columns: {screen}");
            let below = bar(&screen);
            assert!(first.iter().all(|key| below.contains(key)), "{keys}, {columns} columns: {screen}");
            assert!(below.contains("w0") || columns < 5 || below == before, "all of the keys, or beside: {screen}");
        }
    }
}

#[test]
fn a_list_stays_where_it_is_below_a_long_notice_and_a_text_that_is_written_makes_room() {
    let mut app = begun("");
    let before: Vec<String> = shown(&app).lines().map(str::to_owned).collect();
    app.update(Event::Trouble(words(150)), scene::now());
    let rows: Vec<String> = shown(&app).lines().map(str::to_owned).collect();
    assert_eq!(rows[..21], before[..21], "only the last rows are taken");
    assert_ne!(rows[21], before[21]);
    let mut app = begun("j j enter i p");
    app.update(Event::Paste("somebody".to_owned()), scene::now());
    app.update(Event::Trouble(words(150)), scene::now());
    let screen = shown(&app);
    assert!(screen.contains("somebody") && screen.contains("Who acted") && screen.contains('└'), "{screen}");
    // At the next key the rows are the pane's again.
    scene::press(&mut app, "esc");
    assert!(!shown(&app).contains("w001"), "{}", shown(&app));
}

#[test]
fn what_a_refusal_says_is_never_cut() {
    let whole = |app: &App, says: &str| {
        let screen = shown(app);
        assert!(flat(&screen).contains(says), "{says}: {screen}");
        assert!(bar(&screen).contains("pass") || bar(&screen).contains("enter open"), "{screen}");
    };
    for (keys, says) in [
        ("I", "nothing that is attached is stale"),
        ("X", "nothing is in quarantine"),
        ("g a", "this check always applies"),
        ("g e", "the console decides this check from its own records: nothing to write"),
        ("j p", "nothing to hear it back against: attach evidence (i), or answer unknown (u)"),
        ("G p", "this row is a field: e writes it"),
        ("A p", "no check is on the screen: enter opens one, esc goes back"),
        ("j x", "no evidence is attached to this check"),
    ] {
        whole(&begun(keys), says);
    }
}

#[test]
fn the_menu_says_why_not_on_one_row_whatever_the_review() {
    let acted = ["acted", "the duty lead"].map(|_| (FIRST, written("actor_attribution_ref", FIRST)));
    let mut signed = complete();
    signed.push((FIRST, ReviewAct::Submitted));
    for acts in [Vec::new(), acted.to_vec(), signed] {
        for keys in ["m", "j m", "j j j j m", "G m", "G k k m"] {
            let mut app = after(acts.clone());
            scene::press(&mut app, keys);
            let screen = shown(&app);
            let framed = screen.lines().filter(|line| line.starts_with('│'));
            framed.for_each(|line| assert!(!line.contains('…'), "{keys}: {screen}"));
        }
    }
}

#[test]
fn on_a_checks_own_screen_the_key_that_it_lacks_comes_first() {
    assert!(bar(&shown(&begun("j j enter"))).starts_with(" e write  p pass"), "its field is empty");
    let app = after(vec![(FIRST, written("change_or_incident_ref", INCIDENT))]);
    let mut app = app;
    scene::press(&mut app, "j enter");
    assert!(bar(&shown(&app)).starts_with(" i attach  p pass"), "{}", shown(&app));
    scene::press(&mut app, "i j");
    assert!(bar(&shown(&app)).starts_with(" p pass"), "{}", shown(&app));
}

#[test]
fn on_a_checks_own_screen_n_goes_to_the_next_open_one_and_e_writes_the_field_it_asks_about() {
    let mut app = begun("j enter");
    let on = |app: &App, check: &str| {
        let screen = shown(app);
        assert!(screen.contains(&format!(" of 29  {check} ")), "{check}: {screen}");
    };
    on(&app, "incident_ref_present");
    scene::press(&mut app, "n");
    on(&app, "actor_not_anonymous");
    scene::press(&mut app, "n n");
    on(&app, "before_after_service_state_present");
    scene::press(&mut app, "N");
    on(&app, "boot_or_recovery_window_present");
    scene::press(&mut app, "e");
    let field = app.facts().contract.check("boot_or_recovery_window_present").unwrap().fields[0].clone();
    assert!(shown(&app).contains(&format!("─ {field}")) && shown(&app).contains("ctrl-s save"), "{}", shown(&app));
    app.update(Event::Paste("boot 4711 of web".to_owned()), scene::now());
    scene::press(&mut app, "ctrl-s");
    let wrote = app.facts().pending.iter().last().unwrap().event.act.clone();
    assert!(matches!(&wrote, ReviewAct::FieldSet { field: of, .. } if *of == field), "{wrote:?}");
    on(&app, "boot_or_recovery_window_present");
}
