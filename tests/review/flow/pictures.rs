//! What it looks like, at the smallest first-class size and on a big screen. A changed screen is a changed file under
//! a folder snapshots: look at it, then accept it.

use super::keys::grown_stale;
use super::scenes::{FIRST, SECOND, decided, painted, recorded, second, written};
use crate::support::frame::{render, snapshot_text};
use crate::support::scene;
use readback::app::theme::Depth;
use readback::app::{App, Effect, Event, Stepped};
use readback::review::{Answer, Contract, Diligence, Recorded, ReviewAct};

fn snapshots(name: &str, app: impl Fn((u16, u16)) -> App) {
    for (columns, rows) in [(80, 24), (200, 60)] {
        let app = app((columns, rows));
        for (theme, depth, word) in [("default", Depth::Ansi16, "16"), ("mono", Depth::Mono, "mono")] {
            let text = snapshot_text(&render(&app, columns, rows, theme, depth));
            insta::assert_snapshot!(format!("{name}-{columns}x{rows}-{word}"), text);
        }
    }
}

/// The reviewer's console after these steps and keys.
fn after(actor: &'static str, steps: Vec<Recorded>, keys: &'static str) -> impl Fn((u16, u16)) -> App {
    move |size| {
        let mut app = painted(actor, steps.clone(), size);
        scene::press(&mut app, keys);
        scene::rest(&mut app);
        app
    }
}

fn begun() -> Vec<Recorded> {
    recorded(vec![
        (FIRST, written("change_or_incident_ref", "INC-20260204-01")),
        (FIRST, decided("incident_ref_present", Answer::Unknown, None)),
    ])
}

#[test]
fn one_check_with_its_evidence() {
    snapshots("guided", after(FIRST, begun(), "enter j j s i"));
}

#[test]
fn the_evidence_that_was_opened() {
    snapshots("evidence", after(FIRST, begun(), "enter j j j j enter o"));
}

#[test]
fn the_datum_that_is_asked_for() {
    snapshots("hearback", |size| {
        let mut app = after(FIRST, begun(), "enter j j enter i p")(size);
        app.update(Event::Paste("somebody 資料庫".to_owned()), scene::now());
        scene::press(&mut app, "enter");
        app
    });
}

#[test]
fn why_this_lane() {
    snapshots("lane", after(FIRST, begun(), "enter L"));
}

#[test]
fn why_a_key_did_nothing() {
    snapshots("refused", after(FIRST, begun(), "enter j j enter p"));
}

#[test]
fn what_would_be_attached_anew() {
    let database = scene::evidence().into_iter().find(|seen| seen.kind == "postgres").unwrap();
    snapshots("anew", after(FIRST, recorded(grown_stale(&database, "fail", FIRST)), "enter I"));
}

#[test]
fn the_menu() {
    snapshots("menu", after(FIRST, begun(), "enter j m j"));
}

#[test]
fn what_is_in_quarantine() {
    let caught = ReviewAct::Quarantined {
        field: "docker_daemon_state_ref".to_owned(),
        detector: "aws_access_key".to_owned(),
        offset: 17,
        len: 20,
        more: 0,
    };
    let mut acts = vec![(FIRST, written("change_or_incident_ref", "INC-7"))];
    acts.push((FIRST, caught));
    snapshots("quarantine", after(FIRST, recorded(acts), "enter"));
}

#[test]
fn a_conflict() {
    snapshots("conflict", |size| {
        let mut app = after(FIRST, begun(), "enter j j e")(size);
        app.update(Event::Paste("chen.wei, on-call".to_owned()), scene::now());
        let turn = scene::press(&mut app, "ctrl-s");
        let sent = turn.effects.iter().find_map(|effect| match effect {
            Effect::Record(step) => Some(step.event.id.clone()),
            _ => None,
        });
        app.update(Event::Stepped { id: sent.unwrap(), outcome: Stepped::Conflict }, scene::now());
        let mut acts: Vec<(&str, ReviewAct)> = vec![
            (FIRST, written("change_or_incident_ref", "INC-20260204-01")),
            (FIRST, decided("incident_ref_present", Answer::Unknown, None)),
        ];
        acts.push((SECOND, written("actor_attribution_ref", "the night shift")));
        let read = Event::StoreRead { entries: scene::entries(), complete: true, reviews: recorded(acts) };
        app.update(read, scene::now());
        app
    });
}

/// Both readings, with two differences; `handed_in` says whether the second is in.
fn read_twice(handed_in: bool) -> Vec<Recorded> {
    let diligence = |seconds, opened| Some(Diligence { seconds, offered: 3, opened });
    let mut acts = vec![(FIRST, written("change_or_incident_ref", "INC-20260204-01"))];
    for check in Contract::builtin().checks.iter().take(6) {
        acts.push((FIRST, decided(&check.id, Answer::Pass, diligence(12, 0))));
    }
    acts.push((FIRST, ReviewAct::Submitted));
    acts.push((SECOND, ReviewAct::SecondReaderJoined { looked: false }));
    for (at, check) in Contract::builtin().checks.iter().take(6).enumerate() {
        let answer = if at % 3 == 2 { Answer::Fail } else { Answer::Pass };
        acts.push((SECOND, second(&check.id, answer, diligence(154, 2))));
    }
    if handed_in {
        acts.push((SECOND, ReviewAct::SecondSubmitted));
    }
    recorded(acts)
}

#[test]
fn the_second_reader_before_and_after() {
    snapshots("second-blind", after(SECOND, read_twice(false), "enter j j"));
    snapshots("second-both", after(SECOND, read_twice(true), "enter j j"));
    snapshots("second-differs", after(FIRST, read_twice(true), "enter j j enter"));
}

#[test]
fn a_console_that_was_dropped_goes_on_at_the_same_check() {
    snapshots("resumed", |size| {
        let mut app = scene::fresh(readback::app::Access::ReadWrite, size.0, size.1);
        app.update(Event::SnapshotRead(Ok(Box::new(scene::snapshot()))), scene::now());
        let key = "review-1/actor_attribution_ref/".to_owned();
        app.update(Event::Draft { key: key.clone(), text: "chen.wei, on-".to_owned() }, scene::now());
        let place = format!("review-1\tactor_not_anonymous\tguided\t{key}");
        app.update(Event::Draft { key: "place/readback".to_owned(), text: place }, scene::now());
        let read = Event::StoreRead { entries: scene::entries(), complete: true, reviews: begun() };
        app.update(read, scene::now());
        app
    });
}
