//! The console: what is on the screen, what keys do, what the terminal costs, and the program from start to end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on should say so")]
#![allow(missing_docs, unreachable_pub, reason = "tests have no users")]

mod bad_input;
mod budget;
mod config;
mod demo;
mod e2e_console;
mod e2e_endings;
mod engine_console;
mod fixture;
mod flows;
mod keys;
mod notes;
mod properties;
mod restarts;
mod secrecy;
#[path = "../support/mod.rs"]
mod support;
mod terminal;
mod themes;
mod views;
