//! The fields of a row that can be asked for by name.

use crate::timeline::Entry;
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// A field that has a text. One that the row does not have is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// The type's name.
    Type,
    /// The incident.
    Incident,
    /// Who.
    Actor,
    /// The alert's name.
    Alert,
    /// What an event of the console's own is about.
    Subject,
    /// What exactly.
    Detail,
    /// What went wrong.
    Error,
    /// The row's id.
    Id,
    /// The approval record.
    Approval,
    /// The audit record.
    AuditLog,
    /// The auto-repair execution.
    AutoRepair,
    /// A value of the context, by its dotted path (`context.severity`).
    Context(String),
}

/// What a field of the context is named by.
const CONTEXT: &str = "context.";

impl Field {
    /// The fields with a name of their own.
    pub const NAMED: [Self; 11] = [
        Self::Type,
        Self::Incident,
        Self::Actor,
        Self::Alert,
        Self::Subject,
        Self::Detail,
        Self::Error,
        Self::Id,
        Self::Approval,
        Self::AuditLog,
        Self::AutoRepair,
    ];

    /// Its name in a filter.
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Type => "type",
            Self::Incident => "incident",
            Self::Actor => "actor",
            Self::Alert => "alert",
            Self::Subject => "subject",
            Self::Detail => "detail",
            Self::Error => "error",
            Self::Id => "id",
            Self::Approval => "approval",
            Self::AuditLog => "audit_log",
            Self::AutoRepair => "auto_repair",
            Self::Context(path) => return Cow::Owned(format!("{CONTEXT}{path}")),
        })
    }

    /// The field of this name, whatever its case; the path into a context keeps its own.
    pub(super) fn named(name: &str) -> Option<Self> {
        let head = name.get(..CONTEXT.len()).filter(|head| head.eq_ignore_ascii_case(CONTEXT));
        if let (Some(_), Some(path)) = (head, name.get(CONTEXT.len()..)) {
            return (!path.is_empty()).then(|| Self::Context(path.to_owned()));
        }
        Self::NAMED.into_iter().find(|field| field.name().eq_ignore_ascii_case(name))
    }

    /// What the row has there. Foreign text.
    pub(super) fn of<'a>(&self, entry: &'a Entry) -> Cow<'a, str> {
        let text = match (self, entry) {
            (Self::Type, _) => Some(entry.type_name()),
            (Self::Incident, _) => entry.incident(),
            (Self::Actor, _) => entry.actor(),
            (Self::Alert, _) => entry.alert(),
            (Self::Detail, _) => Some(entry.detail()),
            (Self::Id, _) => Some(entry.id()),
            (Self::Subject, Entry::Own(event)) => Some(event.subject.as_str()),
            (Self::Error, Entry::Operation(operation)) => operation.row.error_message.as_deref(),
            (Self::Approval, Entry::Operation(operation)) => operation.row.approval_id.as_deref(),
            (Self::AuditLog, Entry::Operation(operation)) => operation.row.audit_log_id.as_deref(),
            (Self::AutoRepair, Entry::Operation(operation)) => operation.row.auto_repair_id.as_deref(),
            (Self::Context(path), _) => return at(entry.context(), path),
            _ => None,
        };
        Cow::Borrowed(text.unwrap_or_default())
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// The scalar at a dotted path.
fn at<'a>(context: &'a Value, path: &str) -> Cow<'a, str> {
    let step = |value: &'a Value, name: &str| match value {
        Value::Array(list) => name.parse::<usize>().ok().and_then(|index| list.get(index)),
        _ => value.get(name),
    };
    let found = path.split('.').try_fold(context, step);
    match found {
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => Cow::Owned(value.to_string()),
        _ => Cow::Borrowed(""),
    }
}

/// Whether any text of the row satisfies this, the context's names and values included.
pub(super) fn any_text(entry: &Entry, holds: &impl Fn(&str) -> bool) -> bool {
    Field::NAMED.iter().any(|field| holds(&field.of(entry))) || any_value(entry.context(), holds)
}

fn any_value(value: &Value, holds: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => holds(text),
        Value::Array(list) => list.iter().any(|item| any_value(item, holds)),
        Value::Object(map) => map.iter().any(|(name, item)| holds(name) || any_value(item, holds)),
        Value::Number(_) | Value::Bool(_) => holds(&value.to_string()),
        Value::Null => false,
    }
}
