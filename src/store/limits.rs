//! What a row may hold: the limits of `alert_operation_log`, held on every engine alike. Nothing is cut
//! silently; what does not fit is refused by the name of its column.

use super::{Outcome, StoreError};
use crate::review::Attendance;
use crate::timeline::{EventType, Grid, NewOperation, OwnEvent};
use jiff::Timestamp;
use serde_json::Value;

/// The most rows a page brings, whatever was asked for.
pub(super) const MAX_PAGE: u32 = 5_000;

/// The most buckets that are counted at a time.
const MAX_BUCKETS: u32 = 1_000;

/// 0001-01-01, the earliest time that an event may claim.
const FIRST: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// Characters of an incident reference.
const INCIDENT: usize = 30;
/// Characters of an id.
const ID: usize = 36;
/// Characters of an actor.
const ACTOR: usize = 100;
/// Characters of a check's id.
const CHECK: usize = 100;
/// Characters of an action's detail.
const DETAIL: usize = 200;

/// Whether so many buckets of this width are counted.
pub(super) fn grid(grid: &Grid) -> Result<(), StoreError> {
    match (grid.buckets, grid.width_s) {
        (1..=MAX_BUCKETS, 1..) => Ok(()),
        _ => Err(StoreError::Refused(format!("a histogram has 1 to {MAX_BUCKETS} buckets of a second or more"))),
    }
}

/// Whether the row fits into `alert_operation_log`.
pub(super) fn operation(row: &NewOperation) -> Result<(), StoreError> {
    if row.event_type == EventType::Other {
        return refuse("event_type is none that this console may write");
    }
    fits("id", &row.id, ID)?;
    fits_opt("incident_id", row.incident_id.as_deref(), INCIDENT)?;
    fits_opt("approval_id", row.approval_id.as_deref(), ID)?;
    fits_opt("audit_log_id", row.audit_log_id.as_deref(), ID)?;
    fits_opt("auto_repair_id", row.auto_repair_id.as_deref(), ID)?;
    fits_opt("actor", row.actor.as_deref(), ACTOR)?;
    fits_opt("action_detail", row.action_detail.as_deref(), DETAIL)?;
    fits_opt("error_message", row.error_message.as_deref(), usize::MAX)?;
    json("context", &row.context)
}

/// Whether the event fits into `readback_event`.
pub(super) fn own(event: &OwnEvent) -> Result<(), StoreError> {
    fits("id", &event.id, ID)?;
    fits_opt("incident_id", event.incident_id.as_deref(), INCIDENT)?;
    fits_opt("actor", event.actor.as_deref(), ACTOR)?;
    fits("subject", &event.subject, usize::MAX)?;
    fits("summary", &event.summary, usize::MAX)?;
    claimed(event.occurred_at)?;
    json("context", &event.context)
}

/// Whether the outcome fits into its tables.
pub(super) fn outcome(outcome: &Outcome) -> Result<(), StoreError> {
    fits("id", &outcome.event.id, ID)?;
    fits("review", &outcome.event.review.0, ID)?;
    fits("incident_id", &outcome.event.incident_id, INCIDENT)?;
    fits("actor", &outcome.event.actor, ACTOR)?;
    claimed(outcome.event.occurred_at)?;
    json("act", &serde_json::to_value(&outcome.event.act).unwrap_or_default())?;
    outcome.operation.as_ref().map_or(Ok(()), operation)
}

/// Whether the attendance fits into `readback_presence`.
pub(super) fn attendance(console: &str, at: &Attendance) -> Result<(), StoreError> {
    fits("console", console, ID)?;
    fits("actor", &at.actor, ACTOR)?;
    fits("incident_id", &at.incident_id, INCIDENT)?;
    fits("review", &at.review.0, ID)?;
    fits_opt("at_check", at.check.as_deref(), CHECK)
}

fn fits_opt(column: &str, text: Option<&str>, limit: usize) -> Result<(), StoreError> {
    text.map_or(Ok(()), |text| fits(column, text, limit))
}

/// `PostgreSQL`'s calendar begins later than ours; nobody's incident is older than either.
fn claimed(at: Timestamp) -> Result<(), StoreError> {
    if at < FIRST { refuse("occurred_at is before the year 1") } else { Ok(()) }
}

/// `PostgreSQL` counts characters, not bytes, and stores no NUL.
fn fits(column: &str, text: &str, limit: usize) -> Result<(), StoreError> {
    let count = text.chars().count();
    if count > limit {
        return refuse(&format!("{column} has {count} characters, {limit} fit"));
    }
    if text.contains('\0') {
        return refuse(&format!("{column} holds a NUL character"));
    }
    Ok(())
}

fn json(column: &str, value: &Value) -> Result<(), StoreError> {
    match value {
        Value::String(text) => fits(column, text, usize::MAX),
        Value::Array(items) => items.iter().try_for_each(|item| json(column, item)),
        Value::Object(fields) => fields.iter().try_for_each(|(name, item)| {
            fits(column, name, usize::MAX)?;
            json(column, item)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn refuse(what: &str) -> Result<(), StoreError> {
    Err(StoreError::Unfit(what.to_owned()))
}
