//! The truth about configuration: every layer of every key, and which of them wins. Pure.
//!
//! Grammar and judgement work on text and values that the shell read; nothing here opens a file.
//! [`Layers`] holds what was read, [`Rules`] what is expected; [`compare`] makes the [`Matrix`] of
//! them, which holds no secret value.

mod address;
pub mod blame;
mod compare;
pub mod compose;
pub mod consumers;
mod credential;
pub mod diff;
pub mod dotenv;
mod facts;
pub mod findings;
pub mod forecast;
pub mod format;
pub mod hosts;
pub mod ini;
pub mod interpolate;
mod known;
pub mod layers;
mod masked;
mod matrix;
mod position;
pub mod restarts;
pub mod rules;
pub mod sensitive;
pub mod snapshot;
pub mod summary;
pub mod sync;
pub mod systemd;
pub mod template;
pub mod watch;
mod winner;

pub use compare::{compare, compare_with_hosts};
pub use known::secret_values;
pub use layers::{Layers, Reading};
pub use matrix::{Cell, Finding, Layer, Matrix, Place, Row, Severity, Shown, Tuned};
pub use position::At;
pub use rules::Rules;
pub(crate) use sensitive::{matches as wildcard, may_show_key};
pub use summary::{disk_equals_secrets, recreate_is_safe, running_equals_disk};
