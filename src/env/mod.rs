//! The truth about configuration: every layer of every key, and which of them wins. Pure.
//!
//! Grammar and judgement work on text and values that the shell read; nothing here opens a file.

pub mod compose;
pub mod dotenv;
pub mod interpolate;
mod matrix;

pub use matrix::{Cell, Finding, Layer, Matrix, Place, Row, Severity, Shown};
