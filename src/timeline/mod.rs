//! What happened: rows of `alert_operation_log` and the console's own events, as one timeline. Pure.

mod claim;
mod event;
pub mod expected;
pub mod filter;
pub mod incident;
mod refire;
mod verified;

pub use claim::{Latest, claims, is_same};
pub use event::{Entry, EventType, NewOperation, Operation, OwnEvent, OwnKind};
pub use refire::{FLAP_WINDOW, refire_of, refired};
pub use verified::{Claim, proof, stable_id, unverified};
