//! A review with others, and what it leaves behind: the agenda, who is where, the follow-ups, on the screen and on the
//! command line.

mod agenda;
mod cli;
mod presence;
mod reviewed;
mod steps;

use crate::support::frame::{render, snapshot_text, symbols};
use crate::support::scene;
use readback::app::Event;
use readback::app::theme::Depth;
use reviewed::{presences, reviewed};

/// A view of the review at the sizes of a small and a large terminal.
fn snapshots(name: &str, keys: &str) {
    for (columns, rows) in [(80, 24), (200, 60)] {
        let mut app = scene::incident(columns, rows);
        let (entries, reviews) = (scene::entries(), reviewed());
        app.update(Event::StoreRead { entries, complete: true, reviews }, scene::now());
        app.update(Event::Present(presences()), scene::now());
        scene::press(&mut app, keys);
        scene::rest(&mut app);
        let text = snapshot_text(&render(&app, columns, rows, "default", Depth::Ansi16));
        insta::assert_snapshot!(format!("{name}-{columns}x{rows}"), text);
    }
}

#[test]
fn the_agenda_of_a_session() {
    snapshots("agenda", "4 enter A j");
}

#[test]
fn what_is_owed() {
    snapshots("follow-ups", "4 enter O");
}

#[test]
fn from_the_agenda_one_goes_to_the_check_and_no_key_answers_one_that_is_not_shown() {
    let mut app = scene::incident(120, 40);
    let (entries, reviews) = (scene::entries(), reviewed());
    app.update(Event::StoreRead { entries, complete: true, reviews }, scene::now());
    scene::press(&mut app, "4 enter A");
    let turn = scene::press(&mut app, "p");
    assert!(!turn.effects.iter().any(|effect| matches!(effect, readback::app::Effect::Record(_))), "{turn:?}");
    let screen = symbols(&render(&app, 120, 40, "default", Depth::Ansi16));
    assert!(screen.contains("no check is on the screen"), "{screen}");
    scene::press(&mut app, "enter");
    let screen = symbols(&render(&app, 120, 40, "default", Depth::Ansi16));
    assert!(screen.contains("postcheck_independent"), "{screen}");
}

#[test]
fn the_agenda_counts_at_its_head_and_says_in_words_why_each_topic_is_there() {
    let mut acts = reviewed::acts();
    acts.truncate(4);
    acts.push(("ann", readback::review::ReviewAct::Submitted));
    for (acts, words) in [
        (
            reviewed::acts(),
            [
                "agenda: 1 disputed, 1 passed over, 1 failing, 22 open, 5 owed",
                "disputed (4)",
                "override to",
                "fails",
                "open (2)",
            ],
        ),
        (
            acts,
            [
                "agenda: 1 passed over, 1 failing, 1 waiting for second reader, ",
                "waiting for second reader second reading nobody reads it",
                "override to",
                "fails",
                "open (2)",
            ],
        ),
    ] {
        let mut app = scene::incident(80, 24);
        let reviews = reviewed::recorded(acts);
        app.update(Event::StoreRead { entries: scene::entries(), complete: true, reviews }, scene::now());
        // Who could still read second is asked before looking.
        scene::press(&mut app, "4 enter y A");
        let screen = symbols(&render(&app, 80, 24, "default", Depth::Ansi16));
        for word in words {
            assert!(screen.contains(word), "{word}: {screen}");
        }
    }
}
