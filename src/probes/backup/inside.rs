//! What the first and the last bytes of a backup say of it: whether it is what its name says, and whether a
//! compressor had anything to compress. A pipe hides that the dump failed; what it leaves behind is whole.

use super::Inside;
use std::io::{ErrorKind, SeekFrom};
use std::path::Path;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// The formats that are known by their name, and the bytes that they begin with.
const FORMATS: [(&str, &[u8]); 7] = [
    (".gz", b"\x1f\x8b"),
    (".tgz", b"\x1f\x8b"),
    (".zst", b"\x28\xb5\x2f\xfd"),
    (".xz", b"\xfd7zXZ\0"),
    (".bz2", b"BZh"),
    (".zip", b"PK"),
    (".lz4", b"\x04\x22\x4d\x18"),
];

/// Reads at most the first eight and the last four bytes. A regular file only: the caller has seen to that.
pub(super) async fn inside(path: &Path, bytes: u64) -> std::io::Result<Inside> {
    let name = path.to_string_lossy().to_ascii_lowercase();
    let Some((_, begins)) = FORMATS.iter().find(|(end, _)| name.ends_with(end)) else { return Ok(Inside::NotAsked) };
    let mut file = match tokio::fs::File::open(path).await {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return Ok(Inside::Unreadable),
        Err(error) => return Err(error),
    };
    let mut first = Vec::new();
    (&mut file).take(begins.len() as u64).read_to_end(&mut first).await?;
    if first != *begins {
        return Ok(Inside::NotAsNamed);
    }
    if begins[0] != 0x1f {
        return Ok(Inside::AsNamed);
    }
    if bytes < LEAST_GZIP {
        return Ok(Inside::NotAsNamed);
    }
    // A gzip ends with the size of what it holds, cut to 32 bits: a multiple of 4 GiB is large by itself.
    file.seek(SeekFrom::End(-4)).await?;
    let mut size = [0; 4];
    file.read_exact(&mut size).await?;
    Ok(if size == [0; 4] && bytes < MOST_OF_NOTHING { Inside::Nothing } else { Inside::AsNamed })
}

/// The head and the tail of a gzip: what is shorter breaks off.
const LEAST_GZIP: u64 = 18;
/// An empty gzip with a name and a comment in its head is not larger than this.
const MOST_OF_NOTHING: u64 = 4096;
