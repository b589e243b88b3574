//! The guided readback on the screen: challenge, response and hearback; the second reader; conflicts; what is kept.

mod blind;
mod example;
mod folded;
mod footer;
mod guided;
mod keys;
mod pictures;
mod scenes;
mod together;
mod wide;
