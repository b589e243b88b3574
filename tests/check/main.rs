//! `readback check`: its formats, its exit codes, and its waiting.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on should say so")]
#![allow(missing_docs, unreachable_pub, reason = "tests have no users")]

mod formats;
mod json;
mod only;
#[path = "../support/mod.rs"]
mod support;
mod wait;
