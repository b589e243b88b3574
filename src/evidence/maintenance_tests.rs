//! When windows are open.
#![allow(clippy::unwrap_used)]

use super::*;
use jiff::tz::Offset;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn daily(from: &str, until: &str) -> Window {
    Window {
        probes: Some(vec!["db".into()]),
        span: Span::Daily { from: from.parse().unwrap(), until: until.parse().unwrap() },
        why: "backups".to_owned(),
        zone: TimeZone::fixed(Offset::constant(8)),
    }
}

#[test]
fn a_daily_window_is_open_in_the_operators_zone_and_ends_on_time() {
    let window = daily("02:00", "03:00");
    assert_eq!(window.open_until(at("2026-02-03T18:00:00Z")), Some(at("2026-02-03T19:00:00Z")));
    assert_eq!(window.open_until(at("2026-02-03T18:59:59Z")), Some(at("2026-02-03T19:00:00Z")));
    for closed in ["2026-02-03T17:59:59Z", "2026-02-03T19:00:00Z", "2026-02-03T02:30:00Z"] {
        assert_eq!(window.open_until(at(closed)), None, "{closed}");
    }
    assert_eq!(window.next_change(at("2026-02-03T19:00:00Z")), Some(at("2026-02-04T18:00:00Z")));
    let (now, end) = (at("2026-02-03T18:30:00Z"), at("2026-02-03T19:00:00Z"));
    assert_eq!(window.words(end, now), "maintenance until 03:00: backups");
}

#[test]
fn a_window_across_midnight_is_open_on_both_sides_of_it() {
    let window = daily("23:30", "00:30");
    for open in ["2026-02-03T15:30:00Z", "2026-02-03T16:15:00Z"] {
        assert_eq!(window.open_until(at(open)), Some(at("2026-02-03T16:30:00Z")), "{open}");
    }
    assert_eq!(window.open_until(at("2026-02-03T16:30:00Z")), None);
    let (now, end) = (at("2026-02-03T15:45:00Z"), at("2026-02-03T16:30:00Z"));
    assert_eq!(window.words(end, now), "maintenance until 02-04 00:30: backups");
}

#[test]
fn a_window_of_once_is_open_once_and_of_two_the_later_end_counts() {
    let once = Window {
        probes: None,
        span: Span::Once { from: at("2026-02-03T18:00:00Z"), until: at("2026-02-03T20:00:00Z") },
        ..daily("02:00", "03:00")
    };
    let windows = [daily("02:00", "03:00"), once];
    let (db, web) = (ProbeId::from("db"), ProbeId::from("web"));
    let now = at("2026-02-03T18:30:00Z");
    assert_eq!(of(&windows, &db, now).map(|(_, until)| until), Some(at("2026-02-03T20:00:00Z")));
    assert!(of(&windows[..1], &web, now).is_none(), "it is of another probe");
    assert!(of(&windows, &web, now).is_some(), "it is of all");
    assert!(of(&windows, &db, at("2026-02-03T20:00:00Z")).is_none());
    assert_eq!(windows[1].next_change(at("2026-02-03T20:00:00Z")), None);
}
