//! What the judge makes of each thing that a log can show.
#![allow(clippy::unwrap_used)]

use super::{Feed, Seen};
use crate::evidence::{Unknown, Verdict};
use crate::probes::{Control, Kind};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn feed(heartbeat: bool) -> Feed {
    let name = if heartbeat { "alert_name = 'Watchdog'" } else { "" };
    toml::from_str(&format!("url = 'http://127.0.0.1:9093'\n{name}")).unwrap()
}

/// Seen by a source whose clock is this much ahead of ours.
fn seen(age_s: Option<i64>, ahead_s: i64) -> Seen {
    let clock = at() + SignedDuration::from_secs(ahead_s);
    Seen {
        newest: age_s.map(|age| clock - SignedDuration::from_secs(age)),
        source_time: Some(clock),
        since_ms: 0,
        from_the_future: false,
        control: Control::Refused,
    }
}

fn at() -> Timestamp {
    Timestamp::from_second(1_000_000).unwrap()
}

#[test]
fn a_heartbeat_within_its_time_passes_and_ages_from_then_on_by_our_clock() {
    for ahead in [0, 3600, -3600] {
        let judgement = feed(true).judge(&seen(Some(40), ahead), at());
        assert_eq!((judgement.verdict, judgement.summary.as_str()), (Verdict::Pass, "alive: heartbeat 40 s ago"));
        assert_eq!(judgement.as_of, Some(at() - SignedDuration::from_secs(40)));
    }
}

#[test]
fn silence_fails_only_where_something_has_to_beat() {
    for age in [Some(601), None] {
        let judged = |heartbeat| feed(heartbeat).judge(&seen(age, 0), at());
        assert_eq!((judged(true).verdict, judged(true).reason), (Verdict::Fail, Some("feed_silent")));
        let quiet = (Verdict::Unknown(Unknown::NotConfigured), Some("quiet_or_dead"));
        assert_eq!((judged(false).verdict, judged(false).reason), quiet);
    }
}

#[test]
fn the_future_and_a_control_that_passed_say_nothing() {
    let future = Seen { from_the_future: true, ..seen(Some(1), 0) };
    assert_eq!(feed(true).judge(&future, at()).reason, Some("clock"));
    let no_clock = Seen { source_time: None, newest: Some(at() + SignedDuration::from_secs(9)), ..seen(None, 0) };
    assert_eq!(feed(true).judge(&no_clock, at()).reason, Some("clock"));
    let fooled = Seen { control: Control::Passed, ..seen(Some(1), 0) };
    assert_eq!(feed(true).judge(&fooled, at()).verdict, Verdict::Unknown(Unknown::Void));
    let unclear = Seen { control: Control::Unclear, ..seen(Some(1), 0) };
    assert_eq!(feed(true).judge(&unclear, at()).reason, Some("control_unclear"));
}

#[test]
fn where_alerts_arrive_is_said_once_and_in_full() {
    for table in [
        "",
        "path = 'a'\nurl = 'http://b'",
        "host = 'db'",
        "host = 'db'\nuser = 'u'",
        "url = 'http://b'\nactor = 'alertmanager'",
    ] {
        let feed: Feed = toml::from_str(table).unwrap();
        assert_eq!(feed.source().err().map(|error| error.reason), Some(Unknown::NotConfigured), "{table}");
    }
    let feed: Feed = toml::from_str("url = 'http://u:not-a-secret@b:9093/?token=not-a-secret'").unwrap();
    assert_eq!(feed.claim(), "alerts arrive in http://b:9093: a row within 10 min");
}

proptest! {
    #[test]
    fn an_older_heartbeat_is_never_better(age in 0..5_000_i64, more in 0..5_000_i64, heartbeat: bool) {
        let judged = |age| feed(heartbeat).judge(&seen(Some(age), 0), at()).verdict.rank();
        prop_assert!(judged(age + more) <= judged(age));
    }
}
