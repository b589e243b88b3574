//! Laws of the whole console: whatever is typed, pasted or reported, at whatever size.

use crate::support::frame::render;
use crate::support::scene;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use readback::app::theme::Depth;
use readback::app::{Access, App, Effect, Event, Stepped, StoreState};
use readback::evidence::Verdict;

fn keys() -> impl Strategy<Value = Event> {
    let plain = prop_oneof![
        any::<char>().prop_map(KeyCode::Char),
        proptest::sample::select("1234zrRwqynNpfauSXe?jkgGhl".chars().collect::<Vec<_>>()).prop_map(KeyCode::Char),
        Just(KeyCode::Enter),
        Just(KeyCode::Esc),
        Just(KeyCode::Tab),
        Just(KeyCode::Down),
        Just(KeyCode::PageDown),
        Just(KeyCode::End),
    ];
    let control = proptest::sample::select(vec!['s', 'c', 'd', 'u', 'k', 'w']).prop_map(KeyCode::Char);
    prop_oneof![
        8 => plain.prop_map(|code| Event::Key(KeyEvent::new(code, KeyModifiers::NONE))),
        1 => control.prop_map(|code| Event::Key(KeyEvent::new(code, KeyModifiers::CONTROL))),
    ]
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        10 => keys(),
        1 => any::<String>().prop_map(Event::Paste),
        1 => (0..300_u16, 0..100_u16).prop_map(|(columns, rows)| Event::Resize(columns, rows)),
        1 => (0..6_usize, any::<bool>()).prop_map(|(at, fails)| {
            let mut seen = scene::evidence().swap_remove(at);
            seen.verdict = if fails { Verdict::Fail } else { Verdict::Pass };
            Event::Judged(Box::new(seen))
        }),
        1 => Just(Event::Store(StoreState::Unavailable("it is not there".to_owned()))),
        1 => Just(Event::StoreRead { entries: scene::entries(), complete: false, reviews: Vec::new() }),
        1 => Just(Event::SnapshotRead(Err("gone".to_owned()))),
        1 => Just(Event::SnapshotRead(Ok(Box::new(scene::snapshot())))),
        1 => Just(Event::Trouble("something".to_owned())),
    ]
}

/// Answers every step in one of the ways in which a store can.
fn answer(app: &mut App, effects: &[Effect], how: u8) {
    for effect in effects {
        if let Effect::Record(step) = effect {
            let outcome = match how % 3 {
                0 => Stepped::Deferred,
                1 => Stepped::Conflict,
                _ => Stepped::Refused("no".to_owned()),
            };
            app.update(Event::Stepped { id: step.event.id.clone(), outcome }, scene::now());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_events_at_any_size_panics_or_draws_outside(
        happened in proptest::collection::vec((events(), any::<u8>()), 0..60),
        columns in 1..220_u16,
        rows in 1..70_u16,
    ) {
        let mut app = scene::incident(columns, rows);
        for (event, how) in happened {
            let turn = app.update(event, scene::now());
            answer(&mut app, &turn.effects, how);
            render(&app, columns, rows, "default", Depth::Ansi16);
        }
    }

    #[test]
    fn a_read_only_console_asks_for_nothing_that_writes(
        happened in proptest::collection::vec(events(), 0..80),
    ) {
        let mut app = scene::fresh(Access::ReadOnly, 80, 24);
        app.update(Event::SnapshotRead(Ok(Box::new(scene::snapshot()))), scene::now());
        for event in happened {
            let turn = app.update(event, scene::now());
            prop_assert!(!turn.effects.iter().any(Effect::writes), "{:?}", turn.effects);
        }
    }
}

#[test]
fn every_small_size_is_drawn_whatever_is_open() {
    // The panes, and in them what is written into, asked or looked up.
    for keys in ["1", "1?", "2", "2/", "3", "3a", "3/x", "3t", "3?", "4", "4n", "4n\ne", "4?", ":"] {
        let mut app = scene::incident(80, 24);
        for key in keys.chars() {
            let code = if key == '\n' { KeyCode::Enter } else { KeyCode::Char(key) };
            app.update(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)), scene::now());
        }
        for columns in 0..50 {
            for rows in 0..20 {
                render(&app, columns, rows, "mono", Depth::Mono);
            }
        }
    }
}
