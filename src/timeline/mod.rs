//! What happened: rows of `alert_operation_log` and the console's own events, as one timeline. Pure.

mod claim;
mod event;
pub mod filter;
pub mod ingest;
mod refire;
mod state;
mod verified;

pub use claim::{Latest, claims, is_same};
pub use event::{Entry, EventType, NewOperation, Operation, OwnEvent, OwnKind};
pub use refire::{FLAP_WINDOW, refire_of, refired};
pub use state::{Durations, IncidentState, durations};
pub use verified::{Claim, Clocks, clocks, proof, stable_id, unverified};

#[cfg(test)]
mod history_tests;
