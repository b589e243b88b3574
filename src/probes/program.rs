//! Runs a program without a shell: its output up to a limit, and at the deadline it and everything that it
//! started is killed. What it says on its error output is kept only where somebody has to classify it.

use super::{Place, ProbeError};
use crate::evidence::Unknown;
use crate::guard::line;
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::ErrorKind;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::{Instant, timeout_at};

/// The most that is kept of the output, in bytes.
pub(super) const LIMIT: u64 = 64 * 1024;

/// A program to run.
pub(super) struct Program<'a> {
    /// The program and its arguments. A name is looked for in PATH; a path starts at the stack.
    pub(super) argv: &'a [String],
    /// What its environment has besides the console's.
    pub(super) environment: &'a [(&'a str, &'a str)],
    /// Whether its error output is kept: to be classified, never to be shown.
    pub(super) with_errors: bool,
}

/// What a program printed, and how it ended.
pub(super) struct Output {
    /// `None` where a signal ended it.
    pub(super) exit: Option<i32>,
    pub(super) bytes: Vec<u8>,
    pub(super) is_cut: bool,
    /// Its error output, where that was asked for.
    pub(super) errors: Vec<u8>,
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

impl Program<'_> {
    /// The program's name; its arguments are not shown.
    pub(super) fn shown(&self) -> String {
        self.argv.first().map(|program| line(program).into_owned()).unwrap_or_default()
    }

    /// Runs it in the stack's folder, up to its end or the deadline.
    pub(super) async fn run(&self, at: &Place, deadline: Instant) -> Result<Output, ProbeError> {
        let shown = self.shown();
        let failed = |reason, id, what: &str| ProbeError::new(reason, format!("{shown} {what}")).id(id);
        let Some((program, arguments)) = self.argv.split_first() else {
            let empty = ProbeError::new(Unknown::NotConfigured, "argv is empty: there is no program to run");
            return Err(empty.id("not_installed"));
        };
        let path = if program.contains('/') { at.path(Path::new(program)) } else { program.into() };
        let errors = if self.with_errors { Stdio::piped() } else { Stdio::null() };
        let mut child = tokio::process::Command::new(path)
            .args(arguments)
            .envs(self.environment.iter().copied())
            .current_dir(&at.root)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| match error.kind() {
                ErrorKind::NotFound => {
                    failed(Unknown::NotConfigured, "not_installed", "is not installed, or not in PATH")
                }
                ErrorKind::PermissionDenied => failed(Unknown::Denied, "not_permitted", "may not be run by this user"),
                kind => failed(Unknown::Unreachable, "not_runnable", &format!("could not be run ({kind})")),
            })?;
        let mut group = Group(child.id().and_then(|id| Pid::from_raw(id as i32)));
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let ends = async { tokio::try_join!(read(stdout), read(stderr), child.wait()) };
        let ended = timeout_at(deadline, ends).await;
        let ((bytes, is_cut), (errors, _), status) = ended
            .map_err(|_| {
                failed(Unknown::TimedOut, "timeout", "did not end in time, and was killed")
                    .hint("give it a longer timeout, or find out what it waits for")
            })?
            .map_err(|_| failed(Unknown::Garbled, "garbled", "could not be read"))?;
        group.spare();
        Ok(Output { exit: status.code(), bytes, is_cut, errors })
    }
}

/// Keeps what comes first and drops the rest, so that a program that prints much can still end.
async fn read(output: Option<impl AsyncRead + Unpin>) -> std::io::Result<(Vec<u8>, bool)> {
    let Some(mut output) = output else { return Ok((Vec::new(), false)) };
    let mut bytes = Vec::new();
    (&mut output).take(LIMIT).read_to_end(&mut bytes).await?;
    let dropped = tokio::io::copy(&mut output, &mut tokio::io::sink()).await?;
    Ok((bytes, dropped > 0))
}
