//! Reads a file: a regular one, up to a size. Everything of the program that reads files of a stack reads them so.

use rustix::fs::OFlags;
use std::fs::{Metadata, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use zeroize::Zeroizing;

/// Why a file was not read. In words that stand behind its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileTrouble {
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

/// The most that is read of a file whose keys are kept in memory, with every layer or over the whole past, in bytes.
pub const MOST_KEPT: u64 = 8 * 1024 * 1024;

impl FileTrouble {
    /// The same, of a file whose keys would be kept: of one that is too large the limit, why there is one, and what to
    /// do.
    pub fn of_kept(self) -> String {
        match self {
            Self::TooLarge(_) => format!(
                "{self}: up to {} MiB are read here, for each key is kept in memory with all that is known of it; \
                 `readback env diff A B` compares files of up to 256 MiB",
                MOST_KEPT / 1024 / 1024
            ),
            _ => self.to_string(),
        }
    }
}

impl From<std::io::Error> for FileTrouble {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::Missing,
            ErrorKind::PermissionDenied => Self::Denied,
            other => Self::Other(other),
        }
    }
}

/// A file as it was read, and what the file system said of that very file.
#[derive(Debug)]
pub struct RegularFile {
    /// What it holds; it may be secret.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Of the file that was open, whatever its name leads to by now.
    pub about: Metadata,
}

/// Reads a regular file of at most `limit` bytes. It is opened without waiting, for a pipe would wait for a writer that
/// never comes, and asked what it is once it is open, so that nothing can take its place in between. Blocks as long as
/// the disk does.
pub fn read_regular(path: &Path, limit: u64) -> Result<RegularFile, FileTrouble> {
    let waits_for_nobody = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    let file = match OpenOptions::new().read(true).custom_flags(waits_for_nobody).open(path) {
        Ok(file) => file,
        // A socket can't be opened at all, and says so in words that nobody would look for.
        Err(error) => {
            let is_other = path.metadata().is_ok_and(|about| !about.is_file());
            return Err(if is_other { FileTrouble::NotAFile } else { error.into() });
        }
    };
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(FileTrouble::NotAFile);
    }
    if about.len() > limit {
        return Err(FileTrouble::TooLarge(about.len()));
    }
    // Of its final size, so that no piece of it stays behind where it grew.
    let mut bytes = Zeroizing::new(Vec::with_capacity(about.len() as usize + 1));
    // One more than allowed: a file that grows while it is read is caught too.
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(FileTrouble::TooLarge(bytes.len() as u64));
    }
    Ok(RegularFile { bytes, about })
}

/// The same for who may not block; the bytes alone.
pub(super) async fn read_limited(path: &Path, limit: u64) -> Result<Vec<u8>, FileTrouble> {
    let path = path.to_owned();
    let read = tokio::task::spawn_blocking(move || read_regular(&path, limit)).await;
    let mut read = read.map_err(|_| FileTrouble::Other(ErrorKind::Other))??;
    Ok(std::mem::take(&mut *read.bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_no_regular_file_or_too_large_is_not_read_and_nothing_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let read = |name: &str| read_regular(&path(name), 4).map(|read| read.bytes.to_vec());
        std::fs::write(path("fits"), "1234").unwrap();
        std::fs::write(path("large"), "12345").unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, path("pipe"), rustix::fs::Mode::RWXU).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        std::os::unix::fs::symlink(path("pipe"), path("link")).unwrap();
        assert_eq!(read("fits"), Ok(b"1234".to_vec()));
        assert_eq!(read("large"), Err(FileTrouble::TooLarge(5)));
        for name in ["pipe", "link", "socket", "."] {
            assert_eq!(read(name), Err(FileTrouble::NotAFile), "{name}");
        }
        assert_eq!(read("none"), Err(FileTrouble::Missing));
        // A name below what is no folder may well be there for another program tomorrow, but it is no honest "not there".
        assert!(matches!(read("fits/below"), Err(FileTrouble::Other(_))));
    }
}
