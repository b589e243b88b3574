//! `readback init`: writes a commented readback.toml from what it finds in a folder. It never writes over
//! a file, and no value of an env file gets into what it writes.

mod look;
mod propose;

pub use look::{Folder, MAX_BYTES, read_folder};
pub use propose::propose;

use super::{context::StartError, say};
use crate::config::FILE_NAME;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// A file is there; it stays as it is.
    #[error("{} is there already and stays as it is; edit it, or move it away first", .0.display())]
    AlreadyThere(PathBuf),
    /// The folder or a file in it can't be read.
    #[error("{}: can't be read: {}", path.display(), source.kind())]
    Read {
        /// What could not be read.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file can't be written.
    #[error("{}: can't be written: {}", path.display(), source.kind())]
    Write {
        /// What could not be written.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// What was written, and from what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The new file.
    pub path: PathBuf,
    /// What was found in the folder, a line each.
    pub found: Vec<String>,
}

/// Looks at a folder and writes its readback.toml.
pub fn run(dir: &Path) -> Result<Written, InitError> {
    let path = dir.join(FILE_NAME);
    let folder = read_folder(dir)?;
    // create_new, so that no file is written over even if it comes between the look and the write.
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o644).open(&path);
    let mut file = match file {
        Ok(file) => file,
        Err(source) if source.kind() == ErrorKind::AlreadyExists => return Err(InitError::AlreadyThere(path)),
        Err(source) => return Err(InitError::Write { path, source }),
    };
    if let Err(source) = file.write_all(propose(&folder).as_bytes()) {
        // Half a file would keep the next try from writing a whole one.
        let _ = std::fs::remove_file(&path);
        return Err(InitError::Write { path, source });
    }
    Ok(Written { path, found: folder.found() })
}

/// `readback init`: writes the file and says what it found and what to do next.
pub(super) fn run_command(dir: &Path) -> Result<u8, StartError> {
    let written = run(dir).map_err(|error| StartError::Other(error.to_string()))?;
    let mut out = std::io::stdout();
    say(&mut out, &format!("wrote {}", written.path.display()));
    written.found.iter().for_each(|line| say(&mut out, &format!("  found {line}")));
    say(&mut out, "read it through, then: readback --stack DIR");
    Ok(0)
}

#[cfg(test)]
mod tests;
