//! The guided readback on the screen: challenge, response and hearback; the second reader; conflicts; what is kept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on should say so")]

#[path = "review_flow/blind.rs"]
mod blind;
#[path = "review_flow/example.rs"]
mod example;
#[path = "review_flow/folded.rs"]
mod folded;
#[path = "review_flow/footer.rs"]
mod footer;
#[path = "review_flow/guided.rs"]
mod guided;
#[path = "review_flow/keys.rs"]
mod keys;
#[path = "review_flow/pictures.rs"]
mod pictures;
#[path = "review_flow/scenes.rs"]
mod scenes;
mod support;
#[path = "review_flow/together.rs"]
mod together;
#[path = "review_flow/wide.rs"]
mod wide;
