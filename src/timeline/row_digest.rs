//! The name of a row's words: what is written about a row says which words those were.

use super::{Entry, OwnKind};
use crate::guard;
use serde_json::{Value, json};

/// SHA-256 over the canonical bytes (RFC 8785) of a row as recorded, in lower-case hex; `None` before it is. Every
/// column is named here, so that a field more in the program is no change of the row. A row that holds a secret
/// must not get one: whoever masks rows decides that.
pub fn row_digest(entry: &Entry) -> Option<String> {
    columns(entry).map(|columns| guard::digest_of(&columns))
}

fn columns(entry: &Entry) -> Option<Value> {
    let columns = match entry {
        Entry::Operation(operation) => {
            let row = &operation.row;
            json!({
                "table": "alert_operation_log", "id": row.id, "incident_id": row.incident_id,
                "approval_id": row.approval_id, "audit_log_id": row.audit_log_id,
                "auto_repair_id": row.auto_repair_id, "event_type": entry.type_name(), "actor": row.actor,
                "action_detail": row.action_detail, "success": row.success, "error_message": row.error_message,
                "context": row.context, "created_at": operation.created_at,
            })
        }
        // The words of a mirrored review record are made here; its context holds the record's own hash.
        Entry::Own(event) if event.kind == OwnKind::ReviewEvent => json!({
            "table": "readback_review_event", "id": event.id, "context": event.context,
            "recorded_at": event.recorded_at?,
        }),
        Entry::Own(event) => json!({
            "table": "readback_event", "id": event.id, "incident_id": event.incident_id, "kind": event.kind.name(),
            "subject": event.subject, "actor": event.actor, "summary": event.summary, "success": event.success,
            "context": event.context, "occurred_at": event.occurred_at, "recorded_at": event.recorded_at?,
        }),
    };
    Some(columns)
}
