//! The two grammars that `[env] file` can be in, and what both answer to a file that they refuse.

use super::dotenv::{self, EnvError};
use super::systemd::SystemdError;

/// How `[env] file` is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileFormat {
    /// `.env`, as Docker Compose reads it.
    #[default]
    Dotenv,
    /// `EnvironmentFile=` of a systemd unit.
    Systemd,
}

impl FileFormat {
    /// Who reads a file of this format, and may refuse it.
    pub fn reader(self) -> &'static str {
        match self {
            Self::Dotenv => "Compose",
            Self::Systemd => "systemd",
        }
    }
}

/// Why a file's reader refuses it, and where; without a word of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Compose does.
    #[error(transparent)]
    Dotenv(#[from] dotenv::EnvError),
    /// systemd does.
    #[error(transparent)]
    Systemd(#[from] SystemdError),
}

impl Refused {
    /// The line, 1-based.
    pub fn line(&self) -> usize {
        match self {
            Self::Dotenv(EnvError { line, .. }) | Self::Systemd(SystemdError { line, .. }) => *line,
        }
    }
}
