//! A secret in a file: JSON, or a plain value.

use super::{FetchedSecret, LIMIT, SecretSource, parse};
use crate::evidence::Unknown;
use crate::guard::{Secret, line};
use crate::probes::ProbeError;
use crate::probes::files::{FileTrouble, read_limited};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::timeout;

/// A file with one secret in it.
#[derive(Clone, Debug)]
pub struct FileSource {
    /// The file.
    pub path: PathBuf,
    /// How long reading may take: a network's file system may hang.
    pub timeout: Duration,
}

impl SecretSource for FileSource {
    async fn fetch(&self, name: &str) -> Result<FetchedSecret, ProbeError> {
        let path = self.path.to_string_lossy();
        let shown = line(&path);
        let bytes = match timeout(self.timeout, read_limited(&self.path, LIMIT)).await {
            Err(_) => {
                return Err(ProbeError::new(Unknown::TimedOut, format!("{shown} could not be read in time")));
            }
            Ok(Err(trouble)) => {
                let reason = match trouble {
                    FileTrouble::Denied => Unknown::Denied,
                    FileTrouble::TooLarge(_) => Unknown::Garbled,
                    _ => Unknown::Unreachable,
                };
                return Err(ProbeError::new(reason, format!("{shown} {trouble}")).hint(format!("ls -l {shown}")));
            }
            Ok(Ok(bytes)) => Secret::new(bytes),
        };
        parse::fetched(name, None, bytes.expose())
    }
}
