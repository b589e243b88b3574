//! The rows of the timeline.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The enum `alert_event_type` of `alert_operation_log`; names and order are the database's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EventType {
    /// An alert came in.
    AlertReceived,
    /// The chat was told.
    TelegramSent,
    /// A person did something.
    UserAction,
    /// Auto-repair was triggered.
    AutoRepairTriggered,
    /// An execution started.
    ExecutionStarted,
    /// An execution ended, well or not.
    ExecutionCompleted,
    /// The chat was told of the result.
    TelegramResultSent,
    /// The alert resolved: cleared, not verified.
    Resolved,
    /// The alert was silenced.
    Silenced,
    /// The alert was escalated.
    Escalated,
    /// A value of the enum that this console does not know: another program's database is ahead. Its
    /// name stands in [`Operation::raw_type`]. It is read, never written.
    Other,
}

impl EventType {
    /// Every type this console knows and may write, in the database's order.
    pub const ALL: [Self; 10] = [
        Self::AlertReceived,
        Self::TelegramSent,
        Self::UserAction,
        Self::AutoRepairTriggered,
        Self::ExecutionStarted,
        Self::ExecutionCompleted,
        Self::TelegramResultSent,
        Self::Resolved,
        Self::Silenced,
        Self::Escalated,
    ];

    /// The database's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AlertReceived => "ALERT_RECEIVED",
            Self::TelegramSent => "TELEGRAM_SENT",
            Self::UserAction => "USER_ACTION",
            Self::AutoRepairTriggered => "AUTO_REPAIR_TRIGGERED",
            Self::ExecutionStarted => "EXECUTION_STARTED",
            Self::ExecutionCompleted => "EXECUTION_COMPLETED",
            Self::TelegramResultSent => "TELEGRAM_RESULT_SENT",
            Self::Resolved => "RESOLVED",
            Self::Silenced => "SILENCED",
            Self::Escalated => "ESCALATED",
            Self::Other => "OTHER",
        }
    }

    /// The type with this database name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A row to be appended to `alert_operation_log`. The database gives it its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewOperation {
    /// The row's id, a UUID made by the writer: appending the same id again changes nothing.
    pub id: String,
    /// The incident, at most 30 characters.
    pub incident_id: Option<String>,
    /// The approval record.
    pub approval_id: Option<String>,
    /// The audit record.
    pub audit_log_id: Option<String>,
    /// The auto-repair execution.
    pub auto_repair_id: Option<String>,
    /// What kind of step.
    pub event_type: EventType,
    /// Who, at most 100 characters; the console writes `console:<user>`.
    pub actor: Option<String>,
    /// What exactly, at most 200 characters.
    pub action_detail: Option<String>,
    /// `None` where it does not apply.
    pub success: Option<bool>,
    /// What went wrong.
    pub error_message: Option<String>,
    /// An object.
    pub context: Value,
}

impl NewOperation {
    /// A row of this type that says nothing else.
    pub fn new(id: impl Into<String>, event_type: EventType) -> Self {
        Self {
            id: id.into(),
            incident_id: None,
            approval_id: None,
            audit_log_id: None,
            auto_repair_id: None,
            event_type,
            actor: None,
            action_detail: None,
            success: None,
            error_message: None,
            context: Value::Object(serde_json::Map::new()),
        }
    }
}

/// A row of `alert_operation_log` as read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// What was written.
    #[serde(flatten)]
    pub row: NewOperation,
    /// The database's name of the type where it is [`EventType::Other`]; foreign text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_type: Option<String>,
    /// `created_at`.
    pub created_at: Timestamp,
}

/// The kinds of the console's own events; they stand in the console's own table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OwnKind {
    /// A probe's verdict changed.
    ProbeChanged,
    /// What a probe said once an hour, where nothing changed; for its strip, in no page of the timeline.
    ProbeSampled,
    /// The recovery gate was green after a RESOLVED: the second of the two clocks stops.
    RecoveryVerified,
    /// A container was restarted or recreated: what was known before.
    RestartSeen,
    /// What was read back after it, beside what was known before.
    RestartRead,
    /// The configuration changed.
    ConfigChanged,
    /// A step of a review (mirrored from the review's own records).
    ReviewEvent,
    /// A person's note on a row.
    Annotated,
    /// A person's correction of a row's words, or of a note; the row stays as it is.
    Corrected,
    /// Something about the console itself.
    Note,
}

impl OwnKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::ProbeChanged,
        Self::ProbeSampled,
        Self::RecoveryVerified,
        Self::RestartSeen,
        Self::RestartRead,
        Self::ConfigChanged,
        Self::ReviewEvent,
        Self::Annotated,
        Self::Corrected,
        Self::Note,
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ProbeChanged => "PROBE_CHANGED",
            Self::ProbeSampled => "PROBE_SAMPLED",
            Self::RecoveryVerified => "RECOVERY_VERIFIED",
            Self::RestartSeen => "RESTART_SEEN",
            Self::RestartRead => "RESTART_READ",
            Self::ConfigChanged => "CONFIG_CHANGED",
            Self::ReviewEvent => "REVIEW_EVENT",
            Self::Annotated => "ANNOTATED",
            Self::Corrected => "CORRECTED",
            Self::Note => "NOTE",
        }
    }

    /// Whether it is a person's words about another row.
    pub fn is_annotation(self) -> bool {
        matches!(self, Self::Annotated | Self::Corrected)
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// An event of the console's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnEvent {
    /// A UUID made by the writer.
    pub id: String,
    /// The incident it belongs to, where it is known.
    pub incident_id: Option<String>,
    /// What kind.
    pub kind: OwnKind,
    /// What it is about: a probe, a key, a review.
    pub subject: String,
    /// Who or what caused it.
    pub actor: Option<String>,
    /// One line.
    pub summary: String,
    /// `None` where it does not apply.
    pub success: Option<bool>,
    /// Facts; never a value that is secret.
    pub context: Value,
    /// When it happened, as its author claims.
    pub occurred_at: Timestamp,
    /// When the database recorded it; `None` before it has.
    pub recorded_at: Option<Timestamp>,
}

