//! `readback check`: every probe once, the recovery gate, an exit code that monitoring understands.

mod human;
mod json;
mod junit;
mod look;
mod nagios;
mod prometheus;
mod report;
mod select;
mod wait;

pub use report::{Report, SCHEMA, UnreadLayer, exit_code};
pub use select::{NotAsked, SelectError, Selection, confine, select};
pub use wait::LEAST_PAUSE;

use super::context::{Context, StartError};
use super::{Args, CheckArgs, Format, UNKNOWN, nothing, say};
use look::Looker;
use std::io::{IsTerminal, stderr, stdout};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// What a wait that was ended with Ctrl-C exits with, as a shell reports SIGINT.
const INTERRUPTED: u8 = 130;

/// The report in a format. Pure.
pub fn render(report: &Report, format: Format) -> String {
    match format {
        Format::Human => human::render(report),
        Format::Json => json::render(report),
        Format::Junit => junit::render(report),
        Format::Prometheus => prometheus::render(report),
        Format::Nagios => nagios::render(report),
    }
}

/// Runs it and prints the report.
pub(super) fn run(args: &Args, options: &CheckArgs) -> Result<u8, StartError> {
    let code = answer(args, options);
    // Nagios shows what stands on stdout, and nothing else.
    if let (Err(error), Format::Nagios) = (&code, options.format) {
        say(&mut stdout(), &nagios::unknown(&error.to_string()));
    }
    code
}

fn answer(args: &Args, options: &CheckArgs) -> Result<u8, StartError> {
    let Some(context) = Context::find(args)? else {
        if options.format == Format::Nagios {
            say(&mut stdout(), &nagios::unknown("there is no stack here (no readback.toml); give --stack"));
        } else {
            nothing::explain();
        }
        return Ok(UNKNOWN);
    };
    let selection = select(&context.config.probes, &options.only, &options.tag);
    let selection = selection.map_err(|error| StartError::Other(error.to_string()))?;
    let looker = Looker::new(&context, selection)?;
    let runtime = super::console::runtime()?;
    let report = runtime.block_on(look(looker, options.wait));
    // A probe that hangs in a system call must not keep the answer.
    runtime.shutdown_background();
    let Some(report) = report? else { return Ok(INTERRUPTED) };
    say(&mut stdout(), render(&report, options.format).trim_end());
    Ok(report.exit_code)
}

/// Looks once, or until the wait is over; `None` where it was interrupted.
async fn look(mut looker: Looker, limit: Option<Duration>) -> Result<Option<Report>, StartError> {
    let every = looker.cadences();
    let Some(limit) = limit else {
        let all: Vec<usize> = (0..every.len()).collect();
        return Ok(Some(Box::pin(looker.ask(&all)).await));
    };
    let mut interrupt = signal(SignalKind::interrupt()).map_err(StartError::io("Ctrl-C can't be handled"))?;
    let is_watched = stderr().is_terminal();
    let tell = |line: &str| {
        if is_watched {
            say(&mut stderr(), line);
        }
    };
    let ask = async |due: &[usize]| Box::pin(looker.ask(due)).await;
    tokio::select! {
        _ = interrupt.recv() => Ok(None),
        report = wait::until_verified(&every, limit, ask, tell) => Ok(Some(report)),
    }
}
