//! The time that a backup's name tells: `.env.backup.20260204_082611`, `.env-2026-02-04T08:26:11Z`, `.env.1770193571`.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};

/// The time in a name, in this zone unless the name says UTC (`Z`); the last one where there are several. `None`
/// where there is none, or only a day.
pub fn time_in_name(name: &str, zone: &TimeZone) -> Option<Timestamp> {
    let starts = (0..name.len()).rev().filter(|at| {
        let bytes = name.as_bytes();
        bytes[*at].is_ascii_digit() && (*at == 0 || !bytes[at - 1].is_ascii_digit())
    });
    starts.into_iter().find_map(|at| {
        let text = &name.as_bytes()[at..];
        civil(text, zone).or_else(|| epoch(text))
    })
}

/// `YYYYMMDD`, a time after it, with any of the usual marks between.
fn civil(text: &[u8], zone: &TimeZone) -> Option<Timestamp> {
    let mut rest = text;
    let year = number(&mut rest, 4)?;
    let month = {
        skip(&mut rest, b"-_.");
        number(&mut rest, 2)?
    };
    let day = {
        skip(&mut rest, b"-_.");
        number(&mut rest, 2)?
    };
    skip(&mut rest, b"-_.Tt ");
    let hour = number(&mut rest, 2)?;
    let minute = {
        skip(&mut rest, b":-_.h");
        number(&mut rest, 2)?
    };
    let before_seconds = rest;
    skip(&mut rest, b":-_.m");
    let second = number(&mut rest, 2).unwrap_or_else(|| {
        rest = before_seconds;
        0
    });
    if rest.first().is_some_and(u8::is_ascii_digit) || !(1990..=2199).contains(&year) {
        return None;
    }
    let date = Date::new(year, month as i8, day as i8).ok()?;
    let time = jiff::civil::Time::new(hour as i8, minute as i8, second as i8, 0).ok()?;
    let zone = if matches!(rest.first(), Some(b'Z' | b'z')) { &TimeZone::UTC } else { zone };
    zone.to_timestamp(DateTime::from_parts(date, time)).ok()
}

/// Seconds or milliseconds since 1970, of this century.
fn epoch(text: &[u8]) -> Option<Timestamp> {
    let len = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value: i64 = std::str::from_utf8(&text[..len]).ok()?.parse().ok()?;
    let seconds = match len {
        10 => value,
        13 => value / 1000,
        _ => return None,
    };
    (1_000_000_000..4_102_444_800).contains(&seconds).then(|| Timestamp::from_second(seconds).ok()).flatten()
}

/// Exactly so many digits.
fn number(rest: &mut &[u8], digits: usize) -> Option<i16> {
    let (head, tail) = rest.split_at_checked(digits)?;
    let value = std::str::from_utf8(head).ok().filter(|head| head.bytes().all(|byte| byte.is_ascii_digit()))?;
    *rest = tail;
    value.parse().ok()
}

/// One of these marks, if it stands there.
fn skip(rest: &mut &[u8], marks: &[u8]) {
    if let Some((mark, tail)) = rest.split_first()
        && marks.contains(mark)
    {
        *rest = tail;
    }
}
