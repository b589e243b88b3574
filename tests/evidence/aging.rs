//! What was true is not true for ever: evidence and comparisons age, and the console wakes by itself to
//! say so.

use crate::support::scene;
use jiff::{SignedDuration, Timestamp};
use readback::app::{Access, App, Effect, Event, Turn};
use readback::env::{Cell, Layer, Matrix};

/// A comparison in which every layer was read and all agree.
fn agreeing() -> Matrix {
    let mut matrix = scene::matrix();
    matrix.rows.truncate(1);
    matrix.unread.clear();
    let row = &mut matrix.rows[0];
    let same = row.cell(Layer::File).clone();
    row.cells = [Cell::Absent, same.clone(), same.clone(), Cell::Absent, Cell::Absent, same];
    matrix
}

fn reasons(app: &App) -> Vec<&str> {
    app.facts().recovery.why_not.iter().map(|why| why.id.as_str()).collect()
}

fn wake(turn: &Turn) -> Timestamp {
    turn.effects.iter().find_map(|effect| if let Effect::WakeAt(at) = effect { Some(*at) } else { None }).unwrap()
}

#[test]
fn a_comparison_that_is_not_made_again_stops_being_proof_by_itself() {
    let mut app = scene::fresh(Access::ReadWrite, 80, 24);
    let mut turn = app.update(Event::EnvCompared(Box::new(agreeing())), scene::now());
    assert!(!reasons(&app).iter().any(|id| id.starts_with("disk_differs")), "{:?}", reasons(&app));
    let end = scene::now().checked_add(SignedDuration::from_mins(3)).unwrap();
    while wake(&turn) < end && !reasons(&app).contains(&"disk_differs_from_secrets_unknown") {
        let at = wake(&turn);
        turn = app.update(Event::Woken, at);
    }
    assert!(reasons(&app).contains(&"disk_differs_from_secrets_unknown"), "{:?}", reasons(&app));
    assert!(reasons(&app).contains(&"running_differs_from_disk_unknown"), "{:?}", reasons(&app));
}

#[test]
fn a_fresh_pass_grows_stale_without_any_event_but_the_wakes_it_asked_for() {
    let mut app = scene::fresh(Access::ReadWrite, 80, 24);
    let seen = scene::evidence().swap_remove(0);
    let mut turn = app.update(Event::Judged(Box::new(seen)), scene::now());
    let stale = |app: &App| {
        let why = &app.facts().recovery.why_not;
        why.iter().any(|why| why.id == "evidence_stale" && why.probe.as_ref().is_some_and(|probe| probe.0 == "docker"))
    };
    let mut wakes = 0;
    while !stale(&app) {
        turn = app.update(Event::Woken, wake(&turn));
        wakes += 1;
        assert!(wakes < 60, "a label a minute for each of six, and one step of freshness");
    }
}
