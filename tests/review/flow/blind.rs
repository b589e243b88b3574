//! The second reader's console says the same whatever the first reading answered.

use super::scenes::{FIRST, SECOND, decided, painted, recorded, second, written};
use crate::support::frame::render;
use crate::support::scene;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use readback::app::theme::Depth;
use readback::review::{Answer, Contract, Diligence, Lane, Recorded, ReviewAct};

fn any_answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        Just(Answer::Pass),
        Just(Answer::Fail),
        Just(Answer::Unknown),
        "[a-z]{1,20}".prop_map(|reason| Answer::NotApplicable { reason }),
    ]
}

/// A first reading that answers every check, signs what lane, and passes one over or not; then a second reader joins.
fn story(answers: &[(Answer, u32)], lane: Lane, until: i64) -> Vec<Recorded> {
    let contract = Contract::builtin();
    let mut acts =
        vec![(FIRST, written("change_or_incident_ref", "INC-7")), (FIRST, written("rollback_owner", "infra"))];
    for (check, (answer, seconds)) in contract.checks.iter().zip(answers) {
        let diligence = Diligence { seconds: *seconds, offered: 3, opened: seconds % 4 };
        acts.push((FIRST, decided(&check.id, answer.clone(), Some(diligence))));
    }
    let until = jiff::Timestamp::from_second(scene::now().as_second() + until).unwrap();
    acts.push((
        FIRST,
        ReviewAct::Overridden { check: "postcheck_independent".to_owned(), reason: "none".to_owned(), until },
    ));
    let policy = contract.digest().to_owned();
    let signed = ReviewAct::Signed { lane: lane.id().to_owned(), input_digest: "i".to_owned(), policy, around: None };
    acts.push((FIRST, signed));
    acts.push((SECOND, ReviewAct::SecondReaderJoined { looked: false }));
    acts.push((SECOND, second("incident_ref_present", Answer::Pass, None)));
    recorded(acts)
}

/// Every screen of the pane, and what keys say, as the second reader goes through them.
fn frames(steps: &[Recorded]) -> Vec<Buffer> {
    let mut app = painted(SECOND, steps.to_vec(), (80, 24));
    let mut frames = Vec::new();
    let keys = [
        "z", "enter", "j", "enter", "o", "esc", "s", "n", "N", "L", "L", "m", "j", "enter", "esc", "S", "e", "x", "i",
        "a", "esc", "p", "u", "X", "esc", "esc", "esc", "1", "4", "j", "k",
    ];
    for key in keys {
        scene::press(&mut app, key);
        scene::rest(&mut app);
        for (columns, rows) in [(80, 24), (200, 60)] {
            frames.push(render(&app, columns, rows, "default", Depth::Ansi16));
        }
    }
    frames
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn the_second_readers_frames_are_the_same_whatever_the_first_reading_answered(
        one in prop::collection::vec((any_answer(), 0_u32..500), 28),
        other in prop::collection::vec((any_answer(), 0_u32..500), 28),
        lanes in (0_usize..10, 0_usize..10),
        until in (60_i64..100_000, -500_i64..100_000),
    ) {
        let one = frames(&story(&one, Lane::ALL[lanes.0], until.0));
        let other = frames(&story(&other, Lane::ALL[lanes.1], until.1));
        for (at, (one, other)) in one.iter().zip(&other).enumerate() {
            prop_assert!(one == other, "frame {}:\n{}\n{}", at,
                crate::support::frame::symbols(one), crate::support::frame::symbols(other));
        }
    }
}

#[test]
fn who_watches_sees_the_first_reading_and_so_the_frames_can_differ_at_all() {
    let answers = |answer: Answer| vec![(answer, 1); 28];
    let frames = |answer| {
        let mut app = painted(FIRST, story(&answers(answer), Lane::Ready, 60), (80, 24));
        scene::press(&mut app, "enter");
        render(&app, 80, 24, "default", Depth::Ansi16)
    };
    assert!(frames(Answer::Pass) != frames(Answer::Fail));
}
