//! What the console makes of its engine: pause, maintenance, flapping, blame, and a history that outlives it.

use crate::support::frame::{render, symbols};
use crate::support::rig::Rig;
use crate::support::scene;
use jiff::civil::Time;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use readback::app::theme::Depth;
use readback::app::{Access, App, Effect, Event, Turn};
use readback::evidence::maintenance::{Span, Window};
use readback::evidence::{Evidence, RecoveryState, Unknown, Verdict};
use readback::store::{AnyStore, Store, StoreUrl};
use readback::timeline::{Entry, OwnEvent, OwnKind};

fn screen(app: &App, columns: u16, rows: u16) -> String {
    symbols(&render(app, columns, rows, "default", Depth::Ansi16))
}

/// The row of a probe in Health.
fn row(app: &App, probe: &str) -> String {
    let screen = screen(app, 110, 24);
    // Below the header and the strip, which name probes too, as does what green lacks.
    let mut rows = screen.lines().skip(3).skip_while(|line| !line.trim_start().starts_with("───"));
    rows.find(|line| line.contains(probe) && !line.contains("to green"))
        .unwrap_or_else(|| panic!("{screen}"))
        .to_owned()
}

fn after(seconds: i64) -> Timestamp {
    scene::now().checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

/// The scene's evidence of a probe with another verdict, seen at a time.
fn seen(probe: &str, verdict: Verdict, at: Timestamp) -> Evidence {
    let found = scene::evidence().into_iter().find(|seen| seen.probe.0 == probe).unwrap();
    Evidence { verdict, observed_at: at, as_of: at, summary: format!("as of {at}"), ..found }
}

fn judged(app: &mut App, probe: &str, verdict: Verdict, at: Timestamp) -> Turn {
    app.update(Event::Judged(Box::new(seen(probe, verdict, at))), at)
}

fn reasons(app: &App) -> Vec<(String, Option<String>)> {
    let why = app.facts().recovery.why_not.iter();
    why.map(|why| (why.id.clone(), why.probe.as_ref().map(|probe| probe.0.clone()))).collect()
}

fn has(app: &App, id: &str, probe: Option<&str>) -> bool {
    reasons(app).contains(&(id.to_owned(), probe.map(str::to_owned)))
}

/// The rows that a turn asks to be kept.
fn kept(turn: &Turn) -> Vec<OwnEvent> {
    let row = |effect: &Effect| if let Effect::AppendOwn(event) = effect { Some((**event).clone()) } else { None };
    turn.effects.iter().filter_map(row).collect()
}

#[test]
fn a_paused_console_says_so_at_every_size_is_not_green_and_goes_on_with_the_same_key() {
    for (columns, rows) in [(40, 12), (80, 24), (120, 40)] {
        let mut app = scene::incident(columns, rows);
        assert!(!screen(&app, columns, rows).contains("PAUSED"));
        let turn = scene::press(&mut app, "P");
        assert!(turn.effects.contains(&Effect::Pause(true)));
        assert!(screen(&app, columns, rows).contains("PAUSED"), "{}", screen(&app, columns, rows));
        assert!(has(&app, "paused", None));
        assert!(app.facts().recovery.state <= RecoveryState::ClearedUnverified);
        let turn = scene::press(&mut app, "r");
        assert!(turn.effects.iter().any(|effect| matches!(effect, Effect::RunProbe(_))), "a person may still ask");
        let turn = scene::press(&mut app, "P");
        assert!(turn.effects.contains(&Effect::Pause(false)));
        assert!(!has(&app, "paused", None) && !screen(&app, columns, rows).contains("PAUSED"));
    }
}

#[test]
fn the_demo_can_not_be_paused() {
    let mut app = scene::fresh(Access::Demo, 80, 24);
    let turn = scene::press(&mut app, "P");
    assert!(!turn.effects.iter().any(|effect| matches!(effect, Effect::Pause(_))));
    assert!(app.facts().paused.is_none());
}

#[test]
fn maintenance_stands_on_the_row_takes_the_green_and_leaves_a_failure_one() {
    let mut app = scene::incident(110, 24);
    let mut facts = app.facts().clone();
    facts.maintenance = vec![Window {
        probes: Some(vec!["docker".into(), "database".into()]),
        span: Span::Daily { from: Time::constant(9, 0, 0, 0), until: Time::constant(10, 0, 0, 0) },
        why: "the move".to_owned(),
        zone: TimeZone::fixed(Offset::constant(8)),
    }];
    app = App::new(facts, readback::app::Ids::new([1; 16]), (110, 24));
    let turn = app.update(Event::Woken, scene::now());
    let (docker, database) = (row(&app, "docker"), row(&app, "database"));
    assert!(docker.contains("maint.") && docker.contains("maintenance until 10:00: the move"), "{docker}");
    assert!(database.contains("FAIL") && database.contains("maintenance until 10:00: the move"), "{database}");
    assert!(has(&app, "in_maintenance", Some("docker")) && has(&app, "evidence_fails", Some("database")));
    assert_eq!(app.facts().recovery.state, RecoveryState::Down);
    assert!(!has(&app, "in_maintenance", Some("web")));
    // It wakes by itself when the window ends.
    let end: Timestamp = "2026-02-04T02:00:00Z".parse().unwrap();
    let wake = |turn: &Turn| {
        turn.effects.iter().find_map(|effect| if let Effect::WakeAt(at) = effect { Some(*at) } else { None }).unwrap()
    };
    let mut at = wake(&turn);
    while at < end {
        at = wake(&app.update(Event::Woken, at));
    }
    app.update(Event::Woken, at);
    assert!(!has(&app, "in_maintenance", Some("docker")), "{at}");
    assert!(!row(&app, "docker").contains("maintenance"));
}

#[test]
fn a_probe_that_changes_three_times_flaps_and_is_no_proof_until_it_has_kept_still() {
    let mut app = scene::incident(110, 24);
    for (number, verdict) in [Verdict::Fail, Verdict::Pass, Verdict::Fail, Verdict::Pass].into_iter().enumerate() {
        judged(&mut app, "docker", verdict, after(60 * number as i64));
    }
    assert!(has(&app, "flapping", Some("docker")), "{:?}", reasons(&app));
    let docker = row(&app, "docker");
    assert!(docker.contains("flaps") && docker.contains("changed 4 times within 15 minutes"), "{docker}");
    judged(&mut app, "docker", Verdict::Fail, after(240));
    assert!(row(&app, "docker").contains("FAIL"), "a failure is shown as one");
    judged(&mut app, "docker", Verdict::Pass, after(300));
    judged(&mut app, "docker", Verdict::Pass, after(300 + 14 * 60));
    assert!(!has(&app, "flapping", Some("docker")), "{:?}", reasons(&app));
}

#[test]
fn one_reason_of_unknown_after_another_is_no_change_of_mind() {
    let mut app = scene::incident(110, 24);
    for (number, reason) in
        [Unknown::TimedOut, Unknown::Denied, Unknown::Unreachable, Unknown::TimedOut].into_iter().enumerate()
    {
        judged(&mut app, "docker", Verdict::Unknown(reason), after(60 * number as i64));
    }
    assert!(!has(&app, "flapping", Some("docker")), "{:?}", reasons(&app));
}

#[test]
fn what_is_blocked_says_by_what_and_speaks_for_itself_when_that_is_back() {
    let mut app = scene::incident(110, 24);
    let late = Verdict::Unknown(Unknown::TimedOut);
    let web = Evidence { needs: vec!["docker".into()], ..seen("web", late, after(1)) };
    judged(&mut app, "docker", Verdict::Fail, after(1));
    let turn = app.update(Event::Judged(Box::new(web)), after(1));
    let rows = kept(&turn);
    let change = rows.iter().find(|event| event.kind == OwnKind::ProbeChanged).unwrap();
    assert!(change.summary.contains("blocked by docker"), "{}", change.summary);
    assert!(row(&app, "web").contains("blocked by docker"), "{}", row(&app, "web"));
    assert!(!has(&app, "evidence_unknown", Some("web")) && has(&app, "evidence_fails", Some("docker")));
    judged(&mut app, "docker", Verdict::Pass, after(2));
    assert!(!row(&app, "web").contains("blocked by"), "{}", row(&app, "web"));
    assert!(has(&app, "evidence_unknown", Some("web")));
    assert!(app.facts().evidence.iter().any(|seen| seen.probe.0 == "web" && seen.verdict == late));
}

#[test]
fn a_probe_is_sampled_once_an_hour_and_not_before_the_store_was_read() {
    let mut app = scene::fresh(Access::ReadWrite, 80, 24);
    let samples = |turn: &Turn| kept(turn).into_iter().filter(|event| event.kind == OwnKind::ProbeSampled).count();
    assert_eq!(samples(&judged(&mut app, "docker", Verdict::Pass, after(0))), 0);
    app.update(Event::StoreRead { entries: Vec::new(), complete: true, reviews: Vec::new() }, after(1));
    assert_eq!(samples(&judged(&mut app, "docker", Verdict::Pass, after(2))), 1);
    assert_eq!(samples(&judged(&mut app, "docker", Verdict::Pass, after(60))), 0);
    assert_eq!(samples(&judged(&mut app, "docker", Verdict::Fail, after(120))), 0, "a change is a row of its own");
    assert_eq!(samples(&judged(&mut app, "docker", Verdict::Fail, after(3600))), 1);
    let mut reader = scene::fresh(Access::ReadOnly, 80, 24);
    reader.update(Event::StoreRead { entries: Vec::new(), complete: true, reviews: Vec::new() }, after(1));
    assert_eq!(samples(&judged(&mut reader, "docker", Verdict::Pass, after(2))), 0);
}

#[test]
fn a_change_that_nobody_saw_is_found_when_the_history_is_read_back() {
    let mut earlier = scene::fresh(Access::ReadWrite, 110, 24);
    let mut rows: Vec<Entry> = Vec::new();
    for (at, verdict) in [(-7200, Verdict::Pass), (-3600, Verdict::Fail)] {
        let turn = judged(&mut earlier, "docker", verdict, after(at));
        rows.splice(..0, kept(&turn).into_iter().map(Entry::Own));
    }
    let mut app = scene::fresh(Access::ReadWrite, 110, 24);
    judged(&mut app, "docker", Verdict::Pass, after(0));
    let turn = app.update(Event::HistoryRead(rows.clone()), after(1));
    let change = kept(&turn);
    assert_eq!(change.len(), 1, "it failed when the last console looked");
    assert!(change[0].summary.starts_with("docker FAIL to pass"), "{}", change[0].summary);
    let history = &app.facts().history[&"docker".into()];
    let flips: Vec<_> = history.flips.iter().map(|flip| (flip.at, flip.from, flip.to)).collect();
    assert_eq!(flips, [(after(0), Verdict::Fail, Verdict::Pass), (after(-3600), Verdict::Pass, Verdict::Fail)]);
    assert_eq!(history.verdicts, [Verdict::Fail, Verdict::Pass]);
    let turn = app.update(Event::HistoryRead(rows), after(2));
    assert!(kept(&turn).is_empty(), "once");
}

#[tokio::test]
async fn the_history_and_its_reasons_outlive_the_console_and_a_restart_samples_no_second_time() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let mut rig = Rig::start(&url, folder.path(), 1).await;
    rig.until("the store is read", |facts| facts.log.read && facts.recalled).await;
    for (ago, verdict) in [(120, Verdict::Pass), (60, Verdict::Fail)] {
        rig.take(Event::Judged(Box::new(seen("docker", verdict, after(-ago))))).await;
    }
    let is_change = |entry: &Entry| matches!(entry, Entry::Own(event) if event.kind == OwnKind::ProbeChanged && event.recorded_at.is_some());
    rig.until("the change is recorded", |facts| facts.log.entries.iter().any(is_change)).await;
    rig.end().await;

    let mut rig = Rig::start(&url, folder.path(), 2).await;
    rig.until("the history is read back", |facts| facts.recalled).await;
    let history = rig.app.facts().history[&"docker".into()].clone();
    assert_eq!(history.verdicts, [Verdict::Pass, Verdict::Fail]);
    assert_eq!(history.flips.len(), 1);
    assert_eq!(history.flips[0].why, format!("as of {}", after(-60)));
    assert!(
        rig.app.facts().evidence.iter().any(|seen| seen.probe.0 == "docker"),
        "the evidence itself is this console's"
    );
    rig.take(Event::Judged(Box::new(seen("docker", Verdict::Fail, after(-1))))).await;
    rig.take(Event::Judged(Box::new(seen("docker", Verdict::Pass, after(0))))).await;
    rig.until("the second change is recorded", |facts| {
        facts.log.entries.iter().filter(|row| is_change(row)).count() == 2
    })
    .await;
    let in_page = rig.app.facts().log.entries.iter().any(|row| row.type_name() == "PROBE_SAMPLED");
    assert!(!in_page, "samples stand in no page");
    rig.end().await;

    let store = AnyStore::open(&StoreUrl::parse(&url).unwrap(), readback::store::Access::ReadOnly).await.unwrap();
    let rows = store.probe_history(100).await.unwrap();
    let samples = rows.iter().filter(|event| event.kind == OwnKind::ProbeSampled && event.subject == "docker").count();
    assert_eq!((samples, rows.len()), (1, 3), "{rows:#?}");
    assert!(rows.windows(2).all(|pair| pair[0].occurred_at >= pair[1].occurred_at));
}
