//! Runs a program without a shell: its output up to a limit, its error output dropped, and at the
//! deadline it and everything that it started is killed.

use super::Command;
use crate::evidence::Unknown;
use crate::probes::{Place, ProbeError};
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::ErrorKind;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::{Instant, timeout_at};

/// The most that is kept of the output, in bytes.
pub(super) const LIMIT: u64 = 64 * 1024;

/// What a program printed, and how it ended.
pub(super) struct Output {
    pub(super) exit: Option<i32>,
    pub(super) bytes: Vec<u8>,
    pub(super) is_cut: bool,
}

/// Kills a process group when it is dropped, however the look ends.
struct Group(Option<Pid>);

impl Group {
    /// It ended by itself: what it left running on purpose stays.
    fn spare(&mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // That it is gone already is as good.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

pub(super) async fn run(command: &Command, at: &Place, deadline: Instant) -> Result<Output, ProbeError> {
    let shown = command.shown();
    let failed = |reason, what: &str| ProbeError::new(reason, format!("{shown} {what}"));
    let Some((program, arguments)) = command.argv.split_first() else {
        return Err(ProbeError::new(Unknown::NotConfigured, "argv is empty: there is no program to run"));
    };
    // A name is looked for in PATH; a path starts at the stack.
    let path = if program.contains('/') { at.path(Path::new(program)) } else { program.into() };
    let mut child = tokio::process::Command::new(path)
        .args(arguments)
        .current_dir(&at.root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => failed(Unknown::NotConfigured, "is not installed, or not in PATH"),
            ErrorKind::PermissionDenied => failed(Unknown::Denied, "may not be run by this user"),
            kind => failed(Unknown::Unreachable, &format!("could not be run ({kind})")),
        })?;
    let mut group = Group(child.id().and_then(|id| Pid::from_raw(id as i32)));
    let stdout = child.stdout.take();
    let ends = async { tokio::try_join!(read(stdout), child.wait()) };
    let ended = timeout_at(deadline, ends).await;
    let ((bytes, is_cut), status) = ended
        .map_err(|_| {
            failed(Unknown::TimedOut, "did not end in time, and was killed")
                .hint("give it a longer timeout, or find out what it waits for")
        })?
        .map_err(|_| failed(Unknown::Garbled, "could not be read"))?;
    group.spare();
    Ok(Output { exit: status.code(), bytes, is_cut })
}

/// Keeps what comes first and drops the rest, so that a program that prints much can still end.
async fn read(stdout: Option<impl AsyncRead + Unpin>) -> std::io::Result<(Vec<u8>, bool)> {
    let Some(mut stdout) = stdout else { return Ok((Vec::new(), false)) };
    let mut bytes = Vec::new();
    (&mut stdout).take(LIMIT).read_to_end(&mut bytes).await?;
    let dropped = tokio::io::copy(&mut stdout, &mut tokio::io::sink()).await?;
    Ok((bytes, dropped > 0))
}
