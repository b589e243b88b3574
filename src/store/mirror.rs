//! A review record as a row of the timeline, for those that have no row in `alert_operation_log`. Pure.

use super::chain;
use crate::review::{Recorded, ReviewAct};
use crate::timeline::{OwnEvent, OwnKind};
use serde_json::{Value, json};

/// The row. A field's text stays in the record: the timeline says that it was written, not what.
pub(super) fn mirror(recorded: &Recorded) -> OwnEvent {
    let event = &recorded.event;
    OwnEvent {
        id: event.id.clone(),
        incident_id: Some(event.incident_id.clone()),
        kind: OwnKind::ReviewEvent,
        subject: event.review.0.clone(),
        actor: Some(event.actor.clone()),
        summary: summary(&event.act),
        success: None,
        context: context(recorded),
        occurred_at: chain::cut(event.occurred_at),
        recorded_at: Some(recorded.recorded_at),
    }
}

fn summary(act: &ReviewAct) -> String {
    match act {
        ReviewAct::Opened { candidate, .. } => format!("opened a review of {}", candidate.0),
        ReviewAct::FieldSet { field, value, .. } if value.is_empty() => format!("took back {field}"),
        ReviewAct::FieldSet { field, .. } => format!("wrote {field}"),
        // Not how: a second reader who looks at the timeline must not see the answers of the first.
        ReviewAct::CheckDecided { check, .. } => format!("answered {check}"),
        ReviewAct::SecondAnswered { check, .. } => format!("answered {check} in the second reading"),
        ReviewAct::SecondReaderJoined { .. } => "reads second".to_owned(),
        ReviewAct::SecondSubmitted => "handed in the second reading".to_owned(),
        ReviewAct::Submitted => "handed in the first reading".to_owned(),
        ReviewAct::EvidenceAttached { check, evidence } => format!("attached {} to {check}", evidence.id),
        ReviewAct::EvidenceDetached { check, id } => format!("took {id} off {check}"),
        ReviewAct::Overridden { check, until, .. } => format!("passed over {check} until {until}"),
        ReviewAct::Corrected { field, .. } => format!("corrected {field}"),
        ReviewAct::Reopened { .. } => "reopened the review".to_owned(),
        ReviewAct::SectionWritten { section, .. } => format!("wrote the {} of the report", section.id()),
        ReviewAct::RiskRated { risk } => format!("rated risk {}", risk.id),
        ReviewAct::RiskDropped { id } => format!("dropped risk {id}"),
        ReviewAct::FollowUpSet { item } => format!("wrote follow-up {}", item.id),
        ReviewAct::Quarantined { field, detector, .. } => format!("quarantined a payload in {field} ({detector})"),
        ReviewAct::Allowed { field, detector, .. } => format!("let through what looks like {detector} in {field}"),
        ReviewAct::QuarantineCleared { field } => format!("removed the quarantined payload from {field}"),
        ReviewAct::EvidenceMarked { row, .. } => format!("marked {row} as evidence"),
        ReviewAct::EvidenceUnmarked { row } => format!("took back {row} as evidence"),
        ReviewAct::Signed { lane, .. } => format!("signed {lane}"),
    }
}

fn context(recorded: &Recorded) -> Value {
    json!({
        "review": recorded.event.review,
        "version": recorded.event.expected_version.saturating_add(1),
        "seq": recorded.seq,
        "hash": recorded.hash,
    })
}
