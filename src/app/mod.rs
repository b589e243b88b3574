//! The console: what it remembers, how it decides, and how it meets the terminal.

pub mod pacing;
pub mod terminal;
pub mod theme;
