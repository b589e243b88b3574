//! Telling people, where they are: so far by an incoming webhook as Slack has it.

mod webhook;

pub use webhook::{NotifyError, Webhook};
