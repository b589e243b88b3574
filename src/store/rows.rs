//! Rows as both engines give them, and what they become. The columns have the same names and types on
//! both, so each shape is written once.

use super::chain::{self, Break, BreakKind, Head};
use super::micros::Micros;
use super::{Place, StoreError, mirror};
use crate::review::Recorded;
use crate::timeline::{Entry, EventType, NewOperation, Operation, OwnEvent, OwnKind};
use serde_json::Value;

/// A row of `alert_operation_log`.
#[derive(sqlx::FromRow)]
pub(super) struct LogRow {
    id: String,
    incident_id: Option<String>,
    approval_id: Option<String>,
    audit_log_id: Option<String>,
    auto_repair_id: Option<String>,
    event_type: String,
    actor: Option<String>,
    action_detail: Option<String>,
    success: Option<bool>,
    error_message: Option<String>,
    context: String,
    created_at: Micros,
}

impl From<LogRow> for Entry {
    /// Nothing another program wrote makes the row disappear: a type this console does not know stands
    /// under its own name, a context that is no JSON as text.
    fn from(row: LogRow) -> Self {
        let known = EventType::from_name(&row.event_type);
        Self::Operation(Operation {
            row: NewOperation {
                id: row.id,
                incident_id: row.incident_id,
                approval_id: row.approval_id,
                audit_log_id: row.audit_log_id,
                auto_repair_id: row.auto_repair_id,
                event_type: known.unwrap_or(EventType::Other),
                actor: row.actor,
                action_detail: row.action_detail,
                success: row.success,
                error_message: row.error_message,
                context: json(row.context),
            },
            raw_type: known.is_none().then_some(row.event_type),
            created_at: row.created_at.into(),
        })
    }
}

/// A row of `readback_event`.
#[derive(sqlx::FromRow)]
pub(super) struct OwnRow {
    id: String,
    incident_id: Option<String>,
    kind: String,
    subject: String,
    actor: Option<String>,
    summary: String,
    success: Option<bool>,
    context: String,
    occurred_at: Micros,
    recorded_at: Micros,
}

impl From<OwnRow> for Entry {
    fn from(row: OwnRow) -> Self {
        Self::Own(row.into())
    }
}

impl From<OwnRow> for OwnEvent {
    /// A kind of a later console's stands as a note that says so.
    fn from(row: OwnRow) -> Self {
        let known = OwnKind::from_name(&row.kind);
        Self {
            id: row.id,
            incident_id: row.incident_id,
            kind: known.unwrap_or(OwnKind::Note),
            subject: row.subject,
            actor: row.actor,
            summary: if known.is_some() { row.summary } else { format!("{}: {}", row.kind, row.summary) },
            success: row.success,
            context: json(row.context),
            occurred_at: row.occurred_at.into(),
            recorded_at: Some(row.recorded_at.into()),
        }
    }
}

/// A row of `readback_review_event`.
#[derive(sqlx::FromRow)]
pub(super) struct RecordRow {
    pub(super) id: String,
    pub(super) scope: String,
    pub(super) seq: i64,
    pub(super) review: String,
    pub(super) version: i64,
    pub(super) hash: String,
    pub(super) body: Vec<u8>,
    pub(super) occurred_at: Micros,
    pub(super) recorded_at: Micros,
}

impl RecordRow {
    /// The record. Bytes that are none are an error that names it: leaving the step out could make a
    /// review look better than it is. One whose columns say something else than its bytes comes back with an
    /// empty hash, and holds nowhere.
    pub(super) fn recorded(&self) -> Result<Recorded, StoreError> {
        let mut recorded = chain::open(&self.body, &self.hash).ok_or_else(|| {
            StoreError::Refused(format!(
                "record {} of incident {} (event {}) is damaged, or a newer readback wrote it",
                self.seq, self.scope, self.id
            ))
        })?;
        if !self.agrees(&recorded) {
            recorded.hash.clear();
        }
        Ok(recorded)
    }

    /// The record, or that it is none, with its name.
    pub(super) fn checked(&self) -> Result<Recorded, Break> {
        self.recorded().map_err(|_| Break {
            scope: self.scope.clone(),
            seq: self.seq as u64,
            id: self.id.clone(),
            why: BreakKind::Unreadable,
        })
    }

    fn agrees(&self, recorded: &Recorded) -> bool {
        let event = &recorded.event;
        (&self.id, &self.scope, &self.review) == (&event.id, &event.incident_id, &event.review.0)
            && (self.seq as u64, self.version as u64) == (recorded.seq, event.expected_version.saturating_add(1))
            && self.recorded_at == recorded.recorded_at.into()
            && self.occurred_at == event.occurred_at.into()
    }

    /// The record as a row of the timeline; a damaged one says that it is.
    pub(super) fn entry(&self) -> Entry {
        let mut event = match self.recorded() {
            Ok(recorded) => mirror::mirror(&recorded),
            Err(_) => OwnEvent {
                id: String::new(),
                incident_id: Some(self.scope.clone()),
                kind: OwnKind::ReviewEvent,
                subject: self.review.clone(),
                actor: None,
                summary: "a review record that is damaged, or that a newer readback wrote".to_owned(),
                success: None,
                context: Value::Null,
                occurred_at: self.occurred_at.into(),
                recorded_at: Some(self.recorded_at.into()),
            },
        };
        // The page is ordered by the columns; the row must say the same as they do.
        event.id.clone_from(&self.id);
        event.occurred_at = self.occurred_at.into();
        Entry::Own(event)
    }
}

/// A row of `readback_chain_head`.
#[derive(sqlx::FromRow)]
pub(super) struct HeadRow {
    scope: String,
    seq: i64,
    hash: String,
    recorded_at: Micros,
}

impl From<HeadRow> for Head {
    fn from(row: HeadRow) -> Self {
        Self { scope: row.scope, seq: row.seq as u64, hash: row.hash, recorded_at: row.recorded_at.into() }
    }
}

/// What each table gave, one after the other.
pub(super) fn entries(log: Vec<LogRow>, own: Vec<OwnRow>, records: &[RecordRow]) -> Vec<Entry> {
    let own = own.into_iter().map(Entry::from);
    log.into_iter().map(Entry::from).chain(own).chain(records.iter().map(RecordRow::entry)).collect()
}

/// The first of these, from a place on.
pub(super) fn page(mut page: Vec<Entry>, place: Place<'_>, limit: u32) -> Vec<Entry> {
    page.sort_by(Entry::newest_first);
    if !place.is_older() {
        page.reverse();
    }
    page.truncate(limit as usize);
    page
}

fn json(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}
