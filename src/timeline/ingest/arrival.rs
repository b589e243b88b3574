//! One alert of a notification, and the row it becomes.

use super::alertmanager::{Alert, Webhook, typed};
use super::{Clean, claim, incident};
use crate::guard::Watch;
use crate::timeline::{EventType, NewOperation, stable_id};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The most labels of an alert, and the most annotations, that are kept.
const MOST_PAIRS: usize = 64;
/// The most characters of a label, and of an annotation.
const LABEL: usize = 1_000;
const ANNOTATION: usize = 4_000;
/// How exact a multiple of the timeout must be.
const EXACT: SignedDuration = SignedDuration::from_millis(50);

/// How notifications are read.
#[derive(Clone, Copy, Debug)]
pub struct Mapping<'a> {
    /// What must not be recorded.
    pub watch: &'a Watch,
    /// The label that names the incident.
    pub incident_label: Option<&'a str>,
    /// Alertmanager's `resolve_timeout`.
    pub resolve_timeout: SignedDuration,
    /// The most alerts of one notification.
    pub most_alerts: usize,
    /// When it came in.
    pub received: Timestamp,
}

/// What an alert does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It fires.
    Firing,
    /// It is said to have ended.
    Resolved,
}

/// An alert as it came in, cleaned.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Alertmanager's name of the label set.
    pub fingerprint: String,
    /// Since when it fires, as its sender claims.
    pub starts_at: Timestamp,
    /// What it does.
    pub status: Status,
    /// When it ended, as is claimed; `None` while it fires.
    pub ends_at: Option<Timestamp>,
    /// The incident that its label names.
    pub incident: Option<String>,
    /// How many places in it were withheld.
    pub withheld: usize,
    detail: String,
    context: Map<String, Value>,
    received: Timestamp,
}

/// Reads one alert.
pub(super) fn arrival(webhook: &Webhook, value: &Value, mapping: &Mapping<'_>) -> Result<Arrival, String> {
    let alert: Alert = typed(value)?;
    let status = match alert.status.as_str() {
        "firing" => Status::Firing,
        "resolved" => Status::Resolved,
        _ => return Err("its status is neither firing nor resolved".to_owned()),
    };
    if alert.starts_at.to_zoned(jiff::tz::TimeZone::UTC).year() <= 1 {
        return Err("its startsAt is none".to_owned());
    }
    // The year 1 is how Go writes "none".
    let ends_at = alert.ends_at.filter(|at| at.to_zoned(jiff::tz::TimeZone::UTC).year() > 1);
    let ends_at = ends_at.filter(|_| status == Status::Resolved);
    let mut clean = Clean::new(mapping.watch);
    let label = mapping.incident_label.and_then(|name| Some((name, alert.labels.get(name)?)));
    let incident = label.and_then(|(name, value)| incident::of_label(&mut clean, name, value));
    let (detail, mut context) = words(webhook, &alert, status, &mut clean);
    context.insert("starts_at".to_owned(), alert.starts_at.to_string().into());
    if let Some(ends_at) = ends_at {
        context.insert("ends_at".to_owned(), ends_at.to_string().into());
        timeout(&alert, ends_at, mapping.resolve_timeout, &mut context);
    }
    let withheld = clean.say(&mut context);
    let fingerprint = fingerprint(&alert);
    context.insert("fingerprint".to_owned(), fingerprint.clone().into());
    let (starts_at, received) = (alert.starts_at, mapping.received);
    Ok(Arrival { fingerprint, starts_at, status, ends_at, incident, withheld, detail, context, received })
}

/// What its row says.
fn words(webhook: &Webhook, alert: &Alert, status: Status, clean: &mut Clean<'_>) -> (String, Map<String, Value>) {
    let mut context = Map::new();
    let name = alert.labels.get("alertname").map_or("unnamed", String::as_str);
    let name = clean.line("labels.alertname", name, 100);
    for word in ["severity", "namespace"] {
        if let Some(value) = alert.labels.get(word) {
            context.insert(word.to_owned(), clean.named(&format!("labels.{word}"), word, value, 100).into());
        }
    }
    let labels = pairs(clean, "labels", &alert.labels, LABEL, &mut context);
    let annotations = pairs(clean, "annotations", &alert.annotations, ANNOTATION, &mut context);
    for (key, text) in [
        ("receiver", unquoted(&webhook.receiver).as_str()),
        ("group_key", &webhook.group_key),
        ("notification_reason", webhook.notification_reason.as_deref().unwrap_or_default()),
        ("generator_url", &alert.generator_url),
        ("external_url", &webhook.external_url),
    ] {
        if !text.is_empty() {
            context.insert(key.to_owned(), clean.line(key, text, 1_000).into());
        }
    }
    let said = ["summary", "message", "description"].iter().find_map(|key| annotations.get(*key)?.as_str());
    let said = said.map(|said| format!(": {}", said.replace('\n', " "))).unwrap_or_default();
    let word = if status == Status::Firing { "firing" } else { "resolved" };
    // What is missing is said first: the end may be cut.
    let cut = match webhook.truncated {
        0 => String::new(),
        count => {
            context.insert("truncated_alerts".to_owned(), count.into());
            format!(" ({count} more of its group were left out by the sender)")
        }
    };
    let detail = format!("{name} {word}{cut}{said}");
    context.insert("source".to_owned(), "alertmanager".into());
    context.insert("alert_name".to_owned(), name.into());
    context.insert("labels".to_owned(), labels.into());
    context.insert("annotations".to_owned(), annotations.into());
    // The words are clean already; this cuts them to the column.
    (clean.line("detail", &detail, 200), context)
}

