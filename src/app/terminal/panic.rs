//! What happens when the program is wrong: the terminal first, then the report, then the end.

use super::background::in_background;
use super::guard::Restorer;
use crate::guard::multiline;
use color_eyre::config::{HookBuilder, PanicHook, Theme};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::thread;

/// The exit code after a panic of the screen.
pub const PANIC_EXIT_CODE: i32 = 101;

/// Installs the report hooks. Call it once, on the thread that draws, after the guard has been entered.
///
/// A panic on this thread, outside of [`super::Background`], gives the terminal back, goes to stderr and to the
/// log, and ends the process with [`PANIC_EXIT_CODE`]. Any other panic only goes to the log.
pub fn install_hooks(log: PathBuf, restorer: Restorer) -> Result<(), color_eyre::eyre::InstallError> {
    // No colours: the report goes to a file, and to a terminal whose colours are not ours.
    let builder = HookBuilder::blank().theme(Theme::new()).display_env_section(false);
    let (panic_hook, eyre_hook) = builder.into_hooks();
    eyre_hook.install()?;
    let screen = thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        if thread::current().id() != screen || in_background() {
            append(&log, &report(&panic_hook, info));
            return;
        }
        restorer.restore();
        let report = report(&panic_hook, info);
        append(&log, &report);
        // Not eprintln!: it panics where stderr is gone, and a panic in a panic hook aborts.
        let _ = writeln!(io::stderr(), "{report}\nThis is a bug in readback. The report is in {}", log.display());
        std::process::exit(PANIC_EXIT_CODE);
    }));
    Ok(())
}

fn report(hook: &PanicHook, info: &PanicHookInfo<'_>) -> String {
    multiline(&hook.panic_report(info).to_string())
}

/// Appends to the log, which only its owner may read.
fn append(log: &Path, report: &str) {
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(log);
    let _ = file.and_then(|mut file| writeln!(file, "{} panic\n{report}", jiff::Timestamp::now()));
}
