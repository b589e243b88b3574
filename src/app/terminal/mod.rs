//! The terminal: what it can do, how frames reach it, how its input arrives, and how it is left as it was.
//!
//! [`Guard`] takes it and gives it back; [`encode()`] makes a frame, [`Writer`] writes it; [`Input`], [`Signals`]
//! and [`Hangup`] are the three ways in which it speaks.

mod background;
mod caps;
mod cause;
pub mod clipboard;
mod encode;
mod glyph;
mod guard;
mod hangup;
mod input;
mod motion;
mod panic;
mod sgr;
mod signals;
mod title;
mod writer;

pub use background::Background;
pub use caps::Caps;
pub use cause::Cause;
pub use encode::encode;
pub use guard::{Guard, Restorer, TerminalError};
pub use hangup::{GRACE, Hangup};
pub use input::{Input, InputEvent};
pub use panic::{PANIC_EXIT_CODE, install_hooks};
pub use signals::{SignalEvent, Signals};
pub use title::title;
pub use writer::Writer;
