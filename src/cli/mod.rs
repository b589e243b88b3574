//! The command line: arguments to a mode, one file per subcommand. Each prints what the console shows,
//! for pipes and cron.

mod args;
mod backfill;
pub mod check;
mod console;
mod context;
mod demo;
pub mod env;
mod files;
pub mod incidents;
pub mod ingest;
pub mod init;
mod nothing;
mod plan;
mod retention;
pub mod review;
pub mod seal;
pub mod timeline;
pub mod verify;

pub use args::{
    Args, CheckArgs, EnvArgs, EnvCommand, EnvFormat, EnvGroup, EnvSort, Format, IncidentsArgs, PlanArgs,
    RetentionAction, RetentionArgs, RowFormat, SealArgs, TimelineArgs, VerifyArgs, VerifyFormat, WatchFormat,
};

use args::Command;
use clap::Parser;
use context::Context;
use std::io::Write;
use std::process::ExitCode;

/// What `check` exits with when it can't start; Nagios plugins call it unknown.
const UNKNOWN: u8 = 3;
/// What everything else exits with when it can't start.
const FAILED: u8 = 1;
/// What a usage error exits with, and a question that there is no stack to ask of.
const NOT_DONE: u8 = 2;

/// Runs the program; returns its exit code. Errors are one line on stderr.
pub fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            // To who asks like a Nagios plugin, a wrong argument is unknown, not critical.
            // So it is to who asks whether the chains hold: 2 is broken.
            let is_asked = |word: &str| std::env::args().any(|arg| arg == word);
            let is_asked_of_it = |words: [&str; 3]| words.into_iter().any(is_asked) && !is_asked("env");
            let is_a_check = is_asked("check") || is_asked_of_it(["verify", "seal", "retention"]);
            let wrong = if is_a_check { UNKNOWN } else { NOT_DONE };
            return ExitCode::from(if error.use_stderr() { wrong } else { 0 });
        }
    };
    let failed = match args.command {
        // As the contract has it.
        Some(Command::Plan(_)) => NOT_DONE,
        Some(Command::Init { .. } | Command::Demo) | None => FAILED,
        Some(_) => UNKNOWN,
    };
    match dispatch(&args) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            say(&mut std::io::stderr(), &format!("readback: {error}"));
            ExitCode::from(failed)
        }
    }
}

fn dispatch(args: &Args) -> Result<u8, context::StartError> {
    match &args.command {
        Some(Command::Init { dir }) => init::run_command(dir),
        Some(Command::Demo) => {
            demo::run(args.color.as_deref().unwrap_or("auto"), args.theme.as_deref().unwrap_or("default"))
        }
        Some(Command::Check(options)) => check::run(args, options),
        Some(Command::Env(asked)) => env::run(args, asked),
        Some(Command::Timeline(options)) => timeline::run(args, options),
        Some(Command::Incidents(options)) => incidents::run(args, options),
        Some(Command::Verify(options)) => verify::run(args, options),
        Some(Command::Seal(options)) => seal::run(args, options),
        Some(Command::Retention(options)) => retention::run(args, options),
        Some(Command::Plan(options)) => plan::run(options),
        Some(Command::Review(command)) => review::run(args, command),
        Some(Command::Ingest(command)) => ingest::run(args, command),
        Some(Command::Backfill(options)) => backfill::run(args, options),
        None => match Context::find(args)? {
            Some(context) => console::run(&context),
            None => Ok(nothing::explain()),
        },
    }
}

/// Prints a text. Who does not listen (a closed pipe) is no error.
pub(crate) fn say(to: &mut impl Write, text: &str) {
    let _ = writeln!(to, "{text}");
}
