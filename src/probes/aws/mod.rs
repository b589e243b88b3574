//! What the kinds that ask AWS share with the secret source: credentials, and what a failed question means.

#[cfg(feature = "aws")]
mod access;
#[cfg(feature = "aws")]
mod classify;
#[cfg(feature = "aws")]
mod limit;
mod trouble;

#[cfg(feature = "aws")]
pub(super) use access::Access;
pub use trouble::Trouble;
pub(super) use trouble::reasons;

use crate::guard::line;

/// By which right AWS is asked: a name, never a key.
pub(super) fn credential(profile: Option<&str>) -> String {
    match profile {
        Some(profile) => format!("AWS profile {}", line(profile)),
        None => "AWS credentials of this host".to_owned(),
    }
}
