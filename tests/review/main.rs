//! The guided readback: lanes, readers, steps, sessions, and what leaves the program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on should say so")]
#![allow(missing_docs, unreachable_pub, reason = "tests have no users")]

mod actions;
mod acts;
mod cli;
mod contract;
mod flow;
mod killed;
mod lanes;
mod out;
mod plan;
mod plan_cli;
mod recheck;
mod story;
#[path = "../support/mod.rs"]
mod support;
mod together;
mod two_people;
