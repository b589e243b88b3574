//! Rows as both engines give them, and their leaves.

use super::LARGE;
use crate::store::micros::Micros;
use crate::timeline::segment::{Hash, Leaf, LogLeaf, OwnLeaf, RecordLeaf, Text};

/// A row, as much as is needed of it.
#[derive(Clone, Debug)]
pub(in crate::store) struct Row {
    /// Its time in microseconds since 1970.
    pub(in crate::store) at: i64,
    /// Its id.
    pub(in crate::store) id: String,
    /// The hash of its leaf.
    pub(in crate::store) leaf: Hash,
}

/// A row of `alert_operation_log`. A text longer than [`LARGE`] comes as its SHA-256 in hex.
#[derive(sqlx::FromRow)]
pub(in crate::store) struct LogRow {
    pub(in crate::store) id: String,
    incident_id: Option<String>,
    approval_id: Option<String>,
    audit_log_id: Option<String>,
    auto_repair_id: Option<String>,
    event_type: String,
    actor: Option<String>,
    action_detail: Option<String>,
    success: Option<bool>,
    pub(in crate::store) error_message: Option<String>,
    pub(in crate::store) error_length: Option<i64>,
    pub(in crate::store) context: String,
    pub(in crate::store) context_length: i64,
    created_at: Micros,
}

impl LogRow {
    pub(in crate::store) fn row(self, scratch: &mut Vec<u8>) -> Row {
        let at = self.created_at.micros();
        let leaf = LogLeaf {
            action_detail: self.action_detail.as_deref(),
            actor: self.actor.as_deref(),
            approval_id: self.approval_id.as_deref(),
            audit_log_id: self.audit_log_id.as_deref(),
            auto_repair_id: self.auto_repair_id.as_deref(),
            context: text(&self.context, self.context_length),
            created_at: &at.to_string(),
            error_message: self.error_message.as_deref().map(|it| text(it, self.error_length.unwrap_or_default())),
            event_type: &self.event_type,
            id: &self.id,
            incident_id: self.incident_id.as_deref(),
            success: self.success,
        };
        let leaf = leaf.hash(scratch);
        Row { at, id: self.id, leaf }
    }
}

/// A row of `readback_event`.
#[derive(sqlx::FromRow)]
pub(in crate::store) struct OwnRow {
    pub(in crate::store) id: String,
    incident_id: Option<String>,
    kind: String,
    subject: String,
    actor: Option<String>,
    pub(in crate::store) summary: String,
    pub(in crate::store) summary_length: i64,
    success: Option<bool>,
    pub(in crate::store) context: String,
    pub(in crate::store) context_length: i64,
    occurred_at: Micros,
    recorded_at: Micros,
}

impl OwnRow {
    pub(in crate::store) fn row(self, scratch: &mut Vec<u8>) -> Row {
        let at = self.recorded_at.micros();
        let leaf = OwnLeaf {
            actor: self.actor.as_deref(),
            context: text(&self.context, self.context_length),
            id: &self.id,
            incident_id: self.incident_id.as_deref(),
            kind: &self.kind,
            occurred_at: &self.occurred_at.micros().to_string(),
            recorded_at: &at.to_string(),
            subject: &self.subject,
            success: self.success,
            summary: text(&self.summary, self.summary_length),
        };
        let leaf = leaf.hash(scratch);
        Row { at, id: self.id, leaf }
    }
}

/// A row of `readback_review_event`.
#[derive(sqlx::FromRow)]
pub(in crate::store) struct RecordRow {
    id: String,
    scope: String,
    seq: i64,
    review: String,
    version: i64,
    prev_hash: String,
    hash: String,
    body: Vec<u8>,
    operation_id: Option<String>,
    occurred_at: Micros,
    recorded_at: Micros,
}

impl RecordRow {
    pub(in crate::store) fn row(self, scratch: &mut Vec<u8>) -> Row {
        let at = self.recorded_at.micros();
        let leaf = RecordLeaf {
            body_sha256: &crate::guard::digest_bytes(&self.body),
            hash: &self.hash,
            id: &self.id,
            occurred_at: &self.occurred_at.micros().to_string(),
            operation_id: self.operation_id.as_deref(),
            prev_hash: &self.prev_hash,
            recorded_at: &at.to_string(),
            review: &self.review,
            scope: &self.scope,
            seq: self.seq,
            version: self.version,
        };
        let leaf = leaf.hash(scratch);
        Row { at, id: self.id, leaf }
    }
}

fn text(text: &str, length: i64) -> Text<'_> {
    if length > LARGE { Text::Digest { length: length as u64, sha256: text } } else { Text::Whole(text) }
}
