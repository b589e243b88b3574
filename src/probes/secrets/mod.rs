//! Where secrets are kept: AWS Secrets Manager, a command (vault, op, sops), a file. Values are
//! fetched to be compared, and live as [`Secret`]s only.

#[cfg(feature = "aws")]
mod aws;
mod command;
mod file;
mod open;
mod parse;

#[cfg(test)]
mod tests;

pub use command::CommandSource;
pub use file::FileSource;

use super::ProbeError;
use crate::guard::Secret;
use jiff::Timestamp;
use std::future::Future;

#[cfg(feature = "aws")]
pub use aws::AwsSource;

/// What the probe of a managed secret shares with the source.
#[cfg(feature = "aws")]
pub(super) mod asked {
    pub(in crate::probes) use super::aws::{names, value};
    pub(in crate::probes) use super::parse::fetched;
}

/// The most that is read of a secret, in bytes. AWS allows 64 KiB.
const LIMIT: u64 = 1024 * 1024;

/// A secret as it was fetched. Its `Debug` shows names and lengths, no value.
#[derive(Clone, Debug)]
pub struct FetchedSecret {
    /// The name it was asked by.
    pub name: String,
    /// The version, where the source has versions.
    pub version: Option<String>,
    /// Since when that version is there, where the source says so.
    pub changed_at: Option<Timestamp>,
    /// The fields of a JSON object in its order; a secret that is none has the one field `value`.
    pub fields: Vec<(String, Secret)>,
}

impl FetchedSecret {
    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<&Secret> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }
}

/// Where secrets can be fetched from.
pub trait SecretSource {
    /// Fetches the secret of this name, within the source's deadline.
    fn fetch(&self, name: &str) -> impl Future<Output = Result<FetchedSecret, ProbeError>> + Send;
}

/// A source of any kind.
#[derive(Clone, Debug)]
pub enum AnySecretSource {
    /// AWS Secrets Manager.
    #[cfg(feature = "aws")]
    Aws(AwsSource),
    /// A command's output.
    Command(CommandSource),
    /// A file.
    File(FileSource),
}

impl SecretSource for AnySecretSource {
    async fn fetch(&self, name: &str) -> Result<FetchedSecret, ProbeError> {
        match self {
            #[cfg(feature = "aws")]
            Self::Aws(source) => source.fetch(name).await,
            Self::Command(source) => source.fetch(name).await,
            Self::File(source) => source.fetch(name).await,
        }
    }
}
