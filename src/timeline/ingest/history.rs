//! Rows from what another service kept in tables of its own: its incidents, its approval records, its audit log. A
//! record is a JSON object; which of its columns means what is configuration.

use super::fields::{Fields, Refused};
use super::{Clean, claim};
use crate::guard::Watch;
use crate::timeline::{EventType, NewOperation, stable_id};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Where a record comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// An incident: `ALERT_RECEIVED`, and `RESOLVED` where it says when.
    Incidents,
    /// An approval record: `TELEGRAM_SENT`, and `USER_ACTION` once it was decided.
    Approvals,
    /// A line of the audit log: `EXECUTION_COMPLETED`.
    AuditLogs,
}

impl Source {
    /// All, in the order in which they are read.
    pub const ALL: [Self; 3] = [Self::Incidents, Self::Approvals, Self::AuditLogs];

    /// What its table is called unless configured.
    pub fn table(self) -> &'static str {
        match self {
            Self::Incidents => "incidents",
            Self::Approvals => "approval_records",
            Self::AuditLogs => "audit_logs",
        }
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Incidents => "incidents",
            Self::Approvals => "approvals",
            Self::AuditLogs => "audit_logs",
        }
    }
}

/// What the columns of a table are called. One that a record does not have says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Columns {
    /// The table; what it is of, where it is left out.
    pub table: Option<String>,
    /// The record's id.
    pub id: String,
    /// When it happened: the alert came in, the approval was asked for, the execution ended.
    pub time: String,
    /// The incident it belongs to; of an incident, its own reference.
    pub incident: String,
    /// The alert's name.
    pub alert: String,
    /// The severity.
    pub severity: String,
    /// The namespace.
    pub namespace: String,
    /// When the incident was resolved.
    pub resolved: String,
    /// The approval that an execution was for.
    pub approval: String,
    /// What was decided; or what was executed.
    pub action: String,
    /// Who decided; or who executed.
    pub actor: String,
    /// When it was decided.
    pub decided: String,
    /// How it went.
    pub success: String,
    /// What went wrong.
    pub error: String,
}

impl Default for Columns {
    fn default() -> Self {
        let [id, time, incident, alert, severity, namespace, resolved] =
            ["id", "created_at", "incident_id", "alert_name", "severity", "namespace", "resolved_at"]
                .map(str::to_owned);
        let [approval, action, actor, decided, success, error] =
            ["approval_id", "action", "actor", "decided_at", "success", "error_message"].map(str::to_owned);
        Self {
            table: None,
            id,
            time,
            incident,
            alert,
            severity,
            namespace,
            resolved,
            approval,
            action,
            actor,
            decided,
            success,
            error,
        }
    }
}

impl Columns {
    /// Every column by its name.
    pub fn names(&self) -> [&str; 13] {
        [
            &self.id,
            &self.time,
            &self.incident,
            &self.alert,
            &self.severity,
            &self.namespace,
            &self.resolved,
            &self.approval,
            &self.action,
            &self.actor,
            &self.decided,
            &self.success,
            &self.error,
        ]
    }

    /// Those without which the rows of a source lack something.
    pub fn telling(&self, source: Source) -> Vec<&str> {
        let mut names: Vec<&str> = vec![&self.id, &self.time, &self.incident];
        match source {
            Source::Incidents => names.extend([&*self.alert, &self.severity, &self.namespace, &self.resolved]),
            Source::Approvals => names.extend([&*self.action, &self.actor, &self.decided]),
            Source::AuditLogs => names.extend([&*self.action, &self.actor, &self.success, &self.error]),
        }
        names
    }
}

/// How records are read.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    /// The table.
    pub source: Source,
    /// Its columns.
    pub columns: &'a Columns,
    /// The zone of times that name none.
    pub zone: &'a TimeZone,
    /// What must not be recorded.
    pub watch: &'a Watch,
    /// When it is read.
    pub received: Timestamp,
}

