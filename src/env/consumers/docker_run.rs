//! `docker run --env-file` (docker/cli pkg/kvfile): a line is a key, `=` and a value, as it stands.

use super::{Answer, Read};

/// A line of this length is too long for it, in bytes.
const MAX_LINE: usize = 64 * 1024;

/// What it makes of a file; a key without `=` is taken from the environment.
pub(super) fn read<F>(bytes: &[u8], lookup: &F) -> Read
where
    F: Fn(&str) -> Option<Vec<u8>>,
{
    if bytes.contains(&0) {
        return Read::beyond_the_model();
    }
    let mut read = Read::default();
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let refused = Read::refuses(at + 1);
        if line.len() >= MAX_LINE {
            return refused;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = if at == 0 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        let Ok(line) = std::str::from_utf8(line) else { return refused };
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once('=').map_or((line, None), |(key, value)| (key, Some(value)));
        if key.is_empty() || key.contains([' ', '\t']) {
            return refused;
        }
        if let Some(value) = value.map(|value| value.as_bytes().to_vec()).or_else(|| lookup(key)) {
            read.put(key, Answer::Value(value));
        }
    }
    read
}
