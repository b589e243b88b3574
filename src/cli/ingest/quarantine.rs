//! What could not be taken, or never came, stands in the timeline as an event of its own: what was wrong, where, how long it
//! was and its fingerprint, never what it was.

use crate::guard::Fingerprinter;
use crate::timeline::ingest::{Notification, Poison};
use crate::timeline::{OwnEvent, OwnKind, stable_id};
use jiff::Timestamp;
use serde_json::json;

/// The most events of one request.
const MOST: usize = 20;
/// What the events are about.
const SUBJECT: &str = "ingest:alertmanager";

/// The events of a request whose body held this. The same body makes the same events, so one that is sent again adds
/// none. The fingerprint is under this machine's key: a digest could be searched back where the body is short.
pub(super) fn events(poison: &[Poison], body: &[u8], key: &Fingerprinter, now: Timestamp) -> Vec<OwnEvent> {
    if poison.is_empty() {
        return Vec::new();
    }
    let digest = serde_json::to_value(key.of(body)).unwrap_or_default();
    let digest = digest.as_str().unwrap_or_default();
    let left_out = poison.len().saturating_sub(MOST);
    let event = |(index, Poison { at, why, length }): (usize, &Poison)| {
        let more =
            if left_out > 0 && index + 1 == MOST { format!(" (and {left_out} more like it)") } else { String::new() };
        let context = json!({
            "quarantined": true, "at": at, "why": why, "length": length,
            "payload": { "length": body.len(), "fingerprint": digest },
        });
        let summary = format!("withheld {at} of a notification: {why}; {length} bytes{more}");
        own(stable_id(&["quarantine", digest, at]), summary, context, now)
    };
    poison.iter().take(MOST).enumerate().map(event).collect()
}

/// The event of a request that was too large to be read: one a minute for each length.
pub(super) fn too_large(length: Option<u64>, most: usize, now: Timestamp) -> OwnEvent {
    let said = length.map_or_else(|| format!("more than {most}"), |length| length.to_string());
    let minute = (now.as_second() / 60).to_string();
    let summary = format!(
        "refused a notification of {said} bytes, {most} are taken: its alerts are not in the log; set max_alerts in \
         Alertmanager, or ingest.max_bytes"
    );
    let context = json!({ "quarantined": true, "at": "the payload", "why": "too large", "length": length });
    own(stable_id(&["too_large", &said, &minute]), summary, context, now)
}

/// The event that a sender left alerts out (`max_alerts`): once for each number of them while the group fires. The rows that
/// are new say so too, but all that came may be known already.
pub(super) fn left_out(told: &Notification, now: Timestamp) -> Option<OwnEvent> {
    let count = told.truncated;
    let summary = format!(
        "{count} more alerts of a group were left out by the sender: they are not in the log; raise max_alerts in Alertmanager"
    );
    let context = json!({ "truncated_alerts": count, "group": told.incident });
    let id = stable_id(&["left_out", &told.incident, &count.to_string()]);
    (count > 0).then(|| own(id, summary, context, now))
}

fn own(id: String, summary: String, context: serde_json::Value, now: Timestamp) -> OwnEvent {
    OwnEvent {
        id,
        incident_id: None,
        kind: OwnKind::Note,
        subject: SUBJECT.to_owned(),
        actor: Some("readback:ingest".to_owned()),
        summary,
        success: Some(false),
        context,
        occurred_at: now,
        recorded_at: None,
    }
}
