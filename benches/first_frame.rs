//! The first frame: the console is made, drawn and encoded for a terminal of which nothing is known.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that can't go on should say so")]
#![allow(dead_code, reason = "each benchmark uses a part of the scene")]

#[path = "support/paint.rs"]
mod paint;
#[path = "../tests/support/scene.rs"]
mod scene;

use divan::Bencher;
use paint::{SIZES, Screen};
use readback::app::{Access, App, Facts, Ids};

fn main() {
    divan::main();
}

/// Nothing has been seen yet: what stands on the screen when the program starts.
#[divan::bench(args = SIZES)]
fn of_a_console_that_starts(bencher: Bencher<'_, '_>, (columns, rows): (u16, u16)) {
    let facts = Facts::new(scene::setting(Access::ReadWrite), scene::evidence(), scene::now());
    bencher.with_inputs(|| (facts.clone(), Screen::unknown())).bench_values(|(facts, mut screen)| {
        let app = App::new(facts, Ids::new([7; 16]), (columns, rows));
        screen.draw(&app, (columns, rows))
    });
}

/// Everything is there: what a resize costs.
#[divan::bench(args = SIZES)]
fn in_the_middle_of_an_incident(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let app = scene::incident(size.0, size.1);
    bencher.with_inputs(Screen::unknown).bench_local_values(|mut screen| screen.draw(&app, size));
}
