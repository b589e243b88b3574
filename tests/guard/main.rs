//! The guard: which secrets it finds, which innocent lines it leaves, and how fast.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on should say so")]
#![allow(missing_docs, unreachable_pub, reason = "tests have no users")]

mod corpus;
mod scan;
#[path = "../support/mod.rs"]
mod support;
