//! A moment in a filter: so long ago, or a date.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::fmt;

/// A moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// So many seconds before now.
    Ago(u32),
    /// A date.
    At(Timestamp),
}

/// The units of a duration, the longest first, in seconds.
const UNITS: [(&str, u32); 5] = [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

impl When {
    /// `2h`, `1h30m`, a date, or a date and a time; without an offset it is one of `zone`.
    pub(super) fn parse(text: &str, zone: &TimeZone) -> Option<Self> {
        if let Some(seconds) = seconds(text) {
            return Some(Self::Ago(seconds));
        }
        if let Ok(at) = text.parse() {
            return Some(Self::At(at));
        }
        let civil: DateTime = text.parse().ok()?;
        Some(Self::At(civil.to_zoned(zone.clone()).ok()?.timestamp()))
    }

    /// The moment, as seen at `now`.
    pub(super) fn resolve(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(seconds) => {
                now.checked_sub(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(Timestamp::MIN)
            }
            Self::At(at) => at,
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ago(seconds) => {
                let exact = UNITS.iter().find(|(_, unit)| *seconds > 0 && seconds % unit == 0);
                let (word, unit) = exact.copied().unwrap_or(("s", 1));
                write!(f, "{}{word}", seconds / unit)
            }
            Self::At(at) => write!(f, "{at}"),
        }
    }
}

/// The seconds of `2h` or `1h30m`; nothing longer than the type holds, which is more than a century.
fn seconds(text: &str) -> Option<u32> {
    let mut rest = text;
    let mut total: u32 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|at| *at > 0)?;
        let number: u32 = rest[..digits].parse().ok()?;
        let (word, unit) = UNITS.iter().find(|(word, _)| rest[digits..].starts_with(word))?;
        total = total.checked_add(number.checked_mul(*unit)?)?;
        rest = &rest[digits + word.len()..];
    }
    (!text.is_empty()).then_some(total)
}
