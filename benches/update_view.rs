//! From an event to the bytes for the terminal: update, view, encode.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that can't go on should say so")]
#![allow(dead_code, reason = "each benchmark uses a part of the scene")]

#[path = "support/paint.rs"]
mod paint;
#[path = "../tests/support/scene.rs"]
mod scene;

use divan::Bencher;
use paint::{SIZES, Screen};
use readback::app::Event;

fn main() {
    divan::main();
}

/// Tells the console these, one a turn, over and over.
fn turns(bencher: Bencher<'_, '_>, size: (u16, u16), events: &[Event]) {
    let (mut app, mut screen) = (scene::incident(size.0, size.1), Screen::unknown());
    screen.draw(&app, size);
    let mut events = events.iter().cycle();
    bencher.bench_local(|| {
        let turn = app.update(events.next().expect("no end").clone(), scene::now());
        (turn, screen.draw(&app, size))
    });
}

/// The cursor goes down and up.
#[divan::bench(args = SIZES)]
fn a_key_that_moves_the_cursor(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    turns(bencher, size, &["j", "k"].map(|name| Event::Key(scene::key(name))));
}

/// Another pane comes to the front.
#[divan::bench(args = SIZES)]
fn a_key_that_changes_the_pane(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    turns(bencher, size, &[Event::Key(scene::key("tab"))]);
}

/// A probe answers as it did before.
#[divan::bench(args = SIZES)]
fn an_answer_of_a_probe(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let answers: Vec<Event> = scene::evidence().into_iter().map(|seen| Event::Judged(Box::new(seen))).collect();
    turns(bencher, size, &answers);
}

/// The cursor moves while the log holds a storm: 10,000 rows of the last hours.
#[divan::bench(args = SIZES)]
fn a_key_over_a_log_of_ten_thousand_rows(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let (mut app, mut screen) = (scene::incident(size.0, size.1), Screen::unknown());
    app.update(Event::StoreRead { entries: storm(), complete: true, reviews: Vec::new() }, scene::now());
    screen.draw(&app, size);
    let mut events = ["j", "k"].map(|name| Event::Key(scene::key(name))).into_iter().cycle();
    bencher.bench_local(|| {
        let turn = app.update(events.next().expect("no end"), scene::now());
        (turn, screen.draw(&app, size))
    });
}

/// What an answer costs over such a log: the rules are asked again.
#[divan::bench(args = [(120, 40)])]
fn an_answer_over_a_log_of_ten_thousand_rows(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let mut app = scene::incident(size.0, size.1);
    app.update(Event::StoreRead { entries: storm(), complete: true, reviews: Vec::new() }, scene::now());
    let answers: Vec<Event> = scene::evidence().into_iter().map(|seen| Event::Judged(Box::new(seen))).collect();
    let mut answers = answers.into_iter().cycle();
    bencher.bench_local(|| app.update(answers.next().expect("no end"), scene::now()));
}

/// Alerts and what became of them, one a second, each of an incident of its own.
fn storm() -> Vec<readback::timeline::Entry> {
    use readback::timeline::{Entry, EventType, NewOperation, Operation};
    let now = scene::now().as_second();
    let row = |n: i64| {
        let event_type = [EventType::Resolved, EventType::ExecutionCompleted, EventType::AlertReceived][n as usize % 3];
        let row = NewOperation {
            incident_id: Some(format!("INC-{}", n / 3)),
            actor: Some("alertmanager".to_owned()),
            success: Some(true),
            context: serde_json::json!({"alert_name": format!("Alert{}", n / 3)}),
            ..NewOperation::new(format!("storm-{n:05}"), event_type)
        };
        let created_at = jiff::Timestamp::from_second(now - n).unwrap();
        Entry::Operation(Operation { row, raw_type: None, created_at })
    };
    (1..=10_000).map(row).collect()
}
