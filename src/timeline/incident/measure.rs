//! How long what took. Recovery has two: up to the claim, and up to its proof. There is no bare "time to recover".

use super::{Incident, Moments};
use jiff::{SignedDuration, Timestamp};

/// A duration of an incident. Each but the first and the last is counted from the first alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
    /// From its beginning, as the alert says, to the first alert.
    Detect,
    /// To the first thing that a person did.
    Acknowledge,
    /// To the first execution that went well.
    Mitigate,
    /// To the RESOLVED that stands.
    ClaimedRecovery,
    /// To its proof.
    VerifiedRecovery,
    /// From the claim to its proof.
    FalseGreenGap,
}

impl Measure {
    /// Every measure, in the order of an incident.
    pub const ALL: [Self; 6] = [
        Self::Detect,
        Self::Acknowledge,
        Self::Mitigate,
        Self::ClaimedRecovery,
        Self::VerifiedRecovery,
        Self::FalseGreenGap,
    ];

    /// The stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Detect => "time_to_detect",
            Self::Acknowledge => "time_to_acknowledge",
            Self::Mitigate => "time_to_mitigate",
            Self::ClaimedRecovery => "claimed_time_to_recover",
            Self::VerifiedRecovery => "verified_time_to_recover",
            Self::FalseGreenGap => "false_green_gap",
        }
    }

    /// The name for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Detect => "time to detect",
            Self::Acknowledge => "time to acknowledge",
            Self::Mitigate => "time to mitigate",
            Self::ClaimedRecovery => "claimed time to recover",
            Self::VerifiedRecovery => "verified time to recover",
            Self::FalseGreenGap => "false-green gap",
        }
    }

    /// How long it took in this incident; `None` where either end is not known. Never below zero.
    pub fn of(self, incident: &Incident) -> Option<SignedDuration> {
        let Moments { started, detected, acknowledged, mitigated, claimed, verified } = incident.moments;
        let (from, to): (Option<Timestamp>, Option<Timestamp>) = match self {
            Self::Detect => (started, detected),
            Self::Acknowledge => (detected, acknowledged),
            Self::Mitigate => (detected, mitigated),
            Self::ClaimedRecovery => (detected, claimed),
            Self::VerifiedRecovery => (detected, verified),
            Self::FalseGreenGap => (claimed, verified),
        };
        Some(to?.duration_since(from?).max(SignedDuration::ZERO))
    }
}
