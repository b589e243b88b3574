//! `readback env`: what the env pane shows, for pipes, for build servers and for cron. No output holds a value that
//! is secret, nor a part of one.

mod blame;
mod diff;
mod files;
mod forecast;
mod github;
mod history;
mod human;
mod sarif;
mod select;
mod sync;
mod verify;
mod watch;

pub use blame::BlameReport;
pub use diff::LayerReport;
pub use files::FileReport;
pub use forecast::ForecastReport;
pub use verify::VerifyReport;

use super::context::{Context, StartError};
use super::{Args, EnvCommand, EnvFormat, UNKNOWN, nothing, say};
use crate::app::shell::{Compared, LayerTask};
use crate::env::Finding;
use crate::env::sync::LastSyncs;
use history::Stored;
use serde::Serialize;
use std::io::stdout;

/// What an answer is, whatever it is printed as.
pub trait Answer: Serialize {
    /// The exit code that goes with it.
    fn exit_code(&self) -> u8;
    /// For people.
    fn human(&self) -> String;
    /// What is wrong, for the formats that mark lines.
    fn findings(&self) -> Vec<Finding>;
}

/// An answer in a format. Pure.
pub fn render(answer: &impl Answer, format: EnvFormat) -> String {
    match format {
        EnvFormat::Human => answer.human(),
        EnvFormat::Json => serde_json::to_string_pretty(answer).unwrap_or_default(),
        EnvFormat::Github => github::render(&answer.findings()),
        EnvFormat::Sarif => sarif::render(&answer.findings()),
    }
}

/// Runs it and prints the answer.
pub(super) fn run(args: &Args, asked: &EnvCommand) -> Result<u8, StartError> {
    if let EnvCommand::Diff { left: Some(left), right: Some(right), options, all, read_as, .. } = asked {
        let fingerprinter = super::context::fingerprinter_without_stack(args)?;
        let format = files::format(args, *read_as, [left, right]);
        let report = files::compare(left, right, format, options, *all, &fingerprinter)?;
        return Ok(print(&report, options.format));
    }
    let Some(context) = Context::find(args)? else {
        nothing::explain();
        return Ok(UNKNOWN);
    };
    match asked {
        EnvCommand::Verify { options, group } => {
            let report = VerifyReport::of(&read(&context)?.0.matrix, options, *group);
            Ok(print(&report, options.format))
        }
        EnvCommand::Diff { options, group, all, .. } => {
            let report = LayerReport::of(read(&context)?.0.matrix, options, *group, *all);
            Ok(print(&report, options.format))
        }
        EnvCommand::Forecast(options) => {
            let zone = context.config.display.timezone.time_zone().clone();
            let (compared, stored) = read(&context)?;
            let report = ForecastReport::of(&compared, stored, zone, options);
            Ok(print(&report, options.format))
        }
        EnvCommand::Watch { format } => watch::run(&context, *format),
        EnvCommand::Sync(options) => sync::run(&context, options),
        EnvCommand::Blame { key, options } => {
            let report = blame::of(&context, key.as_deref(), options)?;
            Ok(print(&report, options.format))
        }
    }
}

fn print(answer: &impl Answer, format: EnvFormat) -> u8 {
    say(&mut stdout(), render(answer, format).trim_end());
    answer.exit_code()
}

/// Reads every layer and compares them, with what the store knows of syncs; and what else it knows, masked.
fn read(context: &Context) -> Result<(Compared, Stored), StartError> {
    let stored = history::of(context)?;
    let synced = LastSyncs::recorded(&stored.entries, &context.config.env.file.to_string_lossy());
    let layers = LayerTask::new(&context.config, context.place(), context.fingerprinter()?);
    let runtime = super::console::runtime()?;
    let compared = runtime.block_on(layers.read_with(&synced));
    // A layer that hangs in a system call must not keep the answer.
    runtime.shutdown_background();
    let door = super::timeline::door_of(compared.guard.clone());
    Ok((compared, stored.masked(&door)))
}
