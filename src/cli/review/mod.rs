//! `readback review`: what can be done with reviews without a screen.

mod args;
mod bundle;
mod desk;
mod export;
mod list;
mod recheck;

pub use args::ReviewCommand;
pub(in crate::cli) use desk::Desk;
pub use list::ListReport;
pub use recheck::RecheckReport;

use super::Args;
use super::context::StartError;

/// Runs what was asked for.
pub(super) fn run(args: &Args, command: &ReviewCommand) -> Result<u8, StartError> {
    match command {
        ReviewCommand::List(options) => list::run(args, options),
        ReviewCommand::Recheck(options) => recheck::run(args, options),
        ReviewCommand::Export(options) => export::run(args, options),
        ReviewCommand::Bundle(options) => bundle::run(args, options),
    }
}
