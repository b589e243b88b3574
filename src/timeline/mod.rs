//! What happened: rows of `alert_operation_log` and the console's own events, as one timeline. Pure.

mod claim;
mod coverage;
mod event;
pub mod expected;
pub mod filter;
mod histogram;
pub mod incident;
pub mod ingest;
mod margin;
mod notes;
mod refire;
mod row_digest;
pub mod segment;
pub mod stats;
mod times;
mod verified;

pub use claim::{Latest, claims, is_same};
pub use coverage::{Feed, Span, coverage};
pub use event::{Cursor, Entry, EventType, NewOperation, Operation, OwnEvent, OwnKind, Toward};
pub use histogram::{Bin, Counts, Grid, Histogram, WIDTHS, Weight};
pub use margin::{Beside, Margin, Mark};
pub use notes::{MAX_NOTE, Note, Notes, Target, Wording, written};
pub use refire::{FLAP_WINDOW, refire_of, refired};
pub use row_digest::row_digest;
pub use times::{LATE, SKEW, Times};
pub use verified::{Claim, proof, stable_id, unverified};

#[cfg(test)]
mod history_tests;
