//! The backups of the stack's `.env`, read into snapshots that hold no value: what blame looks back on.

use crate::config::EnvSettings;
use crate::env::blame::{in_order, is_backup_name, time_in_name};
use crate::env::format::FileFormat;
use crate::env::snapshot::{Dated, Keys, Snapshot, keys_of};
use crate::env::wildcard;
use crate::guard::{Fingerprinter, line};
use crate::probes::Place;
use crate::probes::files::{FileTrouble, MOST_KEPT, read_regular};
use jiff::{Timestamp, tz::TimeZone};
use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How many backups are read, the newest first: five years of a daily one.
const MOST: usize = 2_000;
/// Endings of files that say what should be there, not what was.
const NOT_A_PAST: [&str; 5] = [".template", ".example", ".sample", ".dist", ".why"];

/// Where the past of a file lies.
#[derive(Clone, Debug)]
pub struct Backups {
    file: PathBuf,
    folder: PathBuf,
    /// What their names are like, where it is configured.
    pattern: Option<String>,
    template: Option<PathBuf>,
    format: FileFormat,
}

impl Backups {
    /// As `[env]` says; without `backups` it is every file beside the file that has the name of a backup of it.
    pub fn of(settings: &EnvSettings, place: &Place) -> Self {
        let file = place.path(&settings.file);
        let glob = settings.backups.as_ref().map(|glob| place.path(Path::new(glob)));
        Self {
            folder: glob.as_deref().unwrap_or(&file).parent().map(Path::to_owned).unwrap_or_default(),
            pattern: glob.map(|glob| name_of(&glob)),
            template: settings.template.as_ref().map(|template| place.path(template)),
            format: settings.format,
            file,
        }
    }

    /// Every backup and the file as it stands, in order of time; an error says why the folder can't be read. Blocks.
    pub fn read(
        &self,
        fingerprinter: &Fingerprinter,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<Vec<Snapshot>, String> {
        self.read_again(fingerprinter, zone, now, &mut ReadBefore::default())
    }

    /// The same, where a file that is as it was before is not read again.
    pub(super) fn read_again(
        &self,
        fingerprinter: &Fingerprinter,
        zone: &TimeZone,
        now: Timestamp,
        before: &mut ReadBefore,
    ) -> Result<Vec<Snapshot>, String> {
        let mut found = self.find(zone)?;
        found.sort_by_key(|found| std::cmp::Reverse(found.at));
        found.truncate(MOST);
        // The file became what it is when it was last written, not when it is looked at.
        let about = std::fs::metadata(&self.file).ok();
        let mark = about.as_ref().and_then(Mark::of);
        let since = mark.and_then(|mark| Timestamp::try_from(mark.modified).ok()).unwrap_or(now);
        found.push(Found { path: self.file.clone(), at: since, dated: Dated::Now, mark });
        let mut known = ReadBefore::default();
        let snapshots = found.into_iter().map(|found| {
            let keys = match before.0.get(&found.path) {
                Some((mark, keys)) if found.mark == Some(*mark) => keys.clone(),
                _ => self.keys(&found.path, fingerprinter),
            };
            if let Some(mark) = found.mark {
                known.0.insert(found.path.clone(), (mark, keys.clone()));
            }
            let label = found.path.file_name().map(|name| line(&name.to_string_lossy()).into_owned());
            Snapshot { label: label.unwrap_or_default(), at: found.at, dated: found.dated, keys }
        });
        let snapshots = in_order(snapshots.collect());
        *before = known;
        Ok(snapshots)
    }

    fn keys(&self, path: &Path, fingerprinter: &Fingerprinter) -> Result<Keys, String> {
        let read = read_regular(path, MOST_KEPT).map_err(FileTrouble::of_kept)?;
        keys_of(self.format, &read.bytes, fingerprinter).map_err(|error| error.to_string())
    }

    /// Whether a file is a backup, by its name.
    fn is_past(&self, path: &Path, name: &str) -> bool {
        let is_named_so = match &self.pattern {
            Some(pattern) => wildcard(pattern, name),
            None => is_backup_name(&name_of(&self.file), name),
        };
        is_named_so
            && path != self.file
            && Some(path) != self.template.as_deref()
            && !NOT_A_PAST.iter().any(|end| name.ends_with(end))
    }

    /// The format of a file, where it is the stack's or a backup of it.
    pub fn format_of(&self, path: &Path) -> Option<FileFormat> {
        let real = |path: &Path| path.canonicalize().ok();
        let is_file = real(path).is_some_and(|path| real(&self.file) == Some(path));
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_past = real(folder).is_some_and(|folder| real(&self.folder) == Some(folder));
        (is_file || (is_past && self.is_past(path, &name))).then_some(self.format)
    }

    /// Those that `[env]` names, and those that a sync leaves: it puts them beside the file itself, also where that is
    /// reached through a link.
    fn find(&self, zone: &TimeZone) -> Result<Vec<Found>, String> {
        let mut found = find_in(&self.folder, zone, &|path, name| self.is_past(path, name))?;
        let Ok(real) = self.file.canonicalize() else { return Ok(found) };
        let (Some(folder), Some(start)) = (real.parent(), real.file_name()) else { return Ok(found) };
        let start = format!("{}.backup.", start.to_string_lossy());
        let of_sync = find_in(folder, zone, &|path, name| {
            name.starts_with(&start) && path != real && !NOT_A_PAST.iter().any(|end| name.ends_with(end))
        });
        // Most are found twice: the folder is the same.
        let is_same = self.folder.canonicalize().is_ok_and(|own| own == folder);
        let known: HashSet<OsString> =
            found.iter().filter(|_| is_same).filter_map(|found| found.path.file_name().map(OsStr::to_owned)).collect();
        let is_new = |found: &Found| found.path.file_name().is_none_or(|name| !known.contains(name));
        found.extend(of_sync.unwrap_or_default().into_iter().filter(is_new));
        Ok(found)
    }
}

/// The last part of a path.
fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The files of a folder that are of the past, by their names.
fn find_in(folder: &Path, zone: &TimeZone, is_past: &dyn Fn(&Path, &str) -> bool) -> Result<Vec<Found>, String> {
    let trouble =
        |error: std::io::Error| format!("{} can't be read: {}", line(&folder.to_string_lossy()), error.kind());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(trouble)? {
        let entry = entry.map_err(trouble)?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let Ok(about) = entry.metadata() else { continue };
        if !is_past(&path, &name) || !about.is_file() {
            continue;
        }
        let modified = || Some((Timestamp::try_from(about.modified().ok()?).ok()?, Dated::Modified));
        if let Some((at, dated)) = time_in_name(&name, zone).map(|at| (at, Dated::Name)).or_else(modified) {
            found.push(Found { path, at, dated, mark: Mark::of(&about) });
        }
    }
    Ok(found)
}

/// A file of the past.
struct Found {
    path: PathBuf,
    at: Timestamp,
    dated: Dated,
    mark: Option<Mark>,
}

/// By which a file is taken for the one that it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    modified: SystemTime,
    length: u64,
    number: u64,
}

impl Mark {
    fn of(about: &Metadata) -> Option<Self> {
        Some(Self { modified: about.modified().ok()?, length: about.len(), number: about.ino() })
    }
}

/// What was read, by file.
#[derive(Clone, Debug, Default)]
pub(super) struct ReadBefore(HashMap<PathBuf, (Mark, Result<Keys, String>)>);
