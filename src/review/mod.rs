//! The guided readback: the contract, its checks and lanes, and reviews as a fold over events. Pure.

mod event;

pub use event::{Answer, CandidateId, NewReviewEvent, Recorded, ReviewAct, ReviewId};
