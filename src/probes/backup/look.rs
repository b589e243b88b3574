//! Reads a folder: the newest two of the regular files whose names match.

use super::{Copied, Inside, Seen, inside};
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::{ProbeError, net};
use jiff::Timestamp;
use std::io::ErrorKind;
use std::path::Path;
use tokio::time::{Instant, timeout_at};

/// The most entries of a folder that are looked at.
const MOST_ENTRIES: u64 = 50_000;
/// The most characters of a name that are shown.
const MOST_SHOWN: usize = 120;

pub(super) async fn look(folder: &Path, pattern: &str, deadline: Instant) -> Result<Seen, ProbeError> {
    let shown = line(&folder.to_string_lossy()).into_owned();
    let hint = format!("ls -ld {shown}");
    match timeout_at(deadline, newest_two(folder, pattern)).await {
        Err(_) => {
            let message = format!("{shown} was not read in time: a network folder, or very many files");
            Err(ProbeError::new(Unknown::TimedOut, message).hint(hint))
        }
        Ok(Err(error)) => {
            let (reason, id, what) = match error.kind() {
                ErrorKind::NotFound => {
                    (Unknown::Unreachable, "no_folder", "is not there: is its disk mounted?".to_owned())
                }
                ErrorKind::NotADirectory => (Unknown::NotConfigured, "not_a_folder", "is not a folder".to_owned()),
                ErrorKind::PermissionDenied => {
                    (Unknown::Denied, Unknown::Denied.code(), "may not be read by this user".to_owned())
                }
                kind => (Unknown::Unreachable, Unknown::Unreachable.code(), format!("can't be read ({kind})")),
            };
            Err(ProbeError::new(reason, format!("{shown} {what}")).id(id).hint(hint))
        }
        Ok(Ok(None)) => {
            let message =
                format!("{shown} has more than {MOST_ENTRIES} entries: which is the newest was not looked for");
            Err(ProbeError::new(Unknown::Garbled, message)
                .id("too_many_files")
                .hint("keep backups in a folder of their own"))
        }
        Ok(Ok(Some(seen))) => Ok(seen),
    }
}

/// `None` where there are too many entries. What can't be looked at is an error: it could be the newest.
async fn newest_two(folder: &Path, pattern: &str) -> std::io::Result<Option<Seen>> {
    let mut entries = tokio::fs::read_dir(folder).await?;
    let mut seen = Seen { matching: 0, newest: None, previous: None };
    let (mut count, mut path) = (0, None);
    while let Some(entry) = entries.next_entry().await? {
        count += 1;
        if count > MOST_ENTRIES {
            return Ok(None);
        }
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !matches(pattern, &name) {
            continue;
        }
        let about = match entry.metadata().await {
            Ok(about) => about,
            // Rotated away while the folder was read.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        // A link to a backup would count it twice.
        if !about.is_file() {
            continue;
        }
        let modified_at = Timestamp::try_from(about.modified()?).map_err(std::io::Error::other)?;
        seen.matching += 1;
        let file =
            Copied { name: net::short(&name, MOST_SHOWN), bytes: about.len(), modified_at, inside: Inside::NotAsked };
        if keep_newest(&mut seen, file) {
            path = Some(entry.path());
        }
    }
    if let Some((newest, path)) = seen.newest.as_mut().zip(path) {
        newest.inside = inside::inside(&path, newest.bytes).await?;
    }
    Ok(Some(seen))
}

/// Keeps the newest two of what was seen and one more, and says whether that is the newest; names decide
/// between equal times.
fn keep_newest(seen: &mut Seen, file: Copied) -> bool {
    let is_newer = |than: &Option<Copied>| {
        than.as_ref().is_none_or(|than| (file.modified_at, &file.name) > (than.modified_at, &than.name))
    };
    if is_newer(&seen.newest) {
        seen.previous = seen.newest.replace(file);
        return true;
    }
    if is_newer(&seen.previous) {
        seen.previous = Some(file);
    }
    false
}

/// Whether a name is like a pattern: `*` stands for any characters, `?` for one. In time linear in the
/// product of both lengths, whatever the pattern.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // Where to take up again: after the last star, which then stands for one character more.
    let mut again = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                again = Some((p + 1, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((after, from)) = again else { return false };
                again = Some((after, from + 1));
                (p, n) = (after, from + 1);
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}
