//! Values with a form of their own: durations, names, the operator's time zone.

use crate::timeline::filter::Filter;
use jiff::tz::{Offset, TimeZone};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::time::Duration;

/// Reads a duration: a whole number and a unit (`500ms`, `30s`, `5m`, `1h`, `7d`), more than nothing.
pub(super) fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    parse_duration(&text)
        .ok_or_else(|| D::Error::custom("not a duration; write a whole number above 0 and a unit, like 30s, 5m or 1h"))
}

/// The same, where a key may be left out.
pub(super) fn optional_duration<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    duration(from).map(Some)
}

/// `30s` and the like; nothing longer than a year, so that no sum of two can overflow.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit_at);
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    let millis: u64 = number.parse::<u64>().ok()?.checked_mul(millis)?;
    (millis > 0 && millis <= 366 * 86_400_000).then(|| Duration::from_millis(millis))
}

/// Reads a name that goes into file names and onto the screen as it is.
pub(super) fn name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let name = String::deserialize(from)?;
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if plain && starts_well && name.len() <= 64 {
        Ok(name)
    } else {
        Err(D::Error::custom("not a name; use up to 64 letters, digits, dots, dashes and underscores"))
    }
}

/// Reads an incident reference: what fits the column `incident_id`.
pub(super) fn incident<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    let plain = text.chars().all(|c| !c.is_control());
    if plain && !text.trim().is_empty() && text.chars().count() <= 30 {
        Ok(Some(text))
    } else {
        Err(D::Error::custom("not an incident reference; 1 to 30 characters on one line"))
    }
}

/// Reads filters of the timeline by name. A message says where one is wrong, and not what stands there.
pub(super) fn filters<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    let filters = BTreeMap::<String, SavedFilter>::deserialize(from)?;
    Ok(filters.into_iter().map(|(name, SavedFilter(text))| (name, text)).collect())
}

/// A text that is a filter.
struct SavedFilter(String);

impl<'de> Deserialize<'de> for SavedFilter {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        match Filter::parse(&text, &TimeZone::UTC) {
            Ok(_) => Ok(Self(text)),
            Err(error) => {
                let what = "not a filter, from its column";
                let next = "readback timeline --filter says what is wrong, docs/timeline.md what a filter is";
                Err(D::Error::custom(format!("{what} {} on; {next}", error.column)))
            }
        }
    }
}

/// The time zone that times are shown in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// The zone by its name: `local`, `UTC`, an offset like `+08:00`, or an IANA name.
    pub fn named(name: &str) -> Option<Self> {
        let zone = match name {
            "local" => TimeZone::system(),
            "UTC" | "Z" => TimeZone::UTC,
            _ if name.starts_with(['+', '-']) => TimeZone::fixed(offset(name)?),
            _ => TimeZone::get(name).ok()?,
        };
        Some(Self { name: name.to_owned(), zone })
    }

    /// The name as it was written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The zone to show times in.
    pub fn time_zone(&self) -> &TimeZone {
        &self.zone
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self { name: "local".to_owned(), zone: TimeZone::system() }
    }
}

impl serde::Serialize for Zone {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.name)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        Self::named(&name).ok_or_else(|| {
            D::Error::custom("not a time zone; use local, UTC, an offset like +08:00, or an IANA name like Asia/Taipei")
        })
    }
}

/// `+08:00`, `-03:30`.
fn offset(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let two_digits = |part: &str| (part.len() == 2).then(|| part.parse::<u8>().ok()).flatten();
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_and_a_unit_and_nothing_else() {
        assert_eq!(parse_duration("30s"), Some(Duration::from_secs(30)));
        assert_eq!(parse_duration("5m"), Some(Duration::from_mins(5)));
        assert_eq!(parse_duration("1h"), Some(Duration::from_hours(1)));
        assert_eq!(parse_duration("500ms"), Some(Duration::from_millis(500)));
        for wrong in ["", "30", "s", "0s", "-1s", "1.5h", "30 s", "5min", "99999999999999999999s", "400d", "１s"] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_zone_is_an_offset_or_a_name() {
        let taipei = Zone::named("+08:00").map(|zone| zone.time_zone().to_offset(jiff::Timestamp::UNIX_EPOCH));
        assert_eq!(taipei.map(Offset::seconds), Some(8 * 3600));
        assert_eq!(offset("-03:30").map(Offset::seconds), Some(-12_600));
        assert!(Zone::named("UTC").is_some());
        for wrong in ["+8:00", "+08", "+15:00", "+08:60", "Nowhere/Atlantis", "", "+é:00"] {
            assert!(Zone::named(wrong).is_none(), "{wrong}");
        }
    }
}
