//! When a recovery was verified: the console's own event, one for each claim, whoever sees it first.

use super::{Durations, Entry, EventType, Latest, OwnEvent, OwnKind, claims, durations};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// A RESOLVED that stands, and that nobody has recorded a proof of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its incident.
    pub incident: String,
    /// The id of its row.
    pub row: String,
}

/// The clocks of an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// The incident, as the log names it. Foreign text.
    pub incident: String,
    /// Its first alert.
    pub detected: Timestamp,
    /// Both times to recover.
    pub durations: Durations,
}

/// The clocks of the open or the last incident; `None` where the log has no alert of one. `entries` are newest
/// first.
pub fn clocks(entries: &[Entry]) -> Option<Clocks> {
    let is_alert = |row: &&Entry| row.event_type() == Some(EventType::AlertReceived) && !row.is_history();
    let mut newest = entries.iter().filter(is_alert);
    let incident = newest.find_map(Entry::incident)?;
    let alerts = entries.iter().filter(|row| row.event_type() == Some(EventType::AlertReceived));
    let alerts = || alerts.clone().filter(|row| row.incident() == Some(incident)).map(Entry::at);
    let (detected, latest) = (alerts().min()?, alerts().max()?);
    let proofs = entries.iter().filter(|row| is_proof(row) && row.incident() == Some(incident)).map(Entry::at);
    let verified_at = proofs.filter(|at| *at >= latest).min();
    let durations = durations(entries, incident, verified_at)?;
    Some(Clocks { incident: incident.to_owned(), detected, durations })
}

/// The claims since then that no recorded proof stands behind and after which nothing has fired again.
pub fn unverified(entries: &[Entry], since: Timestamp) -> Vec<Claim> {
    let standing: HashSet<usize> = claims(entries, since).into_iter().collect();
    let (mut alerts, mut proofs, mut found) = (Latest::default(), HashSet::new(), Vec::new());
    for (at, row) in entries.iter().enumerate().take_while(|(_, row)| row.at() >= since) {
        if is_proof(row) {
            proofs.insert(row.id());
        } else if row.event_type() == Some(EventType::AlertReceived) && !row.is_history() {
            alerts.put(row, ());
        } else if standing.contains(&at)
            && let Some(incident) = row.incident()
            && alerts.of(row).is_none()
            && !proofs.contains(proof_id(row.id()).as_str())
        {
            found.push(Claim { incident: incident.to_owned(), row: row.id().to_owned() });
        }
    }
    found
}

/// The event by which a proof is recorded. Its id follows from the claim, so two consoles that see it record
/// one event, and the first to do so says when.
pub fn proof(claim: &Claim, actor: &str, evidence: &[String], now: Timestamp) -> OwnEvent {
    OwnEvent {
        id: proof_id(&claim.row),
        incident_id: Some(claim.incident.clone()),
        kind: OwnKind::RecoveryVerified,
        subject: claim.incident.clone(),
        actor: Some(actor.chars().take(100).collect()),
        summary: "the recovery gate is green after RESOLVED: fresh and independent proof of everything".to_owned(),
        success: None,
        context: json!({ "resolved": claim.row, "evidence": evidence }),
        occurred_at: now,
        recorded_at: None,
    }
}

fn is_proof(row: &Entry) -> bool {
    matches!(row, Entry::Own(event) if event.kind == OwnKind::RecoveryVerified)
}

fn proof_id(row: &str) -> String {
    stable_id(&["recovery_verified", row])
}

/// An id that follows from these names: whoever makes it makes the same.
pub fn stable_id(names: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for name in names {
        hasher.update((name.len() as u64).to_be_bytes());
        hasher.update(name.as_bytes());
    }
    let digest = hasher.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

/// A duration in two units (`5 m 00 s`, `1 h 05 m`, `2 d 3 h`); nothing of what is below zero.
pub fn in_words(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        0..3_600 => format!("{minutes} m {:02} s", seconds % 60),
        3_600..86_400 => format!("{hours} h {:02} m", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

impl Clocks {
    /// Both clocks in words; they change with `now` each minute at most.
    pub fn words(&self, now: Timestamp) -> String {
        let so_far = so_far(now.duration_since(self.detected));
        match (self.durations.claimed, self.durations.verified) {
            (None, _) => format!("not claimed yet ({so_far} so far)"),
            (Some(claimed), None) => format!("claimed {}, verified not yet ({so_far} so far)", in_words(claimed)),
            (Some(claimed), Some(verified)) => {
                format!("claimed {}, verified {}", in_words(claimed), in_words(verified))
            }
        }
    }
}

/// The largest two units without seconds.
fn so_far(duration: SignedDuration) -> String {
    match duration.as_secs() {
        ..3_600 => format!("{} m", duration.as_secs().max(0) / 60),
        _ => in_words(duration),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_in_two_units_and_an_id_follows_from_its_names() {
        let words = |seconds| in_words(SignedDuration::from_secs(seconds));
        assert_eq!([words(-5), words(300), words(3_900)], ["0 m 00 s", "5 m 00 s", "1 h 05 m"]);
        assert_eq!(words(90_000), "1 d 1 h");
        assert_eq!(stable_id(&["a", "b"]), stable_id(&["a", "b"]));
        assert_ne!(stable_id(&["a", "b"]), stable_id(&["ab", ""]));
        assert_eq!(stable_id(&["a"]).len(), 36);
    }
}
