//! From what others tell to rows of `alert_operation_log`: Alertmanager's notifications, lines of JSON, and the
//! records of another service's tables. Pure.
//!
//! What is told is foreign: it is sanitised, bounded to the columns, and what the guard catches in it is withheld before
//! anything is recorded. A row's time is the database's; what its teller claims stands in its context as `occurred_at`.
//! Ids follow from what is told, so that telling it twice adds nothing.

mod alertmanager;
mod arrival;
mod clean;
mod fields;
mod history;
mod incident;
mod line;
mod standing;

pub use alertmanager::{Notification, Poison, notification};
pub use arrival::{Arrival, Mapping, Status};
pub use clean::Clean;
pub use fields::Refused;
pub use history::{Columns, History, Source};
pub use line::line;
pub use standing::{Standing, Step, step};

use jiff::{SignedDuration, Timestamp};

/// How long after it happened a row that is recorded counts as late. Alertmanager itself may wait for ten minutes
/// (`group_wait` and `group_interval`).
pub const LATE_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// Marks a context with the time that is claimed, and that the row is late where it is.
fn claim(context: &mut serde_json::Map<String, serde_json::Value>, occurred: Timestamp, received: Timestamp) {
    context.insert("occurred_at".to_owned(), occurred.to_string().into());
    if received.duration_since(occurred) >= LATE_AFTER {
        context.insert("late".to_owned(), true.into());
    }
}
