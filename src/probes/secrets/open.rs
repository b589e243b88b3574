//! From a configured secret to the source that holds it.

use super::{AnySecretSource, CommandSource, FileSource};
use crate::config::{SecretSource, SecretSpec};
use crate::probes::{Place, ProbeError};
use std::time::Duration;

impl AnySecretSource {
    /// The source of a `[[secret]]`. An error where this build has not got it.
    pub fn open(spec: &SecretSpec, place: &Place) -> Result<Self, ProbeError> {
        let timeout = spec.timeout;
        match &spec.source {
            SecretSource::Aws(aws) => open_aws(aws, timeout),
            SecretSource::Command(command) => {
                let (argv, folder) = (command.argv.clone(), place.root.clone());
                Ok(Self::Command(CommandSource { argv, folder, timeout }))
            }
            SecretSource::File(file) => Ok(Self::File(FileSource { path: place.path(&file.path), timeout })),
        }
    }
}

#[cfg(feature = "aws")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature it is an error")]
fn open_aws(aws: &crate::config::AwsSource, timeout: Duration) -> Result<AnySecretSource, ProbeError> {
    let (region, profile, endpoint) = (aws.region.clone(), aws.profile.clone(), aws.endpoint.clone());
    Ok(AnySecretSource::Aws(super::AwsSource { region, profile, endpoint, timeout }))
}

#[cfg(not(feature = "aws"))]
fn open_aws(_aws: &crate::config::AwsSource, _timeout: Duration) -> Result<AnySecretSource, ProbeError> {
    Err(crate::probes::not_built("aws"))
}
