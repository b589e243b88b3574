//! What the rows of other programs say in their contexts about alerts, silences and postchecks.

use super::key::fingerprint;
use crate::timeline::Entry;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// How far the clock of an alert's source and the database's may be apart.
const SKEW: SignedDuration = SignedDuration::from_secs(5);
/// What began longer before it was received than this did not begin then: a clock was never set.
const OLDEST: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Which alert a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alert {
    name: Option<String>,
    fingerprint: Option<String>,
}

impl Alert {
    pub(super) fn of(row: &Entry) -> Self {
        Self { name: row.alert().map(str::to_owned), fingerprint: fingerprint(row).map(str::to_owned) }
    }

    /// Whether both are one alert: by fingerprint where both have one, else by name; one that says neither may be any.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let same = |a: &Option<String>, b: &Option<String>| a.as_ref().zip(b.as_ref()).map(|(a, b)| a == b);
        same(&self.fingerprint, &other.fingerprint).or_else(|| same(&self.name, &other.name)).unwrap_or(true)
    }
}

/// When the alert says that it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// It does not say, or says what can't be.
    Unsaid,
    /// Then; not after it was received.
    At(Timestamp),
    /// After it was received.
    Skewed,
}

/// When the alert of this row began.
pub(super) fn start(row: &Entry) -> Start {
    let Some(said) = time(row.context(), &["startsAt", "starts_at"]) else { return Start::Unsaid };
    let took = row.at().duration_since(said);
    if took < -SKEW {
        Start::Skewed
    } else if took > OLDEST {
        Start::Unsaid
    } else {
        Start::At(said.min(row.at()))
    }
}

/// When the silence of this row ends; `None` where it does not say, so that it is taken to last.
pub fn silence_end(row: &Entry) -> Option<Timestamp> {
    let context = row.context();
    let minutes = context.get("duration_minutes").and_then(Value::as_i64).filter(|minutes| *minutes >= 0);
    let after =
        minutes.and_then(|minutes| row.at().checked_add(SignedDuration::from_secs(minutes.checked_mul(60)?)).ok());
    after.or_else(|| time(context, &["until", "endsAt", "ends_at", "expires_at"]))
}

/// Whether by this row another program says that it looked afterwards: it repairs nothing.
pub fn says_postcheck(row: &Entry) -> bool {
    row.detail().starts_with("postcheck") || row.context().get("postcheck").and_then(Value::as_bool) == Some(true)
}

/// Whether this `USER_ACTION` asks for a silence, and for nothing else.
pub(super) fn asks_for_silence(row: &Entry) -> bool {
    row.detail().trim_start().to_lowercase().starts_with("silence")
}

/// Whether this `USER_ACTION` is a step of a review: work on the record, not on the incident.
pub(super) fn is_review(row: &Entry) -> bool {
    row.context().get("review_id").is_some()
}

fn time(context: &Value, keys: &[&str]) -> Option<Timestamp> {
    keys.iter().find_map(|key| context.get(key)?.as_str()?.parse().ok())
}
