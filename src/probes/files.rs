//! Reads a file: a regular one, up to a size, within the caller's deadline.

use std::io::ErrorKind;
use std::path::Path;
use tokio::io::AsyncReadExt;

/// Why a file was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FileTrouble {
    /// It isn't there.
    #[error("is not there")]
    Missing,
    /// No permission, on it or on a folder above it.
    #[error("may not be read by this user")]
    Denied,
    /// A folder, a pipe, a device.
    #[error("is not a regular file")]
    NotAFile,
    /// Larger than the limit, in bytes.
    #[error("is too large ({0} bytes)")]
    TooLarge(u64),
    /// The system said something else.
    #[error("can't be read ({0})")]
    Other(ErrorKind),
}

impl From<std::io::Error> for FileTrouble {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::Missing,
            ErrorKind::PermissionDenied => Self::Denied,
            other => Self::Other(other),
        }
    }
}

/// The bytes of a regular file of at most `limit` bytes. A pipe is not opened: that would wait for a
/// writer that never comes.
pub(super) async fn read_limited(path: &Path, limit: u64) -> Result<Vec<u8>, FileTrouble> {
    let about = tokio::fs::metadata(path).await?;
    if !about.is_file() {
        return Err(FileTrouble::NotAFile);
    }
    if about.len() > limit {
        return Err(FileTrouble::TooLarge(about.len()));
    }
    let mut bytes = Vec::with_capacity(about.len() as usize);
    let file = tokio::fs::File::open(path).await?;
    // One more than allowed: a file that grows while it is read is caught too.
    file.take(limit + 1).read_to_end(&mut bytes).await?;
    if bytes.len() as u64 > limit {
        return Err(FileTrouble::TooLarge(bytes.len() as u64));
    }
    Ok(bytes)
}
