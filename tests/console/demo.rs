//! The demo: its script loads, tells the story it is meant to tell, is never green, and shows no secret.

use crate::support::frame::{render, symbols};
use crossterm::event::{KeyCode, KeyEvent};
use jiff::{SignedDuration, Timestamp};
use readback::app::theme::Depth;
use readback::app::{App, Event, Ids};
use readback::demo::Demo;
use readback::evidence::{Evidence, Freshness, RecoveryState, Unknown, Verdict};
use std::collections::BTreeSet;

const ENV: &str = include_str!("../../examples/odoo18-prod/.env");
const RUNNING: &str = include_str!("../../src/demo/running.env");
const SECRETS: [&str; 2] = [
    include_str!("../../examples/odoo18-prod/secrets/db-credentials.json"),
    include_str!("../../examples/odoo18-prod/secrets/s3-credentials.json"),
];

/// How long the script goes on at least, in seconds.
const LASTS: i64 = 300;

fn after(demo: &Demo, seconds: i64) -> Timestamp {
    demo.start().checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

/// The console so many seconds after the demo's start; -1 is before the first line.
fn played(demo: &Demo, seconds: i64) -> App {
    let mut app = App::new(demo.facts(), Ids::new([0; 16]), (80, 24));
    for event in demo.opening() {
        app.update(event, demo.start());
    }
    let until = after(demo, seconds);
    for (at, event) in demo.play().into_iter().filter(|(at, _)| *at <= until) {
        app.update(event, at);
    }
    app.update(Event::Woken, until);
    app
}

fn verdicts(app: &App) -> Vec<(&str, Verdict)> {
    app.facts().evidence.iter().map(|seen| (seen.probe.0.as_str(), seen.verdict)).collect()
}

fn evidence<'a>(app: &'a App, probe: &str) -> &'a Evidence {
    app.facts().evidence.iter().find(|seen| seen.probe.0 == probe).unwrap()
}

fn reasons(app: &App) -> BTreeSet<&str> {
    app.facts().recovery.why_not.iter().map(|reason| reason.id.as_str()).collect()
}

#[test]
fn it_starts_at_the_time_of_the_script_and_tells_of_every_probe_within_a_second() {
    let demo = Demo::load().unwrap();
    assert_eq!(demo.start(), "2026-02-04T09:31:00+08:00".parse().unwrap());
    let facts = demo.facts();
    let configured: BTreeSet<&str> = facts.evidence.iter().map(|seen| seen.probe.0.as_str()).collect();
    let app = played(&demo, 1);
    let never = Verdict::Unknown(Unknown::NeverRun);
    let told: BTreeSet<&str> = app.facts().history.keys().map(|probe| probe.0.as_str()).collect();
    assert_eq!(told, configured);
    assert!(facts.evidence.iter().all(|seen| seen.verdict == never));
}

#[test]
fn times_ascend_each_line_is_of_a_configured_probe_and_the_last_comes_late() {
    let demo = Demo::load().unwrap();
    let lines = include_str!("../../src/demo/script.jsonl").lines().count();
    let play = demo.play();
    let compared = play.iter().filter(|(_, event)| matches!(event, Event::EnvCompared(_))).count();
    assert!(compared >= 4, "the layers are compared again while it plays");
    assert_eq!(play.len(), lines + compared, "each line has a probe");
    assert!(play.is_sorted_by_key(|(at, _)| *at));
    assert!(play.last().unwrap().0 >= after(&demo, LASTS));
    for (at, event) in &play {
        let Event::Judged(seen) = event else { continue };
        assert_eq!(seen.observed_at, *at, "{}", seen.probe);
    }
}

#[test]
fn the_story_is_a_false_green_that_clears_and_still_is_not_one() {
    let demo = Demo::load().unwrap();
    let never = Verdict::Unknown(Unknown::NeverRun);
    let void = Verdict::Unknown(Unknown::Void);
    let (pass, fail) = (Verdict::Pass, Verdict::Fail);
    // After so many seconds: the web container, the database, the route.
    let table = [
        (2, never, fail, pass),
        (9, never, pass, pass),
        (25, pass, pass, pass),
        (35, pass, pass, void),
        (45, pass, pass, pass),
        (LASTS, pass, pass, pass),
    ];
    for (seconds, web, database, route) in table {
        let app = played(&demo, seconds);
        let expected = [
            ("docker", pass),
            ("web", web),
            ("redis", pass),
            ("database", database),
            ("redis-port", pass),
            ("web-health", route),
            ("env-file", fail),
        ];
        assert_eq!(verdicts(&app), expected, "after {seconds} s");
    }
}