impl History<'_> {
    /// The rows that a record makes, each with the time it is claimed to have happened.
    pub fn rows(&self, record: &Map<String, Value>) -> Result<Vec<(Timestamp, NewOperation)>, Refused> {
        let (fields, columns) = (Fields(record), self.columns);
        let id = fields.required(&columns.id, 36)?;
        let at = fields.time(&columns.time, Some(self.zone))?;
        let at = at.ok_or_else(|| Refused(format!("{} is missing", columns.time)))?;
        let mut rows = Vec::new();
        match self.source {
            Source::Incidents => {
                rows.push(self.row(record, &id, EventType::AlertReceived, at)?);
                if let Some(resolved) = fields.time(&columns.resolved, Some(self.zone))? {
                    rows.push(self.row(record, &id, EventType::Resolved, resolved)?);
                }
            }
            Source::Approvals => {
                rows.push(self.row(record, &id, EventType::TelegramSent, at)?);
                if let Some(decided) = fields.time(&columns.decided, Some(self.zone))? {
                    rows.push(self.row(record, &id, EventType::UserAction, decided)?);
                }
            }
            Source::AuditLogs => rows.push(self.row(record, &id, EventType::ExecutionCompleted, at)?),
        }
        Ok(rows)
    }

    fn row(
        &self,
        record: &Map<String, Value>,
        id: &str,
        event_type: EventType,
        occurred: Timestamp,
    ) -> Result<(Timestamp, NewOperation), Refused> {
        let (fields, columns) = (Fields(record), self.columns);
        let mut clean = Clean::new(self.watch);
        let mut context = Map::new();
        for (key, column) in
            [("alert_name", &columns.alert), ("severity", &columns.severity), ("namespace", &columns.namespace)]
        {
            if let Some(text) = fields.text(column, 1_000)? {
                context.insert(key.to_owned(), clean.named(column, key, &text, 1_000).into());
            }
        }
        // The context says where the row comes from: the record stays where it is.
        context.insert("backfill".to_owned(), self.source.name().into());
        context.insert("record".to_owned(), clean.line(&columns.id, id, 36).into());
        claim(&mut context, occurred, self.received);
        let mut text = |column: &str, most: usize| -> Result<Option<String>, Refused> {
            Ok(fields.text(column, usize::MAX)?.map(|text| clean.line(column, &text, most)))
        };
        let incident = fields.text(&columns.incident, 30)?;
        // Of an incident the reference, or where it has no other, its id.
        let own = (self.source == Source::Incidents && id.chars().count() <= 30).then(|| id.to_owned());
        let is_told = event_type != EventType::TelegramSent;
        let row = NewOperation {
            incident_id: incident.or(own).map(|incident| crate::guard::line(&incident).into_owned()),
            approval_id: match self.source {
                Source::Approvals => Some(id.to_owned()),
                Source::Incidents | Source::AuditLogs => text(&columns.approval, 36)?,
            },
            audit_log_id: (self.source == Source::AuditLogs).then(|| id.to_owned()),
            actor: match self.source {
                Source::Incidents => Some("alertmanager".to_owned()),
                _ if !is_told => Some("system".to_owned()),
                _ => text(&columns.actor, 100)?,
            },
            action_detail: if is_told { text(&columns.action, 200)? } else { None },
            success: match event_type {
                EventType::AlertReceived | EventType::Resolved => None,
                // A record of a message or of a decision says that there was one.
                EventType::TelegramSent | EventType::UserAction => fields.flag(&columns.success)?.or(Some(true)),
                _ => fields.flag(&columns.success)?,
            },
            error_message: if is_told { text(&columns.error, 16_000)? } else { None },
            context: Value::Null,
            ..NewOperation::new(stable_id(&["backfill", self.source.name(), id, event_type.name()]), event_type)
        };
        clean.say(&mut context);
        Ok((occurred, NewOperation { context: context.into(), ..row }))
    }
}
