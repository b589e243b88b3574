//! A configured secret.

use super::{AnySecretSource, CommandSource, FileSource, TIMEOUT};
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::{Place, ProbeError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// One `[[secret]]` of readback.toml: where it is kept, and which key of `.env` each field belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretSpec {
    /// Its name where it is kept (`odoo18-prod/db-credentials`).
    pub id: String,
    /// `aws`, `command` or `file`.
    pub source: SourceKind,
    /// `aws`: the region, unless the profile names one.
    pub region: Option<String>,
    /// `aws`: the profile of the AWS configuration whose credentials are used.
    pub profile: Option<String>,
    /// `aws`: another endpoint, for a private one or a test.
    pub endpoint: Option<String>,
    /// `command`: the program and its arguments; no shell. Its output is the secret.
    #[serde(default)]
    pub argv: Vec<String>,
    /// `file`: the path, relative to the stack.
    pub path: Option<PathBuf>,
    /// How long a fetch may take, in seconds; 10 unless given.
    pub timeout_s: Option<u64>,
    /// Field of the secret to key of `.env` (`password = "DB_PASSWORD"`).
    #[serde(default)]
    pub keys: BTreeMap<String, String>,
}

/// Where a secret is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// AWS Secrets Manager.
    Aws,
    /// A command's output.
    Command,
    /// A file.
    File,
}

impl SecretSpec {
    /// The source that this names. An option of another source is an error: it would be ignored.
    pub fn open(&self, place: &Place) -> Result<AnySecretSource, ProbeError> {
        let is_aws = self.source == SourceKind::Aws;
        let misplaced = [
            ("region", self.region.is_some() && !is_aws),
            ("profile", self.profile.is_some() && !is_aws),
            ("endpoint", self.endpoint.is_some() && !is_aws),
            ("argv", !self.argv.is_empty() && self.source != SourceKind::Command),
            ("path", self.path.is_some() && self.source != SourceKind::File),
        ];
        if let Some((option, _)) = misplaced.iter().find(|(_, is_so)| *is_so) {
            return Err(self.wrong(&format!("does not take {option}")));
        }
        let timeout = self.timeout_s.map_or(TIMEOUT, Duration::from_secs);
        match self.source {
            SourceKind::Aws => self.aws(timeout),
            SourceKind::Command if self.argv.is_empty() => Err(self.wrong("needs argv, the command")),
            SourceKind::Command => Ok(AnySecretSource::Command(CommandSource {
                argv: self.argv.clone(),
                folder: place.root.clone(),
                timeout,
            })),
            SourceKind::File => match &self.path {
                None => Err(self.wrong("needs path, the file")),
                Some(path) => Ok(AnySecretSource::File(FileSource { path: place.path(path), timeout })),
            },
        }
    }

    #[cfg(feature = "aws")]
    #[expect(clippy::unnecessary_wraps, reason = "without the feature it is an error")]
    fn aws(&self, timeout: Duration) -> Result<AnySecretSource, ProbeError> {
        Ok(AnySecretSource::Aws(super::AwsSource {
            region: self.region.clone(),
            profile: self.profile.clone(),
            endpoint: self.endpoint.clone(),
            timeout,
        }))
    }

    #[cfg(not(feature = "aws"))]
    #[expect(clippy::unused_self, reason = "the same call in every build")]
    fn aws(&self, _timeout: Duration) -> Result<AnySecretSource, ProbeError> {
        Err(crate::probes::not_built("aws"))
    }

    fn wrong(&self, what: &str) -> ProbeError {
        let source = match self.source {
            SourceKind::Aws => "aws",
            SourceKind::Command => "command",
            SourceKind::File => "file",
        };
        let message = format!("the secret {}: source = \"{source}\" {what}", line(&self.id));
        ProbeError::new(Unknown::NotConfigured, message)
    }
}
