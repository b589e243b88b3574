//! The console itself: starts the tasks, takes the terminal, runs the shell, and leaves in order.

use super::context::{Context, StartError, private_folder};
use crate::app::shell::{
    Clock, Door, Hands, LayerTask, Probes, Screen, Shell, Sources, StoreTask, judge_observations, keep_drafts,
};
use crate::app::terminal::{Caps, Guard, Hangup, Input, Signals, install_hooks};
use crate::app::theme::{Depth, Theme};
use crate::app::{Access, App, Event, Facts, Ids, Setting};
use crate::config::{ColorMode, Config};
use crate::probes::{ProbeSpec, Schedule, never_run};
use crate::review::{Contract, Snapshot};
use crate::store::drafts::Drafts;
use jiff::Timestamp;
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long the tasks may take to put away what they hold.
const LEAVE_WITHIN: Duration = Duration::from_secs(1);

/// Opens the console on a stack; returns its exit code.
pub(super) fn run(context: Context) -> Result<u8, StartError> {
    let theme = theme(&context.config.display.theme, depth(context.config.display.color))?;
    let log = start_log(&context)?;
    let runtime = runtime()?;
    let caps = caps();
    let guard = Guard::enter(&caps)?;
    let restorer = guard.restorer();
    install_hooks(log.path, restorer).map_err(|error| StartError::Other(error.to_string()))?;
    let code = runtime.block_on(open(context, guard, caps, theme));
    runtime.shutdown_background();
    Ok(u8::try_from(code?).unwrap_or(1))
}
