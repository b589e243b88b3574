//! Reads a job's files. A file that is not there in a folder that is says that the job never ran; a
//! folder that is not there says nothing.

use super::{Format, Job, Last, Seen, Status, log};
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::ProbeError;
use crate::probes::files::{FileTrouble, read_limited};
use jiff::Timestamp;
use serde::Deserialize;
use std::path::Path;

/// The most that is read of a status, in bytes.
const LIMIT: u64 = 64 * 1024;

/// The status as it stands in the file; it may hold more.
#[derive(Deserialize)]
struct Written {
    job: Option<String>,
    started: Time,
    ended: Option<Time>,
    exit: Option<i64>,
}

/// A time as wrappers write it: `date -Is`, or `date +%s`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Time {
    Rfc3339(Timestamp),
    Seconds(i64),
}

impl Time {
    fn timestamp(&self) -> Option<Timestamp> {
        match self {
            Self::Rfc3339(time) => Some(*time),
            Self::Seconds(seconds) => Timestamp::from_second(*seconds).ok(),
        }
    }
}

pub(super) async fn last(options: &Job, path: &Path) -> Result<Last, ProbeError> {
    if options.format == Format::Heartbeat {
        return Ok(modified_at(path).await?.map_or(Last::None, Last::Beat));
    }
    match read_limited(path, LIMIT).await {
        Ok(bytes) => Ok(status(&bytes, options.name.as_deref())),
        Err(FileTrouble::Missing) => absent(path).await.map(|()| Last::None),
        Err(trouble) => Err(failed(path, trouble)),
    }
}

/// What the end of a log says.
pub(super) async fn log(options: &Job, path: &Path) -> Result<Seen, ProbeError> {
    let about = match tokio::fs::metadata(path).await.map_err(FileTrouble::from) {
        Err(FileTrouble::Missing) => {
            return absent(path).await.map(|()| Seen { last: Last::None, started: None });
        }
        Err(trouble) => return Err(failed(path, trouble)),
        Ok(about) if !about.is_file() => return Err(failed(path, FileTrouble::NotAFile)),
        Ok(about) => about,
    };
    let tail = log::tail(path, about.len()).await.map_err(|error| failed(path, error.into()))?;
    Ok(log::read(options, &tail))
}

/// When a file was written last. `None` where it is not there, in a folder that is.
pub(super) async fn modified_at(path: &Path) -> Result<Option<Timestamp>, ProbeError> {
    let asked = tokio::fs::metadata(path).await.map_err(FileTrouble::from);
    let about = match asked {
        Err(FileTrouble::Missing) => return absent(path).await.map(|()| None),
        Err(trouble) => return Err(failed(path, trouble)),
        Ok(about) if !about.is_file() => return Err(failed(path, FileTrouble::NotAFile)),
        Ok(about) => about,
    };
    let modified = about.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
    modified.map(Some).ok_or_else(|| {
        let shown = path.to_string_lossy();
        ProbeError::new(Unknown::Garbled, format!("{} has no time that makes sense", line(&shown))).id("malformed")
    })
}

/// A status, taken apart. What does not parse is not repeated.
pub(super) fn status(bytes: &[u8], job: Option<&str>) -> Last {
    let garbled = |why: &str| Last::Garbled(why.to_owned());
    if bytes.is_empty() {
        return garbled("it is empty");
    }
    let written: Written = match serde_json::from_slice(bytes) {
        Ok(written) => written,
        Err(error) if error.is_eof() => return garbled("its JSON breaks off"),
        Err(error) if error.is_syntax() => return garbled("it is no JSON"),
        Err(_) => return garbled("it has not started, ended and exit as they have to be"),
    };
    if job.is_some() && written.job.as_deref() != job {
        return Last::Another;
    }
    let Some(started) = written.started.timestamp() else { return garbled("its start is no time") };
    let ended = match &written.ended {
        None => None,
        Some(time) => match time.timestamp() {
            None => return garbled("its end is no time"),
            ended => ended,
        },
    };
    if ended.is_some() != written.exit.is_some() {
        return garbled("an end has an exit code, and an exit code an end");
    }
    if ended.is_some_and(|ended| ended < started) {
        return garbled("it ended before it started");
    }
    Last::Status(Status { started, ended, exit: written.exit })
}

/// Makes sure that the folder of a file that is not there can be looked into.
async fn absent(path: &Path) -> Result<(), ProbeError> {
    let folder = path.parent().unwrap_or(path);
    let shown = folder.to_string_lossy();
    let shown = line(&shown);
    let is_folder = tokio::fs::metadata(folder).await.is_ok_and(|about| about.is_dir());
    if is_folder {
        return Ok(());
    }
    let message = format!("there is no folder {shown}, so no job can leave its file there");
    Err(ProbeError::new(Unknown::NotConfigured, message).id("no_folder").hint(format!("ls -ld {shown}")))
}

fn failed(path: &Path, trouble: FileTrouble) -> ProbeError {
    let shown = path.to_string_lossy();
    let shown = line(&shown);
    let (reason, id) = match trouble {
        FileTrouble::Denied => (Unknown::Denied, "denied"),
        FileTrouble::NotAFile => (Unknown::NotConfigured, "not_a_file"),
        FileTrouble::TooLarge(_) => (Unknown::Garbled, "malformed"),
        FileTrouble::Missing | FileTrouble::Other(_) => (Unknown::Unreachable, "unreachable"),
    };
    ProbeError::new(reason, format!("{shown} {trouble}")).id(id).hint(format!("ls -l {shown}"))
}
