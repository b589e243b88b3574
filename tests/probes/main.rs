//! Probes of each kind against real back ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on should say so")]
#![allow(missing_docs, unreachable_pub, reason = "tests have no users")]

#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "docker")]
mod bounds;
#[cfg(feature = "docker")]
mod docker;
mod document;
#[cfg(feature = "docker")]
mod engine;
mod local;
mod network;
mod postgres;
mod redis;
#[path = "../support/mod.rs"]
mod support;