#[test]
fn what_is_seen_of_env_is_what_stands_in_the_example() {
    let demo = Demo::load().unwrap();
    let app = played(&demo, 2);
    let seen = evidence(&app, "env-file");
    let fact = |name: &str| seen.facts.iter().find(|fact| fact.name == name).unwrap().value.to_string();
    assert_eq!(fact("size"), readback::evidence::Quantity::Bytes(ENV.len() as u64).to_string());
    assert_eq!(fact("keys"), pairs(ENV).count().to_string());
    assert!(seen.summary.contains("CAPSULE_S3_SECRET_KEY"), "{}", seen.summary);
    assert!(!ENV.contains("CAPSULE_S3_"));
}

#[test]
fn it_is_down_with_reasons_from_its_first_second_and_green_at_no_time() {
    let demo = Demo::load().unwrap();
    let start = played(&demo, 2);
    assert_eq!(start.facts().recovery.state, RecoveryState::Down);
    let why = reasons(&start);
    for id in ["evidence_fails", "evidence_unknown", "running_differs_from_disk", "disk_differs_from_secrets"] {
        assert!(why.contains(id), "{id} is not among {why:?}");
    }

    let mut app = played(&demo, -1);
    for (at, event) in demo.play() {
        app.update(event, at);
        let recovery = &app.facts().recovery;
        assert_ne!(recovery.state, RecoveryState::VerifiedRecovery, "at {at}");
        assert!(!recovery.why_not.is_empty());
    }
    assert_eq!(app.facts().recovery.state, RecoveryState::Down);
    app.update(Event::Woken, after(&demo, 3600));
    assert_ne!(app.facts().recovery.state, RecoveryState::VerifiedRecovery, "an hour later");
}

#[test]
fn nothing_ages_while_the_script_goes_on() {
    let demo = Demo::load().unwrap();
    let mut app = played(&demo, 2);
    for (at, event) in demo.play().into_iter().filter(|(at, _)| (after(&demo, 2)..=after(&demo, LASTS)).contains(at)) {
        // What is known when the next line comes is at its oldest.
        for seen in &app.facts().evidence {
            assert_eq!(seen.freshness(at), Freshness::Fresh, "{} at {at}", seen.probe);
        }
        app.update(event, at);
    }
}

/// The assignments of a file of them.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='))
}

/// Every value that must not be shown.
fn canaries() -> BTreeSet<String> {
    let is_sensitive = |key: &str| ["PASSWORD", "_KEY"].iter().any(|word| key.to_uppercase().contains(word));
    let env = pairs(ENV).chain(pairs(RUNNING)).map(|(key, value)| (key.to_owned(), value.to_owned()));
    let json = SECRETS.iter().flat_map(|text| {
        let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap();
        fields.into_iter().map(|(key, value)| (key, value.as_str().unwrap().to_owned())).collect::<Vec<_>>()
    });
    env.chain(json).filter(|(key, _)| is_sensitive(key)).map(|(_, value)| value).collect()
}

#[test]
fn no_secret_value_is_in_any_event_or_on_any_screen() {
    let demo = Demo::load().unwrap();
    let canaries = canaries();
    assert!(canaries.len() >= 9, "{canaries:?}");
    let events: Vec<Event> =
        demo.opening().into_iter().chain(demo.play().into_iter().map(|(_, event)| event)).collect();
    let mut shown = format!("{events:?} {:?}", demo.facts());
    for screen in screens(&demo, 25) {
        shown.push_str(&screen);
    }
    for canary in &canaries {
        assert!(!shown.contains(canary.as_str()), "{canary} is shown");
    }
}

/// Each pane at each size, so many seconds after the start.
fn screens(demo: &Demo, seconds: i64) -> Vec<String> {
    let mut app = played(demo, seconds);
    let mut screens = Vec::new();
    for (columns, rows) in [(80, 24), (200, 60)] {
        app.update(Event::Resize(columns, rows), after(demo, seconds));
        for key in ['1', '2', '3', '4'] {
            app.update(Event::Key(KeyEvent::from(KeyCode::Char(key))), after(demo, seconds));
            screens.push(symbols(&render(&app, columns, rows, "default", Depth::Ansi16)));
        }
    }
    screens
}

#[test]
fn every_screen_names_the_stack_and_says_that_it_is_the_demo() {
    let demo = Demo::load().unwrap();
    for seconds in [-1, 2, 25, 35, LASTS, 3600] {
        for screen in screens(&demo, seconds) {
            assert!(screen.contains("odoo18-prod"), "after {seconds} s:\n{screen}");
            assert!(screen.contains("[DEMO]"), "after {seconds} s:\n{screen}");
        }
    }
}
