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
