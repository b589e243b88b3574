//! What no engine takes of a review, whoever writes it. The databases hold it in a trigger (`0005_review_rules.sql`);
//! here it is for the store in memory, and what their refusals mean. The fold over the records has the last word.

use super::StoreError;
use crate::review::{ACTOR_FIELD, Contract, Lane, NewReviewEvent, Recorded, Review, ReviewAct, names_user};
use jiff::Timestamp;

/// A rule of reviews, by its code in the databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// The bytes hold no step of this review.
    NoStep,
    /// Who acted neither signs nor reads second.
    Actor,
    /// There is one second reader, who took no step of the first reading.
    Independent,
    /// A runtime gate, or no lane at all, is not signed.
    Lane,
    /// The second reading is the second reader's, and nothing else is.
    Reader,
    /// An override has a reason and an end.
    Override,
    /// No step names a runtime action or an authorisation.
    Runtime,
}

impl Rule {
    const ALL: [(&str, Self); 7] = [
        ("RB001", Self::NoStep),
        ("RB002", Self::Actor),
        ("RB003", Self::Independent),
        ("RB004", Self::Lane),
        ("RB005", Self::Reader),
        ("RB006", Self::Override),
        ("RB007", Self::Runtime),
    ];

    /// The rule that a database's code, or its message, begins with.
    pub(super) fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(code, _)| text.starts_with(code)).map(|(_, rule)| rule)
    }

    /// The refusal, in one line.
    pub(super) fn refused(self) -> StoreError {
        let why = match self {
            Self::NoStep => "the record holds no step of this review (RB001)",
            Self::Actor => "who is named as the actor of the change neither signs nor reads second (RB002)",
            Self::Independent => {
                "a review has one second reader, who took no step of the first reading (RB003); ask somebody else"
            }
            Self::Lane => "a runtime gate or an unknown lane is not signed (RB004)",
            Self::Reader => "the second reader takes the steps of the second reading, and nobody else does (RB005)",
            Self::Override => "an override needs a reason, and an end in the future (RB006)",
            Self::Runtime => "no review writes a runtime action or an authorisation (RB007)",
        };
        StoreError::Unfit(why.to_owned())
    }
}

/// Whether a step may follow the others of its review, recorded now.
pub(super) fn check(
    earlier: &[&Recorded],
    event: &NewReviewEvent,
    contract: &Contract,
    now: Timestamp,
) -> Result<(), StoreError> {
    let review = Review::fold(earlier.iter().copied());
    // Also what a correction of nothing claims: as in the databases, which do not look for what it corrects.
    let named = || {
        earlier.iter().any(|step| match &step.event.act {
            ReviewAct::FieldSet { field, value, .. } | ReviewAct::Corrected { field, value, .. } => {
                field == ACTOR_FIELD && names_user(value, &event.actor)
            }
            _ => false,
        })
    };
    let reader = review.as_ref().and_then(|review| review.second.as_ref()).map(|second| second.reader.actor.as_str());
    let is_reader = reader == Some(event.actor.as_str());
    let broken = match &event.act {
        ReviewAct::FieldSet { field: name, .. }
        | ReviewAct::Corrected { field: name, .. }
        | ReviewAct::CheckDecided { check: name, .. }
            if contract.is_runtime(name) =>
        {
            Some(Rule::Runtime)
        }
        ReviewAct::Signed { lane, .. } if Lane::from_id(lane).is_none_or(|lane| lane == Lane::WaitingRuntimeGate) => {
            Some(Rule::Lane)
        }
        ReviewAct::Overridden { reason, until, .. } if ["", "-"].contains(&reason.trim()) || *until <= now => {
            Some(Rule::Override)
        }
        ReviewAct::Signed { .. } | ReviewAct::SecondReaderJoined { .. } if named() => Some(Rule::Actor),
        ReviewAct::SecondReaderJoined { .. }
            if reader.is_some() || review.as_ref().is_some_and(|review| review.reviewers.contains(&event.actor)) =>
        {
            Some(Rule::Independent)
        }
        ReviewAct::SecondAnswered { .. } | ReviewAct::SecondSubmitted if !is_reader => Some(Rule::Reader),
        act if act.is_of_the_first_reading() && is_reader => Some(Rule::Reader),
        _ => None,
    };
    broken.map_or(Ok(()), |rule| Err(rule.refused()))
}