/// A place in the merged timeline: at a row, or before the first row of a moment where the id is empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// The time of the row it stands at.
    pub at: Timestamp,
    /// The id of that row.
    pub id: String,
}

/// Which way the timeline is gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// To older rows.
    Older,
    /// To newer rows.
    Newer,
}

/// One row of the merged timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Entry {
    /// From `alert_operation_log`.
    Operation(Operation),
    /// The console's own.
    Own(OwnEvent),
}

impl Entry {
    /// Whether it tells of a step of a review: what a person did with what happened, not what happened.
    pub fn is_step_of_a_review(&self) -> bool {
        let is_own = matches!(self, Self::Own(event) if event.kind == OwnKind::ReviewEvent);
        is_own || self.context().get("review_id").is_some()
    }

    /// The time it stands at.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Operation(operation) => operation.created_at,
            Self::Own(event) => event.occurred_at,
        }
    }

    /// When it was recorded, by the database's clock; `None` where it is not recorded yet. The log has one time for both.
    pub fn recorded_at(&self) -> Option<Timestamp> {
        match self {
            Self::Operation(operation) => Some(operation.created_at),
            Self::Own(event) => event.recorded_at,
        }
    }

    /// The row of `alert_operation_log`, where it is one.
    pub fn into_operation(self) -> Option<Operation> {
        match self {
            Self::Operation(operation) => Some(operation),
            Self::Own(_) => None,
        }
    }

    /// The row's id.
    pub fn id(&self) -> &str {
        match self {
            Self::Operation(operation) => &operation.row.id,
            Self::Own(event) => &event.id,
        }
    }

    /// The place it stands at.
    pub fn cursor(&self) -> Cursor {
        Cursor { at: self.at(), id: self.id().to_owned() }
    }

    /// The type's name, as stored. Of a type this console does not know it is foreign text.
    pub fn type_name(&self) -> &str {
        match self {
            Self::Operation(operation) => {
                operation.raw_type.as_deref().unwrap_or_else(|| operation.row.event_type.name())
            }
            Self::Own(event) => event.kind.name(),
        }
    }

    /// The type, where it is a row of `alert_operation_log`.
    pub fn event_type(&self) -> Option<EventType> {
        match self {
            Self::Operation(operation) => Some(operation.row.event_type),
            Self::Own(_) => None,
        }
    }

    /// The alert's name, where the row gives one. Foreign text.
    pub fn alert(&self) -> Option<&str> {
        self.context().get("alert_name")?.as_str()
    }

    /// The incident, where it has one.
    pub fn incident(&self) -> Option<&str> {
        match self {
            Self::Operation(operation) => operation.row.incident_id.as_deref(),
            Self::Own(event) => event.incident_id.as_deref(),
        }
    }

    /// Who, where it is known. Foreign text: sanitise it before it is drawn.
    pub fn actor(&self) -> Option<&str> {
        match self {
            Self::Operation(operation) => operation.row.actor.as_deref(),
            Self::Own(event) => event.actor.as_deref(),
        }
    }

    /// What exactly. Foreign text.
    pub fn detail(&self) -> &str {
        match self {
            Self::Operation(operation) => operation.row.action_detail.as_deref().unwrap_or(""),
            Self::Own(event) => &event.summary,
        }
    }

    /// Whether it went well, where that applies.
    pub fn success(&self) -> Option<bool> {
        match self {
            Self::Operation(operation) => operation.row.success,
            Self::Own(event) => event.success,
        }
    }

    /// What goes with it. Foreign.
    pub fn context(&self) -> &Value {
        match self {
            Self::Operation(operation) => &operation.row.context,
            Self::Own(event) => &event.context,
        }
    }

    /// Whether it was put in from another service's old records: it tells of the past, and of nothing that is now. It
    /// stands where it was recorded.
    pub fn is_history(&self) -> bool {
        matches!(self, Self::Operation(row) if row.row.context.get("backfill").is_some())
    }

    /// When it happened: of an old record what it claims, of anything else the time it stands at.
    pub fn happened_at(&self) -> Timestamp {
        let claim = || self.context().get("occurred_at")?.as_str()?.parse().ok();
        if self.is_history() { claim().unwrap_or_else(|| self.at()) } else { self.at() }
    }

    /// Newest first; ties in a fixed order, so that a page is always the same page.
    pub fn newest_first(&self, other: &Self) -> std::cmp::Ordering {
        other.at().cmp(&self.at()).then_with(|| other.id().cmp(self.id()))
    }
}
