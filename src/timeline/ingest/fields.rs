//! Fields of a JSON object, one by one, with errors that name the field and never what stands in it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

/// Why a record was refused. It names places, never values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// A record whose fields are asked for by name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a>(pub(super) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// The field, where it is there and not null.
    pub(super) fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text of at most so many characters; numbers count as texts, since ids may be either.
    pub(super) fn text(self, name: &str, most: usize) -> Result<Option<String>, Refused> {
        let text = match self.get(name) {
            None => return Ok(None),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(Refused(format!("{name} is not a text"))),
        };
        match text.chars().count() {
            count if count > most => Err(Refused(format!("{name} has {count} characters, {most} fit"))),
            _ => Ok(Some(text)),
        }
    }

    /// The same, where it must be there.
    pub(super) fn required(self, name: &str, most: usize) -> Result<String, Refused> {
        let text = self.text(name, most)?.filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| Refused(format!("{name} is missing")))
    }

    /// `true` or `false`.
    pub(super) fn flag(self, name: &str) -> Result<Option<bool>, Refused> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(Refused(format!("{name} is neither true nor false"))),
        }
    }

    /// An object.
    pub(super) fn object(self, name: &str) -> Result<Option<&'a Map<String, Value>>, Refused> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(_) => Err(Refused(format!("{name} is not an object"))),
        }
    }

    /// A time: RFC 3339, or a date and time of this zone where there is one.
    pub(super) fn time(self, name: &str, zone: Option<&TimeZone>) -> Result<Option<Timestamp>, Refused> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let wrong = || Refused(format!("{name} is not a time (RFC 3339: 2026-02-04T09:30:00+08:00)"));
        let text = value.as_str().ok_or_else(wrong)?;
        let local = || {
            let at: DateTime = text.parse().ok()?;
            Some(at.to_zoned(zone?.clone()).ok()?.timestamp())
        };
        let at = text.parse::<Timestamp>().ok().or_else(local).ok_or_else(wrong)?;
        // The calendar of a server begins at the year 1, and so does what is believable.
        if at < Timestamp::UNIX_EPOCH { Err(Refused(format!("{name} is before 1970"))) } else { Ok(Some(at)) }
    }
}
