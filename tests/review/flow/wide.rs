//! What an open review does with a big screen.

use super::scenes::{FIRST, INCIDENT, decided, painted, recorded, written};
use crate::support::frame::{render, symbols};
use crate::support::scene;
use readback::app::theme::Depth;
use readback::app::{App, Event};
use readback::review::{Answer, Attendance, Part, Presence};

fn at(app: &App, (columns, rows): (u16, u16)) -> String {
    symbols(&render(app, columns, rows, "default", Depth::Ansi16))
}

/// What stands left and right of where the list ends.
fn halves(screen: &str) -> (String, String) {
    let cut = |line: &str| {
        let at = line.char_indices().nth(80).map_or(line.len(), |(at, _)| at);
        (line[..at].to_owned(), line[at..].to_owned())
    };
    let (left, right): (Vec<_>, Vec<_>) = screen.lines().map(cut).unzip();
    (left.join("\n"), right.join("\n"))
}

#[test]
fn a_big_screen_has_the_checks_at_the_left_with_the_agenda_below_and_the_check_at_the_right() {
    let size = (200, 60);
    let steps = recorded(vec![
        (FIRST, written("change_or_incident_ref", INCIDENT)),
        (FIRST, decided("incident_ref_present", Answer::Unknown, None)),
    ]);
    let review_id = steps[0].event.review.clone();
    let mut app = painted(FIRST, steps, size);
    let ann = Attendance {
        actor: "console:ann".to_owned(),
        incident_id: INCIDENT.to_owned(),
        review: review_id,
        check: Some("rollback_owner_present".to_owned()),
        part: Part::Reviewer,
    };
    let present = Presence { console: "other".to_owned(), at: ann, seen_at: scene::now() };
    app.update(Event::Present(vec![present]), scene::now());
    assert!(at(&app, size).contains(" 1 Health  2 fail ─"), "before one is opened, four panes");
    for keys in ["enter j", "enter"] {
        scene::press(&mut app, keys);
        scene::rest(&mut app);
        let screen = at(&app, size);
        let (left, right) = halves(&screen);
        let all = &app.facts().contract.checks;
        assert!(all.iter().all(|check| left.contains(&check.id)), "{screen}");
        assert!(
            left.contains("agenda: ") && left.contains(" open ") && left.contains("ann on rollback_owner"),
            "{screen}"
        );
        for text in ["incident_ref_present ─", "A traceable change or incident reference is given.", "RESOLVED"] {
            assert!(right.contains(text), "{text}: {screen}");
        }
    }
    assert!(at(&app, size).contains("the selected evidence"), "the guided readback shows what is selected, too");
    scene::press(&mut app, "z");
    assert!(at(&app, size).contains(" 1 Health  2 fail ─"), "{}", at(&app, size));
    scene::press(&mut app, "z 3");
    assert!(at(&app, size).contains(" 1 Health  2 fail ─"), "only the review takes the screen by itself");
}
