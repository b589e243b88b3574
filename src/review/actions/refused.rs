//! Why a step can't be made.

use super::MAX_TEXT;
use crate::guard::scan::Hit;

/// Why a step was refused. No text carries what was typed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The review has not been opened.
    #[error("the review is not open; open it first")]
    NotOpened,
    /// The incident id is empty or too long.
    #[error("the incident id must have 1 to 30 characters")]
    BadIncident,
    /// The console does not know who acts.
    #[error("the reviewer has no name, or one over 100 characters; start the console with a user")]
    BadActor,
    /// The contract has no such field, or it is not the reviewer's.
    #[error("`{0}` is not a field a reviewer fills in")]
    NoSuchField(String),
    /// The contract has no such check.
    #[error("there is no check `{0}`")]
    NoSuchCheck(String),
    /// "Does not apply" is no answer.
    #[error("check `{0}` always applies; answer pass, fail or unknown")]
    MustApply(String),
    /// "Does not apply" needs a reason.
    #[error("check `{0}`: say why it does not apply")]
    NoReason(String),
    /// The guard caught something.
    #[error("{place}: {} caught at byte {}; nothing was kept: give a reference instead", first(hits).0, first(hits).1)]
    Caught {
        /// The field or check.
        place: String,
        /// Where; never what.
        hits: Vec<Hit>,
    },
    /// The text is too long.
    #[error("{0}: over {MAX_TEXT} bytes; give a reference, not the payload")]
    TooLong(String),
    /// There is nothing to clear.
    #[error("nothing is in quarantine in `{0}`")]
    NothingQuarantined(String),
    /// The row is marked.
    #[error("this row is marked as evidence already")]
    AlreadyMarked,
    /// The row is not marked.
    #[error("this row is not marked as evidence")]
    NotMarked,
    /// What is in quarantine can't be signed.
    #[error("a payload is in quarantine; remove it before you sign")]
    Quarantined,
    /// There is nothing to sign.
    #[error("nothing has been received yet; fill in a field first")]
    NothingReceived,
    /// Accepted reviews wait for another's gate.
    #[error("the readback is accepted already; the runtime gate is approved elsewhere")]
    AlreadyAccepted,
    /// This outcome has been signed, and nothing has changed.
    #[error("this outcome is signed already and nothing has changed since")]
    AlreadySigned,
    /// Who acted can't review.
    #[error("you are named as the actor of the change; another person has to sign")]
    ReviewerIsActor,
    /// Who acted judges nothing.
    #[error("you are named as who acted: another person has to judge it")]
    ActorJudges(String),
    /// Who reads second takes no step of the first reading.
    #[error("you read this review second: the first reading is not yours to change")]
    ReadsSecond,
    /// A step of the second reading by somebody else.
    #[error("you are not the second reader of this review; m joins")]
    NotSecondReader,
    /// There is a second reader.
    #[error("somebody reads this review second already")]
    SecondTaken,
    /// The second reader is a reviewer, or the actor.
    #[error("you took part or are named as who acted: another person has to read second")]
    NotIndependent,
    /// The second reading is not complete.
    #[error("{0} checks are not answered yet; u says that you can't tell")]
    Unanswered(usize),
    /// It was handed in.
    #[error("it was handed in already")]
    AlreadySubmitted,
    /// There is nothing to reopen.
    #[error("it was neither handed in nor signed: it is open")]
    NotClosed,
    /// The evidence is there.
    #[error("this evidence is attached already")]
    AlreadyAttached,
    /// The evidence is not there.
    #[error("this evidence is not attached to the check")]
    NotAttached,
    /// A decisive check passes only on what was read back.
    #[error("it does not pass on a key alone: say what the evidence says")]
    NotHeard(String),
    /// This check is nobody's to pass over.
    #[error("the guard or the console decides it: nobody can pass it over")]
    NotOverridable(String),
    /// The override has no good end.
    #[error("an override ends in the future, within 7 days; write 4h, 2d or a date")]
    BadUntil,
    /// The reason says nothing.
    #[error("{0}: say why")]
    NeedsReason(&'static str),
    /// There is nothing to correct.
    #[error("`{0}` was never written: there is nothing to correct")]
    NothingWritten(String),
    /// The correction changes nothing.
    #[error("`{0}` says that already")]
    SameValue(String),
    /// What it was decided on is not so any more.
    #[error("what this was decided on has changed: look at it, then decide anew")]
    LookAgain,
    /// The lane was computed under other rules.
    #[error("the lane was computed under another policy; look at it again before you sign")]
    OtherPolicy,
    /// An item is named otherwise than items are.
    #[error("an item's id is letters and digits with a number at its end, like P0-3 or R1, at most 20 characters")]
    BadItemId,
    /// There is no such item.
    #[error("there is no `{0}` in this review")]
    NoSuchItem(String),
    /// An item without a title or a domain.
    #[error("{0}: say what it is; the title and the domain can't be empty")]
    SaysNothing(String),
    /// Nothing is done without evidence.
    #[error("{0}: done needs evidence; give a reference to what shows it")]
    NoEvidence(String),
    /// It is recorded just so.
    #[error("{0}: stands so already; nothing was recorded")]
    StandsAlready(String),
    /// A risk is rated otherwise than risks are.
    #[error("likelihood and impact go from 1 to 5")]
    BadRating,
}

/// The first hit, as words.
fn first(hits: &[Hit]) -> (&'static str, usize) {
    hits.first().map_or(("something", 0), |hit| (hit.detector, hit.offset))
}
