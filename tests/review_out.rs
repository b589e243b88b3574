//! What goes out of a review: the report, the plan with its counts, and the bundle.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on should say so")]

#[path = "review_out/bundle.rs"]
mod bundle;
#[path = "review_out/cli.rs"]
mod cli;
#[path = "review_out/export.rs"]
mod export;
#[path = "support/pg.rs"]
#[allow(dead_code, unreachable_pub, missing_docs)]
mod pg;
#[path = "support/pty.rs"]
mod pty;
#[path = "review_out/report.rs"]
mod report;
#[path = "review_support/mod.rs"]
mod review_support;
#[path = "review_out/scene.rs"]
mod scene;
#[path = "support/schema.rs"]
#[allow(unreachable_pub)]
mod schema;
#[path = "support/screen.rs"]
mod screen;
#[path = "support/stack.rs"]
mod stack;
