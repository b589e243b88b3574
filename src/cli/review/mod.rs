//! `readback review`: what can be done with reviews without a screen.

mod args;
mod desk;
mod list;

pub use args::ReviewCommand;
pub use list::ListReport;

use super::Args;
use super::context::StartError;

/// Runs what was asked for.
pub(super) fn run(args: &Args, command: &ReviewCommand) -> Result<u8, StartError> {
    match command {
        ReviewCommand::List(options) => list::run(args, options),
    }
}
