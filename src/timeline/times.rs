//! When something happened and when that was recorded: the first is claimed, the second is the database's clock.

use super::Entry;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// A difference up to this says nothing: clocks differ, and a write takes its time.
pub const SKEW: SignedDuration = SignedDuration::from_secs(5);
/// A row that was recorded so long after it occurred is late: whoever looked at the log in between did not see it.
pub const LATE: SignedDuration = SignedDuration::from_mins(1);

/// The two times of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// When it happened, as its author claims.
    pub occurred: Timestamp,
    /// By the database's clock; `None` before it is recorded.
    pub recorded: Option<Timestamp>,
}

impl Times {
    /// Of a row. One of `alert_operation_log` has one column of time; its context may hold the other, as
    /// `occurred_at` or `recorded_at`.
    pub fn of(entry: &Entry) -> Self {
        match entry {
            Entry::Own(event) => Self { occurred: event.occurred_at, recorded: event.recorded_at },
            Entry::Operation(operation) => {
                let told = |name: &str| operation.row.context.get(name).and_then(Value::as_str)?.parse().ok();
                let created = operation.created_at;
                match (told("occurred_at"), told("recorded_at")) {
                    (Some(occurred), _) => Self { occurred, recorded: Some(created) },
                    (None, recorded) => Self { occurred: created, recorded: recorded.or(Some(created)) },
                }
            }
        }
    }

    /// How long after it occurred it was recorded, where that is more than [`SKEW`]; negative where it claims to
    /// have occurred later than it was recorded.
    pub fn skew(self) -> Option<SignedDuration> {
        let skew = self.recorded?.duration_since(self.occurred);
        (skew.abs() > SKEW).then_some(skew)
    }

    /// By how much it is late, where it is.
    pub fn late(self) -> Option<SignedDuration> {
        self.skew().filter(|skew| *skew >= LATE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(seconds: i64) -> Times {
        Times { occurred: Timestamp::UNIX_EPOCH, recorded: Timestamp::from_second(seconds).ok() }
    }

    #[test]
    fn a_row_is_late_a_minute_after_it_occurred_and_skewed_after_five_seconds_in_either_direction() {
        assert_eq!((times(5).skew(), times(-5).skew()), (None, None));
        assert_eq!(times(6).skew(), Some(SignedDuration::from_secs(6)));
        assert_eq!((times(-6).skew(), times(-600).late()), (Some(SignedDuration::from_secs(-6)), None));
        assert_eq!((times(59).late(), times(60).late()), (None, Some(LATE)));
        assert_eq!(Times { recorded: None, ..times(0) }.skew(), None);
    }
}
