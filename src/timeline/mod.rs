//! What happened: rows of `alert_operation_log` and the console's own events, as one timeline. Pure.

mod event;
mod refire;

pub use event::{Entry, EventType, NewOperation, Operation, OwnEvent, OwnKind};
pub use refire::refired;
