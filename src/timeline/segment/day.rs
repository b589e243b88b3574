//! A UTC day.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Microseconds of a day. UTC as databases count it has no leap seconds.
const LENGTH: i64 = 86_400_000_000;

/// A UTC day, by its number since 1970-01-01. The first, 0001-01-01, holds all that claims to be earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// 0001-01-01.
    pub const FIRST: Self = Self(-719_162);
    /// 9999-12-30, the last that the calendar has whole; what is later stands in it, and never comes to an end.
    pub const LAST: Self = Self(2_932_895);

    /// The day of a moment, in microseconds since 1970.
    pub fn of(micros: i64) -> Self {
        let number = micros.div_euclid(LENGTH).clamp(i64::from(Self::FIRST.0), i64::from(Self::LAST.0));
        Self(number as i32)
    }

    /// The day with this number since 1970-01-01, or the nearest there is.
    pub fn numbered(number: i64) -> Self {
        Self(number.clamp(i64::from(Self::FIRST.0), i64::from(Self::LAST.0)) as i32)
    }

    /// Its first microsecond since 1970; of the first day the beginning of time.
    pub fn start(self) -> i64 {
        if self == Self::FIRST { i64::MIN } else { i64::from(self.0) * LENGTH }
    }

    /// The first microsecond that is no longer of it.
    pub fn end(self) -> i64 {
        (i64::from(self.0) + 1) * LENGTH
    }

    /// The day after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self::numbered(i64::from(self.0) + 1)
    }

    /// The first day of its month.
    #[must_use]
    pub fn month(self) -> Self {
        Self::from_date(self.date().first_of_month())
    }

    /// The first day of the month so many months before its own; earlier ones stand at [`Self::FIRST`].
    #[must_use]
    pub fn months_back(self, months: u32) -> Self {
        let back = jiff::Span::new().try_months(i64::from(months));
        back.and_then(|back| self.date().first_of_month().checked_sub(back)).map_or(Self::FIRST, Self::from_date)
    }

    /// The first day of the month after its own.
    #[must_use]
    pub fn next_month(self) -> Self {
        Self::from_date(self.date().last_of_month()).next()
    }

    /// The date.
    fn date(self) -> Date {
        Timestamp::from_second(i64::from(self.0) * 86_400)
            .map_or(Date::constant(1, 1, 1), |at| at.to_zoned(TimeZone::UTC).date())
    }

    fn from_date(date: Date) -> Self {
        let at = date.to_zoned(TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_second());
        Self::numbered(at.div_euclid(86_400))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.date(), f)
    }
}

/// What is no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day; write it like 2026-02-04")]
pub struct NoDay;

impl FromStr for Day {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        let day = Date::from_str(text).map(Self::from_date).map_err(|_| NoDay)?;
        // One way of writing: a day is part of what is hashed.
        if day.to_string() == text { Ok(day) } else { Err(NoDay) }
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_day_holds_its_microseconds_and_no_other() {
        let day: Day = "2026-02-28".parse().unwrap();
        assert_eq!((Day::of(day.start()), Day::of(day.end() - 1), Day::of(day.end())), (day, day, day.next()));
        assert_eq!(day.next().to_string(), "2026-03-01");
        assert_eq!((day.month().to_string(), day.next_month().to_string()), ("2026-02-01".into(), "2026-03-01".into()));
        assert_eq!(day.months_back(14).to_string(), "2024-12-01");
        assert_eq!(Day::of(-1).to_string(), "1969-12-31");
    }

    #[test]
    fn all_of_time_is_in_some_day() {
        assert_eq!((Day::of(i64::MIN), Day::FIRST.to_string().as_str()), (Day::FIRST, "0001-01-01"));
        assert_eq!((Day::FIRST.start(), Day::FIRST.next().start()), (i64::MIN, Day::FIRST.end()));
        assert_eq!((Day::of(i64::MAX), Day::LAST.to_string().as_str()), (Day::LAST, "9999-12-30"));
        assert_eq!(Day::FIRST.months_back(1), Day::FIRST);
        for wrong in ["", "2026-2-4", "2026-02-30", "2026-02-04T00:00", "20260204"] {
            assert_eq!(wrong.parse::<Day>(), Err(NoDay), "{wrong}");
        }
    }
}
