//! When a recovery was verified: the console's own event, one for each claim, whoever sees it first.

use super::{Entry, EventType, Latest, OwnEvent, OwnKind, claims};
use jiff::Timestamp;
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
    /// When it was recorded: what was seen before proves nothing of it.
    pub at: Timestamp,
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
            found.push(Claim { incident: incident.to_owned(), row: row.id().to_owned(), at: row.at() });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_from_its_names() {
        assert_eq!(stable_id(&["a", "b"]), stable_id(&["a", "b"]));
        assert_ne!(stable_id(&["a", "b"]), stable_id(&["ab", ""]));
        assert_eq!(stable_id(&["a"]).len(), 36);
    }
}
