//! How a state looks: a word and a role. Green is given here and nowhere else.

use super::Glyphs;
use crate::app::theme::Role;
use crate::env::Severity;
use crate::env::blame::{Did, Mark};
use crate::env::forecast::Safety;
use crate::evidence::{Evidence, Freshness, RecoveryState, Verdict};
use crate::timeline::incident::IncidentState;
use jiff::Timestamp;

/// A pane's state in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// The words.
    pub text: String,
    /// How it looks.
    pub role: Role,
}

impl Badge {
    /// These words in this look.
    pub fn new(text: impl Into<String>, role: Role) -> Self {
        Self { text: text.into(), role }
    }
}

/// The glyph of a piece of evidence: its verdict's, but for a pass that is no longer fresh.
pub fn glyph(evidence: &Evidence, now: Timestamp, glyphs: Glyphs) -> &'static str {
    match (evidence.verdict, evidence.freshness(now)) {
        (Verdict::Pass, freshness) if freshness != Freshness::Fresh => glyphs.freshness(freshness),
        (verdict, _) => glyphs.verdict(verdict),
    }
}

/// The word and look of a piece of evidence. Only a fresh pass is green: a pass that has aged says so.
pub fn of_evidence(evidence: &Evidence, now: Timestamp) -> (&'static str, Role) {
    match (evidence.verdict, evidence.freshness(now)) {
        (Verdict::Pass, Freshness::Fresh) => ("pass", Role::Pass),
        (Verdict::Pass, Freshness::Aging) => ("aging", Role::Stale),
        (Verdict::Pass | Verdict::Warn, Freshness::Stale | Freshness::Never) => ("stale", Role::Stale),
        (Verdict::Warn, _) => ("warn", Role::Warn),
        (Verdict::Fail, _) => ("FAIL", Role::Fail),
        (Verdict::Unknown(_), _) => ("unknown", Role::Unknown),
    }
}

/// The look of a recovery state.
pub fn of_recovery(state: RecoveryState) -> Role {
    match state {
        RecoveryState::Down => Role::Fail,
        RecoveryState::Degraded => Role::Warn,
        RecoveryState::ClearedUnverified => Role::Unknown,
        RecoveryState::VerifiedRecovery => Role::Pass,
    }
}

/// The look of an incident's state. Verified is green only while the gate is: what was proved once may not hold any
/// more. Acknowledged is no progress.
pub fn of_incident(state: IncidentState, gate: RecoveryState) -> Role {
    match (state, gate) {
        (IncidentState::Firing, _) => Role::Fail,
        (IncidentState::Acknowledged, _) => Role::Warn,
        (IncidentState::Silenced, _) => Role::Stale,
        (IncidentState::ClearedUnverified | IncidentState::Unknown, _) => Role::Unknown,
        (IncidentState::VerifiedRecovered, RecoveryState::VerifiedRecovery) => Role::Pass,
        (IncidentState::VerifiedRecovered, _) => Role::Text,
    }
}

/// The glyph of an incident's state; what was proved once and does not hold now is no check mark.
pub fn incident_glyph(state: IncidentState, gate: RecoveryState, glyphs: Glyphs) -> &'static str {
    match (state, gate) {
        (IncidentState::Firing, _) => glyphs.verdict(Verdict::Fail),
        (IncidentState::Acknowledged, _) => glyphs.verdict(Verdict::Warn),
        (IncidentState::Silenced, _) => glyphs.freshness(Freshness::Stale),
        (IncidentState::ClearedUnverified, _) => "?",
        (IncidentState::VerifiedRecovered, RecoveryState::VerifiedRecovery) => glyphs.verdict(Verdict::Pass),
        (IncidentState::VerifiedRecovered, _) => glyphs.freshness(Freshness::Aging),
        (IncidentState::Unknown, _) => glyphs.freshness(Freshness::Never),
    }
}

/// The look of a key in a snapshot.
pub fn of_mark(mark: Mark) -> Role {
    match mark {
        Mark::New => Role::Changed,
        Mark::Same => Role::Text,
        Mark::Empty => Role::Warn,
        Mark::Absent => Role::Removed,
        Mark::Unread => Role::Unknown,
    }
}

/// The look of what a key did.
pub fn of_step(did: Did) -> Role {
    match did {
        Did::WasThere => Role::Muted,
        Did::Appeared | Did::CameBack => Role::Added,
        Did::Changed => Role::Changed,
        Did::Emptied => Role::Warn,
        Did::Vanished => Role::Removed,
    }
}

/// The look of a forecast. Safe is not green: it is foretold, not proved.
pub fn of_safety(safety: &Safety) -> Role {
    match safety {
        Safety::Safe => Role::Title,
        Safety::Breaks(_) => Role::Fail,
        Safety::Unknown(_) => Role::Unknown,
    }
}

/// The look of a finding.
pub fn of_severity(severity: Severity) -> Role {
    match severity {
        Severity::Error => Role::Fail,
        Severity::Warning => Role::Warn,
        Severity::Note => Role::Muted,
    }
}
