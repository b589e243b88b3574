//! When a job is due: `daily 02:00`, `weekly mon 02:00`, `hourly :15`, `every 5m`. Pure.

use crate::config::parse_duration;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::time::Duration;

/// When a job is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// As it was written.
    text: String,
    due: Due,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    Daily(Time),
    Weekly(Weekday, Time),
    Hourly(i8),
    Every(Duration),
}

impl Schedule {
    /// Reads one of the four forms.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let due = match words.as_slice() {
            ["daily", time] => Due::Daily(clock(time)?),
            ["weekly", day, time] => Due::Weekly(weekday(day)?, clock(time)?),
            ["hourly", minute] => Due::Hourly(two_digits(minute.strip_prefix(':')?).filter(|minute| *minute < 60)?),
            ["every", span] => Due::Every(parse_duration(span)?),
            _ => return None,
        };
        Some(Self { text: words.join(" "), due })
    }

    /// The last time that it was due, not after this one. An hour that the clocks skip is due when they have
    /// skipped it. `None` where time itself ends.
    pub(super) fn last_due(&self, zone: &TimeZone, at: Timestamp) -> Option<Timestamp> {
        let now = at.to_zoned(zone.clone());
        match self.due {
            Due::Every(span) => at.checked_sub(SignedDuration::try_from(span).ok()?).ok(),
            Due::Hourly(minute) => {
                let this = now.with().minute(minute).second(0).subsec_nanosecond(0).build().ok()?;
                not_after(&this, at, |due| due.checked_sub(1.hour()).ok())
            }
            Due::Daily(time) => not_after(&on(&now, time)?, at, |due| on(&due.yesterday().ok()?, time)),
            Due::Weekly(day, time) => {
                let back = now.weekday().since(day);
                let this = on(&now.checked_sub(back.days()).ok()?, time)?;
                not_after(&this, at, |due| on(&due.checked_sub(7.days()).ok()?, time))
            }
        }
    }
}

impl std::fmt::Display for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

fn on(day: &Zoned, time: Time) -> Option<Zoned> {
    day.date().to_datetime(time).to_zoned(day.time_zone().clone()).ok()
}

/// This due time, or the one before where this one is still to come.
fn not_after(due: &Zoned, at: Timestamp, before: impl Fn(&Zoned) -> Option<Zoned>) -> Option<Timestamp> {
    if due.timestamp() <= at { Some(due.timestamp()) } else { Some(before(due)?.timestamp()) }
}

fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    Time::new(two_digits(hour)?, two_digits(minute)?, 0, 0).ok()
}

fn two_digits(text: &str) -> Option<i8> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        _ => return None,
    })
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom("not a schedule; write daily 02:00, weekly mon 02:00, hourly :15 or every 5m")
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn due(schedule: &str, zone: &str, at: &str) -> String {
        let zone = TimeZone::get(zone).unwrap();
        Schedule::parse(schedule).unwrap().last_due(&zone, at.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn the_last_time_that_a_job_was_due_is_in_its_own_zone() {
        // A Wednesday.
        for (schedule, zone, at, expected) in [
            ("daily 02:00", "UTC", "2026-02-04T02:00:00Z", "2026-02-04T02:00:00Z"),
            ("daily 02:00", "UTC", "2026-02-04T01:59:59Z", "2026-02-03T02:00:00Z"),
            ("daily 02:00", "Asia/Taipei", "2026-02-04T12:00:00Z", "2026-02-03T18:00:00Z"),
            ("weekly mon 02:00", "UTC", "2026-02-04T02:00:00Z", "2026-02-02T02:00:00Z"),
            ("weekly wed 02:00", "UTC", "2026-02-04T01:00:00Z", "2026-01-28T02:00:00Z"),
            ("weekly thu 02:00", "UTC", "2026-02-04T03:00:00Z", "2026-01-29T02:00:00Z"),
            ("hourly :15", "UTC", "2026-02-04T02:14:59Z", "2026-02-04T01:15:00Z"),
            ("hourly :15", "UTC", "2026-02-04T02:15:00Z", "2026-02-04T02:15:00Z"),
            ("every 5m", "UTC", "2026-02-04T02:15:00Z", "2026-02-04T02:10:00Z"),
            // The clocks go from 02:00 to 03:00, and from 03:00 to 02:00.
            ("daily 02:30", "Europe/Berlin", "2026-03-29T02:00:00Z", "2026-03-29T01:30:00Z"),
            ("daily 02:30", "Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-25T00:30:00Z"),
        ] {
            assert_eq!(due(schedule, zone, at), expected, "{schedule} {zone} {at}");
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in
            ["", "daily", "daily 2:00", "daily 24:00", "weekly 02:00", "hourly 15", "hourly :60", "every", "0 2 * * *"]
        {
            assert_eq!(Schedule::parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_due_time_is_never_to_come_and_at_most_one_period_ago(seconds in 1_700_000_000i64..1_900_000_000) {
            let zone = TimeZone::get("Europe/Berlin").unwrap();
            let at = Timestamp::from_second(seconds).unwrap();
            for (schedule, hours) in [("daily 02:30", 25), ("weekly sun 02:30", 7 * 24 + 1), ("hourly :30", 2)] {
                let due = Schedule::parse(schedule).unwrap().last_due(&zone, at).unwrap();
                proptest::prop_assert!(due <= at && at.duration_since(due).as_secs() <= hours * 3600);
            }
        }
    }
}
