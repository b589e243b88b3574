//! The row a review step leaves in `alert_operation_log`. It never holds what a reviewer typed.

use crate::guard;
use crate::review::{CandidateId, NewReviewEvent, Review, ReviewAct};
use crate::timeline::{EventType, NewOperation};
use serde_json::{Value, json};

/// The longest `action_detail`, in characters: the column's width.
const MAX_DETAIL: usize = 200;

/// The `USER_ACTION` row of a step that others have to know of (opened, handed in, signed, overridden…); `None` for
/// the others. `review` is the state the step was made from, `None` for an opening.
pub fn operation_row(event: &NewReviewEvent, review: Option<&Review>) -> Option<NewOperation> {
    let candidate = candidate_of(event, review);
    let name = candidate.map_or("-", |candidate| candidate.0.as_str());
    let (detail, mut context) = match &event.act {
        ReviewAct::Opened { snapshot_digest, policy, .. } => (
            format!("readback_opened candidate={name}"),
            json!({"step": "opened", "snapshot_digest": snapshot_digest, "policy": policy}),
        ),
        ReviewAct::Signed { lane, input_digest, policy, .. } => (
            format!("readback_signed lane={lane} candidate={name}"),
            json!({"step": "signed", "lane": lane, "input_digest": input_digest, "policy": policy}),
        ),
        ReviewAct::Quarantined { field, detector, offset, len, more } => (
            format!("readback_quarantined detector={detector} field={field} candidate={name}"),
            json!({"step": "quarantined", "field": field, "detector": detector, "offset": offset, "len": len, "more": more}),
        ),
        ReviewAct::SecondReaderJoined { looked: false } => told("second_reader_joined", name),
        ReviewAct::SecondReaderJoined { looked: true } => (
            format!("readback_second_reader_joined looked=true candidate={name}"),
            json!({"step": "second_reader_joined", "looked": true}),
        ),
        ReviewAct::SecondSubmitted => told("second_reading_submitted", name),
        ReviewAct::Submitted => told("submitted", name),
        ReviewAct::Reopened { .. } => told("reopened", name),
        ReviewAct::Corrected { step, field, .. } => (
            format!("readback_corrected field={field} candidate={name}"),
            json!({"step": "corrected", "field": field, "corrects": step}),
        ),
        ReviewAct::Overridden { check, until, .. } => (
            format!("readback_overridden check={check} until={until} candidate={name}"),
            json!({"step": "overridden", "check": check, "until": until}),
        ),
        ReviewAct::FieldSet { .. }
        | ReviewAct::CheckDecided { .. }
        | ReviewAct::SecondAnswered { .. }
        | ReviewAct::Allowed { .. }
        | ReviewAct::QuarantineCleared { .. }
        | ReviewAct::EvidenceAttached { .. }
        | ReviewAct::EvidenceDetached { .. }
        | ReviewAct::EvidenceMarked { .. }
        | ReviewAct::EvidenceUnmarked { .. }
        | ReviewAct::SectionWritten { .. }
        | ReviewAct::RiskRated { .. }
        | ReviewAct::RiskDropped { .. }
        | ReviewAct::FollowUpSet { .. } => return None,
    };
    context["review_id"] = json!(event.review.0);
    context["candidate"] = candidate.map_or(Value::Null, |candidate| json!(candidate.0));
    Some(NewOperation {
        incident_id: Some(event.incident_id.clone()),
        actor: Some(event.actor.clone()),
        action_detail: Some(guard::line(&detail).chars().take(MAX_DETAIL).collect()),
        // Nothing was executed, and a success here would be counted among executions.
        context,
        ..NewOperation::new(row_id(&event.id), EventType::UserAction)
    })
}

/// A step that says everything by its name.
fn told(step: &str, candidate: &str) -> (String, Value) {
    (format!("readback_{step} candidate={candidate}"), json!({"step": step}))
}

fn candidate_of<'a>(event: &'a NewReviewEvent, review: Option<&'a Review>) -> Option<&'a CandidateId> {
    if let ReviewAct::Opened { candidate, .. } = &event.act {
        return Some(candidate);
    }
    review.and_then(|review| review.opening.as_ref()).map(|opening| &opening.candidate)
}

/// A UUID (version 8) derived from the step's id: the same step always has the same row.
fn row_id(event_id: &str) -> String {
    let hash = guard::digest_bytes(format!("alert_operation_log row of review event {event_id}").as_bytes());
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    format!("{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}
