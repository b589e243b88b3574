//! A secret that a command prints (vault, op, sops). No shell; its error output is dropped, for it may
//! hold anything; it is killed at the deadline.

use super::{FetchedSecret, LIMIT, SecretSource, parse};
use crate::evidence::Unknown;
use crate::guard::{Secret, line};
use crate::probes::ProbeError;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::time::timeout;

/// A command whose output is a secret.
#[derive(Clone, Debug)]
pub struct CommandSource {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Where it runs.
    pub folder: PathBuf,
    /// How long it may take.
    pub timeout: Duration,
}

impl SecretSource for CommandSource {
    async fn fetch(&self, name: &str) -> Result<FetchedSecret, ProbeError> {
        let output = timeout(self.timeout, self.output()).await.unwrap_or_else(|_| {
            let took = self.timeout.as_secs_f32();
            Err(ProbeError::new(Unknown::TimedOut, format!("{} did not end within {took} s", self.shown())))
        })?;
        parse::fetched(name, None, output.expose())
    }
}

impl CommandSource {
    /// The program's name; its arguments are not shown.
    fn shown(&self) -> String {
        self.argv.first().map(|program| line(program).into_owned()).unwrap_or_default()
    }

    async fn output(&self) -> Result<Secret, ProbeError> {
        let failed = |reason, what: String| ProbeError::new(reason, format!("{} {what}", self.shown()));
        let Some((program, arguments)) = self.argv.split_first() else {
            return Err(ProbeError::new(Unknown::NotConfigured, "the command for a secret is empty"));
        };
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| match error.kind() {
                ErrorKind::NotFound => failed(Unknown::NotConfigured, "is not installed, or not in PATH".to_owned()),
                ErrorKind::PermissionDenied => failed(Unknown::Denied, "may not be run by this user".to_owned()),
                kind => failed(Unknown::Unreachable, format!("could not be run ({kind})")),
            })?;
        let unreadable = |_| failed(Unknown::Garbled, "could not be read".to_owned());
        let mut output = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            stdout.take(LIMIT + 1).read_to_end(&mut output).await.map_err(unreadable)?;
        }
        let output = Secret::new(output);
        if output.len() as u64 > LIMIT {
            return Err(failed(Unknown::Garbled, format!("prints more than {LIMIT} bytes: that is no secret")));
        }
        let status = child.wait().await.map_err(unreadable)?;
        if status.success() {
            return Ok(output);
        }
        let how = status.code().map_or("was killed".to_owned(), |code| format!("failed with exit code {code}"));
        Err(failed(Unknown::Unreachable, how).hint(format!("run it by hand: {}", self.shown())))
    }
}
