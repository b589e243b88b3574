//! What keeps a check from passing, one thing at a time.

use serde::Serialize;

/// One thing that keeps a check from passing. The first ones fail it, the others leave it open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "gap", rename_all = "snake_case")]
pub enum Gap {
    /// Something is in quarantine.
    Quarantined {
        /// The field it came into.
        field: String,
        /// What caught it.
        detector: String,
    },
    /// A recorded sign-off does not count.
    VoidSignature {
        /// The reason in words.
        why: &'static str,
    },
    /// A step names an action or an authorisation.
    RuntimeTouched {
        /// Its name.
        name: String,
    },
    /// The snapshot is no longer the current one.
    SnapshotChanged,
    /// The attribution names nobody.
    Anonymous {
        /// The field.
        field: String,
    },
    /// The reviewer says it does not hold.
    Refuted,
    /// Nobody can tell whether the snapshot is current.
    SnapshotUnknown,
    /// A field says nothing.
    Missing {
        /// The field.
        field: String,
    },
    /// An attestation is missing, taken back, or older than the last quarantine.
    Unattested {
        /// The field.
        field: String,
    },
    /// "Does not apply" is no answer to this check.
    MustApply,
    /// "Does not apply" was answered without a reason.
    NoReason,
    /// The reviewer can't tell.
    CannotTell,
    /// The reviewer has not answered.
    Unanswered,
    /// It is decisive, and that it holds was not heard against evidence that is attached to it.
    Unheard,
    /// The field of the incident names another than this review's, or none.
    OtherIncident {
        /// The field.
        field: String,
    },
    /// Who answered it is named as who acted.
    ByActor,
    /// The two readings differ on it.
    Disputed,
    /// Evidence that was attached to it has grown old, or was observed before the last restart.
    StaleEvidence {
        /// The evidence's id.
        id: String,
    },
    /// Evidence that was attached to it is no longer what it was.
    ChangedEvidence {
        /// The evidence's id.
        id: String,
    },
    /// Who reads second has become a reviewer, or is named as the actor: nobody independent has read it.
    SecondNotIndependent,
    /// A second reading is owed: nobody has joined for it, it is not handed in, or it leaves this check out.
    SecondPending,
    /// No probe was asked.
    NotLooked,
    /// Fresh evidence speaks against it.
    Objected {
        /// Why.
        why: String,
    },
}

impl Gap {
    /// Whether it fails the check, rather than leaving it open.
    pub fn fails(&self) -> bool {
        *self <= Self::Refuted
    }

    /// What closing it takes, as a rank: an answer, an attestation, a field, looking again (the console, a person,
    /// or a second one), a change of mind, removing a payload, a new review.
    pub fn cost(&self) -> u8 {
        match self {
            Self::Unanswered | Self::Unheard | Self::CannotTell | Self::NoReason | Self::MustApply => 1,
            Self::Unattested { .. } => 2,
            Self::Missing { .. } | Self::OtherIncident { .. } => 3,
            Self::SnapshotUnknown
            | Self::Objected { .. }
            | Self::StaleEvidence { .. }
            | Self::ChangedEvidence { .. }
            | Self::ByActor
            | Self::NotLooked
            | Self::SecondPending => 4,
            Self::Refuted | Self::Anonymous { .. } | Self::Disputed => 5,
            Self::Quarantined { .. } => 6,
            Self::SnapshotChanged
            | Self::VoidSignature { .. }
            | Self::RuntimeTouched { .. }
            | Self::SecondNotIndependent => 7,
        }
    }

    /// Whether "does not apply, because" closes it where the check set allows that answer.
    pub fn can_be_waived(&self) -> bool {
        !matches!(
            self,
            Self::MustApply
                | Self::ByActor
                | Self::Objected { .. }
                | Self::Disputed
                | Self::StaleEvidence { .. }
                | Self::ChangedEvidence { .. }
                | Self::SecondPending
                | Self::NotLooked
                | Self::SecondNotIndependent
        )
    }
}
