//! The timeline: what comes in, how it is asked, shown, followed and exported.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on should say so")]
#![allow(missing_docs, unreachable_pub, reason = "tests have no users")]

mod cli;
mod filter;
mod follow;
mod incidents;
mod incidents_cli;
mod ingest_alertmanager;
mod ingest_cli;
mod ingest_listener;
mod ingest_mapping;
mod integrity_cli;
#[path = "../support/mod.rs"]
mod support;
mod window;
