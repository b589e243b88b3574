//! Where an incident stands, and its two clocks: to the claim that it recovered, and to the proof.

use super::{Entry, EventType};
use jiff::{SignedDuration, Timestamp};

/// Where an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncidentState {
    /// Its alert fires: no RESOLVED, or an alert after the newest one.
    Open,
    /// RESOLVED, and not proved since.
    ClearedUnverified,
    /// RESOLVED, and proved.
    VerifiedRecovered,
}

impl IncidentState {
    /// The stable name; the last two are the recovery gate's.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::ClearedUnverified => "cleared_unverified",
            Self::VerifiedRecovered => "verified_recovered",
        }
    }
}

/// How long an incident took, from its first alert. Neither is a bare "time to recover".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Durations {
    /// Where it stands.
    pub state: IncidentState,
    /// Up to the RESOLVED that stands; `None` while it is open.
    pub claimed: Option<SignedDuration>,
    /// Up to the proof; `None` while there is none.
    pub verified: Option<SignedDuration>,
}

/// The two clocks of this incident; `None` where no alert of it is among `entries` (newest first).
/// `verified_at` is since when the recovery gate is green. A proof from before an alert proves nothing of what
/// came after it, and an incident whose alert fires has not recovered, whatever the gate says.
pub fn durations(entries: &[Entry], incident: &str, verified_at: Option<Timestamp>) -> Option<Durations> {
    let rows = || entries.iter().filter(|entry| entry.incident() == Some(incident));
    let alerts = || rows().filter(|row| row.event_type() == Some(EventType::AlertReceived)).map(Entry::happened_at);
    let (detected, latest) = (alerts().min()?, alerts().max()?);
    let resolved = rows().filter(|row| row.event_type() == Some(EventType::Resolved)).map(Entry::happened_at);
    let resolved = resolved.filter(|at| *at >= latest).max();
    // Proved while the alert still fired: it is both only once it resolved.
    let verified = resolved.zip(verified_at.filter(|at| *at >= latest)).map(|(resolved, proved)| resolved.max(proved));
    let state = match (resolved, verified) {
        (None, _) => IncidentState::Open,
        (Some(_), None) => IncidentState::ClearedUnverified,
        (Some(_), Some(_)) => IncidentState::VerifiedRecovered,
    };
    let took = |at: Timestamp| at.duration_since(detected);
    Some(Durations { state, claimed: resolved.map(took), verified: verified.map(took) })
}
