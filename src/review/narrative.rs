//! What a report tells besides the checks: its sections, and the risk matrix.

use serde::{Deserialize, Serialize};

/// A section of the report that people write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// What happened, in two sentences.
    Summary,
    /// Who was affected, how badly, for how long.
    Impact,
    /// What set it off.
    Trigger,
    /// What contributed to it; there is no one root cause.
    ContributingFactors,
    /// What went well.
    WentWell,
    /// What went badly.
    WentBadly,
    /// Where it could have been worse.
    GotLucky,
}

impl Section {
    /// Every section, in the order of the report.
    pub const ALL: [Self; 7] = [
        Self::Summary,
        Self::Impact,
        Self::Trigger,
        Self::ContributingFactors,
        Self::WentWell,
        Self::WentBadly,
        Self::GotLucky,
    ];

    /// Its name in records and on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Impact => "impact",
            Self::Trigger => "trigger",
            Self::ContributingFactors => "contributing_factors",
            Self::WentWell => "went_well",
            Self::WentBadly => "went_badly",
            Self::GotLucky => "got_lucky",
        }
    }

    /// The section with this name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.id() == id)
    }
}

/// A risk that remains, rated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// Its name within the review (`R1`).
    pub id: String,
    /// What may happen. Foreign text.
    pub title: String,
    /// How likely: 1 (rare) to 5 (almost certain).
    pub likelihood: u8,
    /// How bad: 1 (negligible) to 5 (severe).
    pub impact: u8,
}
