//! The guided readback: the contract, its checks and lanes, and reviews as a fold over events. Pure.
//!
//! [`Contract`] says what is asked; [`Review`] is what has been answered, folded from [`Recorded`]
//! steps; [`lane()`] says what it adds up to, why, and what is least needed for ready; [`actions`] makes
//! the next step, or says why not. `docs/decisions/lanes.md` has the rules in prose.

pub mod actions;
pub mod agenda;
mod answered;
mod around;
mod asked;
mod attribution;
mod book;
pub mod candidate;
mod check;
mod contract;
mod event;
mod fold;
mod follow_up;
mod gap;
mod gate;
mod hearback;
mod lane;
mod narrative;
mod objection;
mod offer;
mod own;
mod passed_over;
mod plan;
mod presence;
mod progress;
pub mod recheck;
pub mod remediation;
pub mod report;
mod signature;
mod version;

pub use around::{Around, Scene, around};
pub use asked::NotFound;
pub use attribution::names_user;
pub use book::Book;
pub use candidate::{Candidate, Snapshot, SourceError};
pub use check::{CheckState, Standing};
pub use contract::{
    ACTOR_FIELD, Check, CheckKind, Constants, Contract, ContractError, Fields, LaneMeaning, Never, PlanNames, Rules,
    SummaryKeys, Words,
};
pub use event::{
    Answer, CandidateId, Diligence, EvidenceKind, EvidenceRef, HeardBack, NewReviewEvent, Recorded, ReviewAct, ReviewId,
};
pub use fold::{
    Anomaly, AnomalyKind, Attached, Caught, Correction, Decision, EvidenceMark, FieldState, FollowUpState, LetThrough,
    Opening, Override, Reading, Reopening, Review, SecondReading, Touch,
};
pub use follow_up::{FollowUp, FollowUpKind, FollowUpStatus, Priority, is_item_id};
pub use gap::Gap;
pub use gate::RuntimeGate;
pub use hearback::{Datum, Misheard, Said, hear, names_incident};
pub use lane::{Disposition, Lane, Missing, Step, Subject, lane};
pub use narrative::{Risk, Section};
pub use objection::Objection;
pub use offer::{Offer, freshness_of, offers};
pub use passed_over::{MAX_OVERRIDE, may_be_overridden, override_in_force};
pub use plan::{plan, plan_with, success_line, success_line_with};
pub use presence::{Attendance, MOST_PRESENT, PRESENT_FOR, Part, Presence};
pub use progress::Progress;
pub use signature::{Signature, Void};
