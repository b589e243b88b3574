//! A time as a person writes it, compared to the minute.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// A time as written: what is left out is not compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Written {
    year: Option<i16>,
    month_and_day: Option<(i8, i8)>,
    hour: i8,
    minute: i8,
    /// The zone it is written in; without one the operator's, or UTC.
    offset: Option<Offset>,
}

/// Whether the text gives this moment to the minute. Else how many parts differ and which; none where it is no time.
pub(super) fn compare(typed: &str, at: Timestamp, zone: &TimeZone) -> Result<(), Option<(u8, &'static str)>> {
    let written = parse(typed).ok_or(None)?;
    let in_zone = |zone: &TimeZone| differs(written, at.to_zoned(zone.clone()).datetime());
    let differing = match written.offset {
        Some(offset) => in_zone(&TimeZone::fixed(offset)),
        None => in_zone(zone).min(in_zone(&TimeZone::UTC)),
    };
    match differing {
        0 => Ok(()),
        parts => Err(Some((parts.count_ones() as u8, words(parts)))),
    }
}

const DAY: u8 = 4;
const HOUR: u8 = 2;
const MINUTE: u8 = 1;

/// Which parts differ, as bits; the fewer and the smaller, the nearer.
fn differs(written: Written, at: DateTime) -> u8 {
    let day = written.year.is_some_and(|year| year != at.year())
        || written.month_and_day.is_some_and(|day| day != (at.month(), at.day()));
    u8::from(day) * DAY + u8::from(written.hour != at.hour()) * HOUR + u8::from(written.minute != at.minute()) * MINUTE
}

fn words(parts: u8) -> &'static str {
    match parts {
        MINUTE => "the minute differs",
        HOUR => "the hour differs",
        DAY => "the day differs",
        3 => "the hour and the minute differ",
        5 => "the day and the minute differ",
        6 => "the day and the hour differ",
        _ => "day, hour and minute differ",
    }
}

/// `09:29`, `9:29:31`, `02-04 09:29`, `2026-02-04T01:29:00.5Z`, `09:29 +08:00`, `01:29 UTC`.
fn parse(text: &str) -> Option<Written> {
    let (text, offset) = zone(text.trim());
    let (date, clock) = match text.rsplit_once([' ', 'T', 't']) {
        Some((date, clock)) => (Some(date.trim()), clock),
        None => (None, text),
    };
    let (hour, rest) = clock.split_once(':')?;
    let (minute, seconds) = rest.split_once(':').map_or((rest, None), |(minute, seconds)| (minute, Some(seconds)));
    let is_seconds = |text: &str| text.parse::<f64>().is_ok_and(|seconds| (0.0..60.0).contains(&seconds));
    if minute.len() != 2 || seconds.is_some_and(|seconds| !is_seconds(seconds)) {
        return None;
    }
    let mut written = Written {
        hour: number(hour).filter(|hour| *hour < 24)?,
        minute: number(minute).filter(|minute| *minute < 60)?,
        offset,
        ..Written::default()
    };
    if let Some(date) = date {
        let parts: Vec<&str> = date.split(['-', '/']).collect();
        let (month, day) = match parts[..] {
            [year, month, day] => {
                written.year = Some(year.parse().ok()?);
                (month, day)
            }
            [month, day] => (month, day),
            _ => return None,
        };
        written.month_and_day = Some((number(month)?, number(day)?));
    }
    Some(written)
}

/// The text without the zone at its end.
fn zone(text: &str) -> (&str, Option<Offset>) {
    for name in ["Z", "z", "UTC", "utc"] {
        if let Some(rest) = text.strip_suffix(name) {
            return (rest.trim_end(), Some(Offset::UTC));
        }
    }
    // A sign after the clock's colon is an offset; those before it are of the date.
    let Some(at) = text.rfind(['+', '-']).filter(|at| text.get(..*at).is_some_and(|before| before.contains(':')))
    else {
        return (text, None);
    };
    let (before, offset) = text.split_at(at);
    match offset_of(offset) {
        Some(offset) => (before.trim_end(), Some(offset)),
        None => (text, None),
    }
}

fn offset_of(text: &str) -> Option<Offset> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.get(1..)?.chars().filter(|c| *c != ':').collect();
    let (hours, minutes) = match digits.len() {
        2 => (digits.as_str(), "0"),
        4 => digits.split_at_checked(2)?,
        _ => return None,
    };
    let seconds = i32::from(number(hours)?) * 3600 + i32::from(number(minutes)?) * 60;
    Offset::from_seconds(sign * seconds).ok()
}

/// One or two digits.
fn number(text: &str) -> Option<i8> {
    let is_number = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}
