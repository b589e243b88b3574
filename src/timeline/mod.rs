//! What happened: rows of `alert_operation_log` and the console's own events, as one timeline. Pure.

mod claim;
mod coverage;
mod event;
pub mod filter;
mod histogram;
mod refire;
mod state;
mod verified;

pub use claim::{Latest, claims, is_same};
pub use coverage::{Feed, Span, coverage};
pub use event::{Cursor, Entry, EventType, NewOperation, Operation, OwnEvent, OwnKind, Toward};
pub use histogram::{Counts, Grid, Histogram, Weight};
pub use refire::{FLAP_WINDOW, refire_of, refired};
pub use state::{Durations, IncidentState, durations};
pub use verified::{Claim, Clocks, clocks, proof, stable_id, unverified};
