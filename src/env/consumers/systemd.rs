//! `EnvironmentFile=` of a systemd unit; the grammar is in [`crate::env::systemd`].

use super::{Answer, Read};
use crate::env::systemd;

/// What the unit gets of a file.
pub(super) fn read(bytes: &[u8]) -> Read {
    let mut read = Read::default();
    match systemd::parse(bytes) {
        Err(error) => return Read::refuses(error.line),
        Ok(file) => {
            for variable in file.variables {
                read.put(variable.key, Answer::Value(variable.value.expose().to_vec()));
            }
        }
    }
    read
}
