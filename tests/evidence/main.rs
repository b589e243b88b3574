//! Evidence and the gate: what is green, for how long, and why not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on should say so")]
#![allow(missing_docs, unreachable_pub, reason = "tests have no users")]

mod aging;
mod dependency;
mod false_green;
mod gate;
mod judgement;
mod missing;
#[path = "../support/mod.rs"]
mod support;
