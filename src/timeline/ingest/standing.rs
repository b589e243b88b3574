//! What the log says of an alert already. An alert may fire again with the start it had before: Alertmanager took its
//! sender's silence for the end. Whoever took that for a repetition would show a recovery that is none.

use super::{Arrival, Status};
use crate::timeline::{Entry, EventType};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// How long after its end was recorded a notification that it fires may be one that was overtaken on its way.
const OVERTAKEN: SignedDuration = SignedDuration::from_secs(60);

/// What is recorded of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What the newest of its rows says.
    pub status: Status,
    /// How often it has begun to fire anew.
    pub again: u32,
    /// When the newest was recorded.
    pub recorded_at: Timestamp,
    /// Whether it was ever told that it fires.
    pub told: bool,
    /// Whether its sender itself said that it ended: it names a generator, and nothing looks like Alertmanager's timeout.
    /// Prometheus gives an alert that fires anew a new start.
    pub ended_by_sender: bool,
}

impl Standing {
    /// From the rows of its incident, newest first; `None` where none is of this alert.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Entry>, arrival: &Arrival) -> Option<Self> {
        let start = arrival.starts_at.to_string();
        let is_its = |row: &&Entry| {
            let is = |key: &str, value: &str| row.context().get(key).and_then(Value::as_str) == Some(value);
            is("fingerprint", &arrival.fingerprint) && is("starts_at", &start)
        };
        let mut standing: Option<Self> = None;
        for row in rows.into_iter().filter(is_its) {
            let status = match row.event_type() {
                Some(EventType::AlertReceived) => Status::Firing,
                Some(EventType::Resolved) => Status::Resolved,
                _ => continue,
            };
            let standing = standing.get_or_insert_with(|| Self {
                status,
                again: 0,
                recorded_at: row.at(),
                told: false,
                ended_by_sender: status == Status::Resolved && is_of_sender(row),
            });
            let again = row.context().get("again").and_then(Value::as_u64).unwrap_or(0);
            standing.again = standing.again.max(u32::try_from(again).unwrap_or(u32::MAX));
            let is_implied = row.context().get("implied").and_then(Value::as_bool).unwrap_or(false);
            standing.told |= status == Status::Firing && !is_implied;
        }
        standing
    }
}

/// Whether an end is its sender's word, and not what Alertmanager took its silence for.
fn is_of_sender(row: &Entry) -> bool {
    let has = |key: &str| row.context().get(key).is_some();
    has("generator_url") && !has("timeout") && !has("timeout_suspected")
}

/// What is to be done about an alert whose row stands already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it was told before.
    Known,
    /// It says something new; its row is of this turn.
    Record(u32),
}

/// Judges it by what stands.
pub fn step(standing: &Standing, arrival: &Arrival, now: Timestamp) -> Step {
    match (standing.status, arrival.status) {
        (Status::Firing, Status::Firing) | (Status::Resolved, Status::Resolved) => Step::Known,
        (Status::Firing, Status::Resolved) => Step::Record(standing.again),
        (Status::Resolved, Status::Firing) => {
            // The end came before this, its beginning; or another peer tells late what one has told already.
            let may_be_late = !standing.told || standing.ended_by_sender;
            let is_overtaken = may_be_late && now.duration_since(standing.recorded_at) < OVERTAKEN;
            if is_overtaken { Step::Known } else { Step::Record(standing.again.saturating_add(1)) }
        }
    }
}
