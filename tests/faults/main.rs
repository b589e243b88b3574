//! The fault matrix: each fault done to a real back end, and none of them green.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on should say so")]
#![allow(missing_docs, unreachable_pub, reason = "tests have no users")]

#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "docker")]
mod docker;
mod feed;
mod local;
mod matrix;
mod net;
mod postgres;
mod proxy;
mod redis;
#[path = "../support/mod.rs"]
mod support;
