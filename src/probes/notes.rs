//! What syncs left beside their backups: who, why and what, without a value.

use super::files::read_regular;
use crate::env::sync::Note;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The most that is read of a note, in bytes.
const LIMIT: u64 = 8 * 1024 * 1024;

/// The notes beside a file, also where it is reached through a link; the newest first, at most so many. Blocks.
pub(crate) fn beside(file: &Path, most: usize) -> impl Iterator<Item = Note> {
    let note = |path: &Path| serde_json::from_slice::<Note>(&read_regular(path, LIMIT).ok()?.bytes).ok();
    paths(file).unwrap_or_default().into_iter().take(most).filter_map(move |(_, path)| note(&path))
}

fn paths(file: &Path) -> Option<Vec<(SystemTime, PathBuf)>> {
    let real = file.canonicalize().ok()?;
    let start = format!("{}.backup", real.file_name()?.to_string_lossy());
    let is_note = |path: &Path| {
        let starts = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&start));
        starts && path.extension().is_some_and(|end| end == "why")
    };
    let entries = std::fs::read_dir(real.parent()?).ok()?.flatten();
    let mut paths: Vec<(SystemTime, PathBuf)> = entries
        .filter(|entry| is_note(&entry.path()))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    paths.sort_by(|left, right| right.cmp(left));
    Some(paths)
}
