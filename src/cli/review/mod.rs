//! `readback review`: what can be done with reviews without a screen.

mod args;
mod bundle;
mod desk;
mod export;
mod follow_ups;
mod list;
mod narrative;
mod ready;
mod recheck;
mod words;
mod writer;

pub use args::ReviewCommand;
pub(in crate::cli) use desk::Desk;
pub use list::ListReport;
pub use recheck::RecheckReport;

use super::Args;
use super::context::StartError;

/// What a no exits with: nothing is there, or it was refused.
const NO: u8 = 1;

/// Runs what was asked for.
pub(super) fn run(args: &Args, command: &ReviewCommand) -> Result<u8, StartError> {
    match command {
        ReviewCommand::List(options) => list::run(args, options),
        ReviewCommand::Recheck(options) => recheck::run(args, options),
        ReviewCommand::Export(options) => export::run(args, options),
        ReviewCommand::Bundle(options) => bundle::run(args, options),
        ReviewCommand::FollowUps(options) => follow_ups::run(args, options),
        ReviewCommand::FollowUp(command) => follow_ups::set(args, command),
        ReviewCommand::Write(options) => narrative::write(args, options),
        ReviewCommand::Risk(options) => narrative::risk(args, options),
        ReviewCommand::Ready(options) => ready::run(args, options),
    }
}
