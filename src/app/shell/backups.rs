//! The backups of the stack's `.env`, read into snapshots that hold no value: what blame looks back on.

use crate::config::EnvSettings;
use crate::env::blame::{in_order, time_in_name};
use crate::env::snapshot::{Dated, Snapshot, keys_of};
use crate::env::wildcard;
use crate::guard::{Fingerprinter, line};
use crate::probes::Place;
use jiff::{Timestamp, tz::TimeZone};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The most that is read of a backup, in bytes.
const LIMIT: u64 = 8 * 1024 * 1024;
/// How many backups are read, the newest first: five years of a daily one.
const MOST: usize = 2_000;
/// Endings of files that say what should be there, not what was.
const NOT_A_PAST: [&str; 5] = [".template", ".example", ".sample", ".dist", ".why"];

/// Where the past of a file lies.
#[derive(Clone, Debug)]
pub struct Backups {
    file: PathBuf,
    folder: PathBuf,
    pattern: String,
    template: Option<PathBuf>,
}

impl Backups {
    /// As `[env]` says; without `backups` it is every file beside the file whose name starts like its own.
    pub fn of(settings: &EnvSettings, place: &Place) -> Self {
        let file = place.path(&settings.file);
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let pattern = settings
            .backups
            .as_ref()
            .map_or_else(|| file.with_file_name(format!("{name}*")), |glob| place.path(Path::new(glob)));
        Self {
            folder: pattern.parent().map(Path::to_owned).unwrap_or_default(),
            pattern: pattern.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            template: settings.template.as_ref().map(|template| place.path(template)),
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
        let mut found = self.find(zone)?;
        found.sort_by_key(|(_, at, _)| std::cmp::Reverse(*at));
        found.truncate(MOST);
        let mut snapshots: Vec<Snapshot> =
            found.into_iter().map(|(path, at, dated)| snapshot(&path, at, dated, fingerprinter)).collect();
        // The file became what it is when it was last written, not when it is looked at.
        let since = std::fs::metadata(&self.file).and_then(|about| about.modified()).ok();
        let since = since.and_then(|since| Timestamp::try_from(since).ok()).unwrap_or(now);
        snapshots.push(snapshot(&self.file, since, Dated::Now, fingerprinter));
        Ok(in_order(snapshots))
    }

    fn find(&self, zone: &TimeZone) -> Result<Vec<(PathBuf, Timestamp, Dated)>, String> {
        let trouble =
            |error: std::io::Error| format!("{} can't be read: {}", line(&self.folder.to_string_lossy()), error.kind());
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(trouble)? {
            let entry = entry.map_err(trouble)?;
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let is_past = wildcard(&self.pattern, &name)
                && path != self.file
                && Some(&path) != self.template.as_ref()
                && !NOT_A_PAST.iter().any(|end| name.ends_with(end));
            let Ok(about) = entry.metadata() else { continue };
            if !is_past || !about.is_file() {
                continue;
            }
            let modified = || Some((Timestamp::try_from(about.modified().ok()?).ok()?, Dated::Modified));
            if let Some((at, dated)) = time_in_name(&name, zone).map(|at| (at, Dated::Name)).or_else(modified) {
                found.push((path, at, dated));
            }
        }
        Ok(found)
    }
}

fn snapshot(path: &Path, at: Timestamp, dated: Dated, fingerprinter: &Fingerprinter) -> Snapshot {
    let name = path.file_name().map(|name| line(&name.to_string_lossy()).into_owned()).unwrap_or_default();
    let keys = bytes(path).and_then(|bytes| keys_of(&bytes, fingerprinter).map_err(|error| error.to_string()));
    Snapshot { label: name, at, dated, keys }
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => Err(format!("can't be read: {}", error.kind())),
        Ok(_) if bytes.len() as u64 > LIMIT => Err("is larger than 8 MiB, so it was not read".to_owned()),
        Ok(_) => Ok(bytes),
    }
}
