//! Until when, as a person writes it.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// `90m`, `4h`, `2d` from now; the end of a date, or a date with a time, in this zone.
pub(super) fn parse(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(span) = span(text) {
        return now.checked_add(span).ok();
    }
    let at = match text.parse::<Date>() {
        Ok(date) if !text.contains([' ', 'T']) => date.at(23, 59, 59, 0),
        _ => text.replacen(' ', "T", 1).parse::<DateTime>().ok()?,
    };
    at.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

fn span(text: &str) -> Option<SignedDuration> {
    let unit = text.chars().last()?;
    let count: i64 = text.strip_suffix(unit)?.trim().parse().ok().filter(|count| (1..100_000).contains(count))?;
    Some(match unit {
        'm' => SignedDuration::from_mins(count),
        'h' => SignedDuration::from_hours(count),
        'd' => SignedDuration::from_hours(24 * count),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::Offset;

    #[test]
    fn a_span_a_date_and_a_time_are_read_and_nothing_else() -> Result<(), jiff::Error> {
        let now: Timestamp = "2026-02-04T01:31:00Z".parse()?;
        let zone = TimeZone::fixed(Offset::constant(8));
        for (text, expected) in [
            ("4h", "2026-02-04T05:31:00Z"),
            (" 2d ", "2026-02-06T01:31:00Z"),
            ("90m", "2026-02-04T03:01:00Z"),
            ("2026-02-05", "2026-02-05T15:59:59Z"),
            ("2026-02-05 12:00", "2026-02-05T04:00:00Z"),
        ] {
            assert_eq!(parse(text, now, &zone), Some(expected.parse()?), "{text}");
        }
        for text in ["", "h", "0h", "-4h", "4w", "soon", "99999999999h", "2026-02-31"] {
            assert_eq!(parse(text, now, &zone), None, "{text}");
        }
        Ok(())
    }
}
