//! What the log tells of already, whoever wrote it: asked before old records are put beside it.

use super::deadline::in_time;
use super::sqlx_error::from_sqlx;
use super::{AnyStore, MemoryStore, StoreError};
use crate::timeline::{EventType, NewOperation, Operation};
use std::collections::HashSet;

/// How a row of the log names what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    /// The incident.
    Incident,
    /// The approval record.
    Approval,
    /// The audit record.
    AuditLog,
}

impl Reference {
    /// What a row of this type is about first of all, where it is about one of these.
    pub fn of(row: &NewOperation) -> Option<(Self, &str)> {
        let (reference, id) = match row.event_type {
            EventType::AlertReceived | EventType::Resolved => (Self::Incident, &row.incident_id),
            EventType::TelegramSent | EventType::UserAction => (Self::Approval, &row.approval_id),
            _ => (Self::AuditLog, &row.audit_log_id),
        };
        Some((reference, id.as_deref()?))
    }

    fn in_row(self, row: &NewOperation) -> Option<&str> {
        match self {
            Self::Incident => row.incident_id.as_deref(),
            Self::Approval => row.approval_id.as_deref(),
            Self::AuditLog => row.audit_log_id.as_deref(),
        }
    }

    fn on_postgres(self) -> &'static str {
        match self {
            Self::Incident => {
                "SELECT DISTINCT incident_id::text FROM alert_operation_log
                 WHERE event_type = $1::text::alert_event_type AND incident_id = ANY($2::text[])
                   AND context -> 'backfill' IS NULL"
            }
            Self::Approval => {
                "SELECT DISTINCT approval_id::text FROM alert_operation_log
                 WHERE event_type = $1::text::alert_event_type AND approval_id = ANY($2::text[])
                   AND context -> 'backfill' IS NULL"
            }
            Self::AuditLog => {
                "SELECT DISTINCT audit_log_id::text FROM alert_operation_log
                 WHERE event_type = $1::text::alert_event_type AND audit_log_id = ANY($2::text[])
                   AND context -> 'backfill' IS NULL"
            }
        }
    }

    fn on_sqlite(self) -> &'static str {
        match self {
            Self::Incident => {
                "SELECT DISTINCT incident_id FROM alert_operation_log
                 WHERE event_type = $1 AND incident_id IN (SELECT value FROM json_each($2))
                   AND CASE WHEN json_valid(context) THEN context ->> '$.backfill' END IS NULL"
            }
            Self::Approval => {
                "SELECT DISTINCT approval_id FROM alert_operation_log
                 WHERE event_type = $1 AND approval_id IN (SELECT value FROM json_each($2))
                   AND CASE WHEN json_valid(context) THEN context ->> '$.backfill' END IS NULL"
            }
            Self::AuditLog => {
                "SELECT DISTINCT audit_log_id FROM alert_operation_log
                 WHERE event_type = $1 AND audit_log_id IN (SELECT value FROM json_each($2))
                   AND CASE WHEN json_valid(context) THEN context ->> '$.backfill' END IS NULL"
            }
        }
    }
}

impl AnyStore {
    /// Of these ids, those that a row of this type names already. Rows that a backfill put there are not asked: their own
    /// ids tell them apart, and where one was cut off, another record of the same incident is still to be told.
    pub async fn told(
        &self,
        kind: EventType,
        reference: Reference,
        ids: &[String],
    ) -> Result<HashSet<String>, StoreError> {
        let told: Vec<String> = match self {
            Self::Sqlite(store) => {
                let ids = serde_json::to_string(ids).unwrap_or_default();
                let asked = sqlx::query_scalar(reference.on_sqlite()).bind(kind.name()).bind(ids);
                in_time(async { asked.fetch_all(store.pool()).await.map_err(from_sqlx) }).await?
            }
            Self::Postgres(store) => {
                let asked = sqlx::query_scalar(reference.on_postgres()).bind(kind.name()).bind(ids);
                in_time(async {
                    let mut lease = store.lease().await?;
                    let told = asked.fetch_all(lease.connection()).await.map_err(from_sqlx)?;
                    lease.give_back();
                    Ok(told)
                })
                .await?
            }
            Self::Memory(store) => in_memory(store, kind, reference, ids),
        };
        Ok(told.into_iter().collect())
    }
}

fn in_memory(store: &MemoryStore, kind: EventType, reference: Reference, ids: &[String]) -> Vec<String> {
    let rows = store.operations();
    let is_told = |row: &&Operation| row.row.event_type == kind && row.row.context.get("backfill").is_none();
    let of_kind = rows.iter().filter(is_told);
    let named = of_kind.filter_map(|row| reference.in_row(&row.row).map(str::to_owned));
    named.filter(|id| ids.contains(id)).collect()
}
