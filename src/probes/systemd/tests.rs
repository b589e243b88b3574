//! What is read of systemctl's output, and what the judge makes of each state. The outputs have the shape of
//! systemd 252's; no systemd is asked.
#![allow(clippy::unwrap_used)]

use super::unit::units;
use super::{Seen, Systemd, Timer, Unit};
use crate::evidence::Verdict;
use crate::probes::{Control, Judgement, Kind};
use jiff::{SignedDuration, Timestamp};

fn options() -> Systemd {
    toml::from_str("units = ['web.service']").unwrap()
}

fn at() -> Timestamp {
    "2026-02-04T09:00:00Z".parse().unwrap()
}

fn ago(seconds: i64) -> Timestamp {
    at() - SignedDuration::from_secs(seconds)
}

fn running() -> Unit {
    Unit {
        name: "web.service".to_owned(),
        load: "loaded".to_owned(),
        active: "active".to_owned(),
        sub: "running".to_owned(),
        result: "success".to_owned(),
        restarts: Some(0),
        since: Some(ago(3600)),
        changed: Some(ago(3600)),
        is_outdated: false,
        timer: None,
    }
}

fn judged(change: impl FnOnce(&mut Unit)) -> Judgement {
    let mut unit = running();
    change(&mut unit);
    let judgement =
        options().judge(&Seen { units: vec![unit], failed: Some(Vec::new()), control: Control::Refused }, at());
    assert_eq!(judgement.hint.is_none(), judgement.verdict == Verdict::Pass);
    judgement
}

#[test]
fn each_state_of_a_unit_has_its_verdict_and_its_reason() {
    type Change = fn(&mut Unit);
    let cases: [(Change, Verdict, Option<&str>); 15] = [
        (|_| (), Verdict::Pass, None),
        (|unit| unit.load = "not-found".to_owned(), Verdict::Fail, Some("not_found")),
        (|unit| unit.load = "bad-setting".to_owned(), Verdict::Fail, Some("bad_unit")),
        (|unit| unit.active = "failed".to_owned(), Verdict::Fail, Some("unit_failed")),
        (|unit| unit.active = "maintenance".to_owned(), Verdict::Fail, Some("inactive")),
        (|unit| (unit.restarts, unit.since) = (Some(4), Some(ago(30))), Verdict::Fail, Some("flapping")),
        (|unit| (unit.restarts, unit.since) = (Some(3), Some(ago(30))), Verdict::Pass, None),
        (|unit| (unit.restarts, unit.since) = (Some(400), Some(ago(600))), Verdict::Pass, None),
        (|unit| (unit.restarts, unit.since) = (Some(4), None), Verdict::Fail, Some("flapping")),
        (
            |unit| (unit.active, unit.changed) = ("activating".to_owned(), Some(ago(300))),
            Verdict::Warn,
            Some("activating"),
        ),
        (
            |unit| (unit.active, unit.changed) = ("activating".to_owned(), Some(ago(301))),
            Verdict::Fail,
            Some("stuck_activating"),
        ),
        (|unit| unit.result = "oom-kill".to_owned(), Verdict::Fail, Some("bad_result")),
        (|unit| unit.timer = Some(Timer { has_next: true, last: Some(ago(60)) }), Verdict::Pass, None),
        (
            |unit| {
                (unit.sub, unit.timer) = ("elapsed".to_owned(), Some(Timer { has_next: false, last: Some(ago(60)) }));
            },
            Verdict::Fail,
            Some("timer_dead"),
        ),
        (|unit| unit.timer = Some(Timer { has_next: true, last: None }), Verdict::Warn, Some("never_triggered")),
    ];
    for (change, verdict, reason) in cases {
        let judgement = judged(change);
        assert_eq!((judgement.verdict, judgement.reason), (verdict, reason), "{}", judgement.summary);
    }
}

#[test]
fn blocks_are_read_in_their_order_and_times_that_are_not_there_are_none() {
    let text = "Id=web.service\nLoadState=loaded\nActiveState=active\nSubState=running\nResult=success\nNRestarts=2\n\
                ActiveEnterTimestamp=Wed 2026-02-04 08:00:00 UTC\nNeedDaemonReload=no\n\n\
                Id=b.timer\nLoadState=loaded\nActiveState=active\nSubState=waiting\nResult=success\n\
                ActiveEnterTimestamp=\nNextElapseUSecRealtime=Thu 2026-02-05 02:00:00 UTC\n\
                NextElapseUSecMonotonic=infinity\nLastTriggerUSec=n/a\n\n\
                Id=none.service\nLoadState=not-found\nActiveState=inactive\nSubState=dead\n";
    let found = units(text);
    assert_eq!((found.len(), found[0].restarts, found[0].since), (3, Some(2), Some(ago(3600))));
    assert_eq!(found[1].timer, Some(Timer { has_next: true, last: None }));
    assert_eq!((found[1].since, found[2].load.as_str(), found[2].timer), (None, "not-found", None));
    assert!(units("").is_empty() && units("\n\n").is_empty());
}

#[test]
fn a_pattern_or_an_option_is_no_name_of_a_unit() {
    for name in ["", "*", "web*", "a b", "web?.service"] {
        assert!(toml::from_str::<Systemd>(&format!("units = ['{name}']")).is_err(), "{name}");
    }
}
