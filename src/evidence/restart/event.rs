//! A restart and its readback as the console's own events. Their ids follow from the container's life, so two
//! consoles that see the same record one.

use super::{INTERRUPTED_AFTER, Life, Outcome, Pair, Restart};
use crate::timeline::{Entry, OwnEvent, OwnKind, stable_id};
use jiff::Timestamp;
use serde_json::json;

/// A restart in the log that nobody has read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The container's probe.
    pub probe: String,
    /// Its life.
    pub life: Life,
    /// From when on it counts as interrupted.
    pub over_at: Timestamp,
    incident: Option<String>,
}

fn id(what: &str, probe: &str, life: &Life) -> String {
    stable_id(&[what, probe, &life.container, &life.started_at.to_string()])
}

impl Restart {
    /// The event that tells of it, with what was known before.
    pub fn event(&self, incident: Option<&str>, actor: &str) -> OwnEvent {
        OwnEvent {
            id: id("restart_seen", &self.probe.0, &self.life),
            incident_id: incident.map(str::to_owned),
            kind: OwnKind::RestartSeen,
            subject: self.probe.0.clone(),
            actor: Some(actor.chars().take(100).collect()),
            summary: format!("{} was {}; it is read back 30 s and 60 s after its start", self.probe, self.how.word()),
            success: None,
            context: json!({
                "life": self.life,
                "how": self.how,
                "before": { "digest": self.before.digest(), "looked": self.before },
            }),
            occurred_at: self.noticed_at,
            recorded_at: None,
        }
    }
}

impl Pair {
    /// The event that tells of it: both states with their digests.
    pub fn event(&self, incident: Option<&str>, actor: &str) -> OwnEvent {
        let restart = &self.restart;
        let last = self.after.iter().rev().find_map(|round| round.looked.as_ref());
        OwnEvent {
            id: id("restart_read", &restart.probe.0, &restart.life),
            incident_id: incident.map(str::to_owned),
            kind: OwnKind::RestartRead,
            subject: restart.probe.0.clone(),
            actor: Some(actor.chars().take(100).collect()),
            summary: format!("{} was {}: {}", restart.probe, restart.how.word(), self.why),
            success: match self.outcome {
                Outcome::Pass => Some(true),
                Outcome::Fail => Some(false),
                Outcome::Unknown | Outcome::Interrupted => None,
            },
            context: json!({
                "life": restart.life,
                "how": restart.how,
                "outcome": self.outcome,
                "before": { "digest": restart.before.digest(), "looked": restart.before },
                "after": { "digest": last.map(super::Looked::digest), "rounds": self.after },
                "differs": self.differs,
            }),
            occurred_at: self.read_at,
            recorded_at: None,
        }
    }
}

/// The restarts since then that nobody has read back, newest first. `entries` are newest first.
pub fn unread(entries: &[Entry], since: Timestamp) -> Vec<Unread> {
    let mut read: Vec<&str> = Vec::new();
    let mut unread = Vec::new();
    for entry in entries.iter().take_while(|entry| entry.at() >= since) {
        let Entry::Own(event) = entry else { continue };
        match event.kind {
            OwnKind::RestartRead => read.push(&event.id),
            OwnKind::RestartSeen => {
                let life = event.context.get("life").cloned();
                let Some(life) = life.and_then(|life| serde_json::from_value::<Life>(life).ok()) else { continue };
                let over_at = event.occurred_at.checked_add(INTERRUPTED_AFTER).unwrap_or(Timestamp::MAX);
                if !read.contains(&id("restart_read", &event.subject, &life).as_str()) {
                    let (probe, incident) = (event.subject.clone(), event.incident_id.clone());
                    unread.push(Unread { probe, life, over_at, incident });
                }
            }
            _ => {}
        }
    }
    unread
}

/// The event that says that nobody was there to read it back. It proves nothing, and never will.
pub fn interrupted(of: &Unread, actor: &str, now: Timestamp) -> OwnEvent {
    OwnEvent {
        id: id("restart_read", &of.probe, &of.life),
        incident_id: of.incident.clone(),
        kind: OwnKind::RestartRead,
        subject: of.probe.clone(),
        actor: Some(actor.chars().take(100).collect()),
        summary: format!("{}: the readback after its restart was interrupted; nothing is known of it", of.probe),
        success: None,
        context: json!({ "life": of.life, "outcome": Outcome::Interrupted }),
        occurred_at: now,
        recorded_at: None,
    }
}

impl super::How {
    /// The word for a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Restarted => "restarted",
            Self::Recreated => "recreated",
        }
    }
}
