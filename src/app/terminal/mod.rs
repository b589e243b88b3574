//! The terminal: what it can do, how frames reach it, how its input arrives, and how it is left as it was.

pub mod caps;
pub mod clipboard;
mod encode;
mod glyph;
mod motion;
mod sgr;

pub use caps::Caps;
pub use encode::encode;
