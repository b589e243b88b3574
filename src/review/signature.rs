//! A sign-off as recorded, and when it does not count.

use super::around::Around;
use super::fold::Review;
use super::lane::Lane;
use jiff::Timestamp;

/// A sign-off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The lane that was signed, as written.
    pub lane: String,
    /// Digest of what the lane was computed from, as the signer's console said.
    pub input_digest: String,
    /// The policy it was signed under.
    pub policy: String,
    /// Who signed.
    pub actor: String,
    /// When, as the signer's console said: the time that the lane was computed for.
    pub occurred_at: Timestamp,
    /// When, by the database's clock.
    pub recorded_at: Timestamp,
    /// Its place in the incident's chain.
    pub seq: u64,
    /// [`Review::state_digest`] at that moment.
    pub state: String,
    /// What lay around the review then, where that was kept.
    pub around: Option<Around>,
    /// Why it does not count, where it does not.
    pub void: Option<Void>,
}

/// Why a recorded sign-off does not count. The console refuses to make one; another program, or one
/// written at the same moment, may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Void {
    /// The review had not been opened.
    NotOpened,
    /// Who signed is named as who acted, or once was.
    SelfReview,
    /// A payload was in quarantine.
    Quarantined,
    /// It claims the runtime gate, which is somebody else's to open.
    RuntimeGate,
    /// There is no such lane.
    UnknownLane,
}

impl Void {
    /// The reason in words.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotOpened => "the review had not been opened",
            Self::SelfReview => "the signer is the actor of the change",
            Self::Quarantined => "a payload was in quarantine",
            Self::RuntimeGate => "it claims a runtime gate",
            Self::UnknownLane => "there is no such lane",
        }
    }

    /// Why a sign-off of this lane by this actor would not count now.
    pub(super) fn of(review: &Review, lane: &str, actor: &str) -> Option<Self> {
        if review.opening.is_none() {
            return Some(Self::NotOpened);
        }
        if review.names_as_actor(actor) {
            return Some(Self::SelfReview);
        }
        if review.is_quarantined() {
            return Some(Self::Quarantined);
        }
        match Lane::from_id(lane) {
            None => Some(Self::UnknownLane),
            Some(Lane::WaitingRuntimeGate) => Some(Self::RuntimeGate),
            Some(_) => None,
        }
    }
}
