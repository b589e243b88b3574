//! The truth about configuration: every layer of every key, and which of them wins. Pure.
//!
//! Grammar and judgement work on text and values that the shell read; nothing here opens a file.

pub mod compose;
pub mod dotenv;
pub mod ini;
pub mod interpolate;
mod matrix;
pub mod sensitive;
pub mod template;

pub use matrix::{Cell, Finding, Layer, Matrix, Place, Row, Severity, Shown};
