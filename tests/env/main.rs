//! Layers of configuration: their grammars, findings, commands, and what a hand edit loses.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on should say so")]
#![allow(missing_docs, unreachable_pub, reason = "tests have no users")]

mod canaries;
mod cli;
mod compose;
mod consumers;
mod dotenv;
mod findings;
mod forecast;
mod fuzz_corpus;
mod incident;
mod ini;
mod large;
mod masking;
mod pane;
#[cfg(all(feature = "aws", feature = "docker"))]
mod replay;
#[path = "../support/mod.rs"]
mod support;
mod sync;
mod systemd;
mod vectors;

/// What the laws of the fuzz target (fuzz/src/laws.rs) speak of.
mod env {
    pub(crate) use readback::env::*;
}
