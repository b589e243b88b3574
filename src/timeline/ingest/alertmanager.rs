//! Alertmanager's webhook, version 4. What it does not say in its documentation, and does: `endsAt` of the year 1 for
//! "none", a receiver quoted as a regular expression, fields that a later version adds.

use super::arrival::{self, Arrival, Mapping};
use super::incident;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, error::Category};
use std::collections::BTreeMap;

/// A notification. Fields that are not named here are ignored.
#[derive(Debug, Deserialize)]
pub(super) struct Webhook {
    version: String,
    #[serde(rename = "groupKey", default)]
    pub(super) group_key: String,
    #[serde(rename = "truncatedAlerts", default)]
    pub(super) truncated: u64,
    #[serde(default)]
    pub(super) receiver: String,
    #[serde(default)]
    pub(super) notification_reason: Option<String>,
    #[serde(rename = "externalURL", default)]
    pub(super) external_url: String,
    alerts: Option<Vec<Value>>,
}

/// An alert of a notification.
#[derive(Debug, Deserialize)]
pub(super) struct Alert {
    pub(super) status: String,
    pub(super) labels: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) annotations: BTreeMap<String, String>,
    #[serde(rename = "startsAt")]
    pub(super) starts_at: Timestamp,
    #[serde(rename = "endsAt", default)]
    pub(super) ends_at: Option<Timestamp>,
    #[serde(rename = "generatorURL", default)]
    pub(super) generator_url: String,
    #[serde(default)]
    pub(super) fingerprint: String,
}

/// A part that can't be taken for what it should be. It says where, what and how long, never what stood there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poison {
    /// `the payload`, or `alerts[3]`.
    pub at: String,
    /// What is wrong.
    pub why: String,
    /// How many bytes are not recorded.
    pub length: usize,
}

/// What a notification tells.
#[derive(Clone, Debug, Default)]
pub struct Notification {
    /// Its alerts, in its order.
    pub arrivals: Vec<Arrival>,
    /// What in it could not be taken.
    pub poison: Vec<Poison>,
    /// How many alerts its sender left out (`max_alerts`): the log does not have them.
    pub truncated: u64,
    /// The incident of its group, for alerts that have none yet.
    pub incident: String,
}

/// Reads a notification. Total: what can't be read is [`Poison`].
pub fn notification(body: &[u8], mapping: &Mapping<'_>) -> Notification {
    let webhook = match read(body, mapping) {
        Ok(webhook) => webhook,
        Err(poison) => return Notification { poison: vec![poison], ..Notification::default() },
    };
    let mut told = Notification { truncated: webhook.truncated, ..Notification::default() };
    for (index, value) in webhook.alerts.iter().flatten().enumerate() {
        match arrival::arrival(&webhook, value, mapping) {
            Ok(arrival) => told.arrivals.push(arrival),
            Err(why) => {
                let length = value.to_string().len();
                told.poison.push(Poison { at: format!("alerts[{index}]"), why, length });
            }
        }
    }
    let first = told.arrivals.iter().map(|arrival| arrival.starts_at).min();
    told.incident = incident::of_group(&webhook.group_key, first.unwrap_or(mapping.received));
    told
}

fn read(body: &[u8], mapping: &Mapping<'_>) -> Result<Webhook, Poison> {
    let poison = |why: String| Poison { at: "the payload".to_owned(), why, length: body.len() };
    let webhook: Webhook = serde_json::from_slice(body).map_err(|error| poison(wrong(&error)))?;
    if webhook.version != "4" {
        return Err(poison("not version \"4\" of Alertmanager's webhook".to_owned()));
    }
    if webhook.alerts.iter().flatten().count() > mapping.most_alerts {
        return Err(poison(format!("more than {} alerts; set max_alerts in Alertmanager", mapping.most_alerts)));
    }
    Ok(webhook)
}

/// A value as the type it should be; the error says what is wrong without repeating anything.
pub(super) fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    T::deserialize(value).map_err(|_| {
        "not an alert: status, labels (texts) and startsAt (RFC 3339) are needed, endsAt must be a time".to_owned()
    })
}

/// serde's own words may repeat what stood there.
fn wrong(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        Category::Syntax => "not JSON",
        Category::Eof => "JSON that ends too early",
        Category::Data => "not a notification of Alertmanager",
        Category::Io => "unreadable",
    };
    format!("{what}, at line {} column {}", error.line(), error.column())
}