/// Labels or annotations, each bounded; how many were left out is said.
fn pairs(
    clean: &mut Clean<'_>,
    at: &str,
    pairs: &BTreeMap<String, String>,
    most: usize,
    context: &mut Map<String, Value>,
) -> Map<String, Value> {
    if pairs.len() > MOST_PAIRS {
        context.insert(format!("{at}_left_out"), (pairs.len() - MOST_PAIRS).into());
    }
    let mut kept = Map::new();
    for (name, value) in pairs.iter().take(MOST_PAIRS) {
        let name = clean.name(at, name);
        let value = clean.named(&format!("{at}.{name}"), &name, value, most);
        kept.insert(name, value.into());
    }
    kept
}

/// Whether "resolved" may mean "nothing was heard any more". The payload does not say; what hints at it is an end that
/// lies a multiple of the timeout behind the start. Prometheus ends its alerts by its own clock and names itself in the
/// generator's URL, so of its alerts it is a suspicion only.
fn timeout(alert: &Alert, ends_at: Timestamp, limit: SignedDuration, context: &mut Map<String, Value>) {
    let (fired, limit_ms) = (ends_at.duration_since(alert.starts_at), limit.as_millis().max(1));
    let rest = fired.as_millis().rem_euclid(limit_ms);
    let is_multiple = fired >= limit - EXACT && rest.min(limit_ms - rest) <= EXACT.as_millis();
    context.insert("resolve_timeout_s".to_owned(), limit.as_secs().into());
    if is_multiple && alert.generator_url.is_empty() {
        context.insert("timeout".to_owned(), true.into());
    } else if is_multiple {
        context.insert("timeout_suspected".to_owned(), true.into());
    }
}

/// Alertmanager's own, or one made of the labels where an imitation sends none or something else.
fn fingerprint(alert: &Alert) -> String {
    let given = &alert.fingerprint;
    if (1..=16).contains(&given.len()) && given.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return given.to_ascii_lowercase();
    }
    let labels = alert.labels.iter().flat_map(|(name, value)| [name.as_str(), value]);
    stable_id(&labels.collect::<Vec<_>>())
}

/// The receiver's name is quoted as a regular expression: `web\.hook`.
fn unquoted(receiver: &str) -> String {
    let mut name = String::with_capacity(receiver.len());
    let mut chars = receiver.chars();
    while let Some(c) = chars.next() {
        name.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    name
}

impl Arrival {
    /// The id of the row that says it began to fire, the first time or again.
    pub fn firing_id(&self, again: u32) -> String {
        self.named("firing", "", again)
    }

    /// The row itself. `again` counts how often it began to fire anew after it was resolved, with the same start.
    pub fn row(&self, incident: &str, again: u32) -> NewOperation {
        let (id, kind, occurred) = match self.status {
            Status::Firing => (self.firing_id(again), EventType::AlertReceived, self.starts_at),
            Status::Resolved => {
                let end = self.ends_at.map(|at| at.to_string()).unwrap_or_default();
                (self.named("resolved", &end, again), EventType::Resolved, self.ends_at.unwrap_or(self.received))
            }
        };
        let mut context = self.context.clone();
        claim(&mut context, occurred, self.received);
        if again > 0 {
            context.insert("again".to_owned(), again.into());
        }
        operation(id, incident, kind, self.detail.clone(), context)
    }

    /// The row that it once fired, for one that is resolved: so that a notification that comes too late finds its row
    /// taken, and an alert of which only the end is told has a beginning.
    pub fn implied(&self, incident: &str) -> NewOperation {
        let mut context = self.context.clone();
        for key in ["ends_at", "timeout", "timeout_suspected", "resolve_timeout_s"] {
            context.remove(key);
        }
        claim(&mut context, self.starts_at, self.received);
        context.insert("implied".to_owned(), true.into());
        let detail = format!("fired before anybody told: {}", self.detail).chars().take(200).collect();
        operation(self.firing_id(0), incident, EventType::AlertReceived, detail, context)
    }

    /// The key by which a notification that comes twice is known.
    fn named(&self, status: &str, end: &str, again: u32) -> String {
        let (start, again) = (self.starts_at.to_string(), again.to_string());
        stable_id(&["alertmanager", &self.fingerprint, &start, status, end, &again])
    }
}

fn operation(
    id: String,
    incident: &str,
    event_type: EventType,
    detail: String,
    context: Map<String, Value>,
) -> NewOperation {
    NewOperation {
        incident_id: Some(incident.to_owned()),
        actor: Some("alertmanager".to_owned()),
        action_detail: Some(detail),
        context: context.into(),
        ..NewOperation::new(id, event_type)
    }
}
