//! Reads a project's files and its `.env`, as Compose would find them.

use super::wanted::services;
use super::{Compose, Seen, Wanted};
use crate::env::compose::{self, Reason};
use crate::env::dotenv;
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::files::{FileTrouble, read_limited, read_regular};
use crate::probes::spec::ENV_LIMIT;
use crate::probes::{Place, ProbeError};
use std::path::{Path, PathBuf};

/// The most that is read of a Compose file, in bytes.
const LIMIT: u64 = 4 * 1024 * 1024;
/// The names that Compose looks for, the first that is there counts.
const NAMES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
/// What it takes in besides, where the first was found so.
const OVERRIDES: [&str; 4] =
    ["compose.override.yaml", "compose.override.yml", "docker-compose.override.yml", "docker-compose.override.yaml"];

/// What the files want.
pub(super) struct Files {
    pub(super) name: String,
    pub(super) shown: Vec<String>,
    pub(super) unfollowed: Vec<String>,
    pub(super) services: Vec<Wanted>,
}

/// Reads them. `Ok(Err(_))` is a file that Compose refuses.
pub(super) async fn read(options: &Compose, at: &Place) -> Result<Result<Files, Seen>, ProbeError> {
    let values = match dotenv_values(at).await? {
        Ok(values) => values,
        Err(error) => return Ok(Err(Seen::Refused(format!(".env: {error}")))),
    };
    let mut paths = options.files.clone();
    if paths.is_empty() {
        paths = words(&values, "COMPOSE_FILE", ':').into_iter().map(PathBuf::from).collect();
    }
    let paths = if paths.is_empty() { usual(at).await? } else { all(at, &paths).await? };
    let (options, at) = (options.clone(), at.clone());
    // Files that are included are read on the way, so this may wait for a disk.
    let loaded = tokio::task::spawn_blocking(move || load(&options, &at, &values, &paths)).await;
    loaded.unwrap_or_else(|_| Ok(Err(Seen::Refused("reading it crashed (a bug; see the log)".to_owned()))))
}

/// What the files want, once everything they take in was read.
fn load(
    options: &Compose,
    at: &Place,
    values: &dotenv::Values,
    paths: &[String],
) -> Result<Result<Files, Seen>, ProbeError> {
    // What this process's environment holds is the console's own, not the stack's.
    let env = |key: &str| {
        let asked = options.project.as_ref().filter(|_| key == "COMPOSE_PROJECT_NAME");
        let named = asked.map(|project| project.clone().into_bytes());
        named.or_else(|| values.get(key).map(|found| found.value.expose().to_vec()))
    };
    let folder = at.root.file_name().unwrap_or_default().to_string_lossy();
    let shown: Vec<String> = paths.iter().map(|path| line(path).into_owned()).collect();
    let read = |path: &str| match read_regular(&at.path(Path::new(path)), LIMIT) {
        Ok(mut read) => Ok(Some(std::mem::take(&mut *read.bytes))),
        Err(FileTrouble::Missing) => Ok(None),
        Err(trouble) => Err(trouble.to_string()),
    };
    let (project, name) = match compose::load(paths, &folder, &env, &read) {
        Ok(loaded) => loaded,
        Err(error) => match error.error.reason {
            // Nobody refused it: that it can't be read here says nothing of the project.
            Reason::Unread(file, why) => {
                let hint = format!("ls -l {file}");
                return Err(ProbeError::new(Unknown::Denied, format!("{file} {why}")).id("no_file").hint(hint));
            }
            _ => return Ok(Err(Seen::Refused(error.to_string()))),
        },
    };
    let lookup = |key: &str| env(key).or_else(|| (key == "COMPOSE_PROJECT_NAME").then(|| name.clone().into_bytes()));
    let profiles = [&options.profiles[..], &words(values, "COMPOSE_PROFILES", ',')].concat();
    let services = match services(&project.services, &lookup, &profiles) {
        Ok(services) => services,
        Err(error) => return Ok(Err(Seen::Refused(format!("{}: {error}", shown.join(", "))))),
    };
    let mut unfollowed: Vec<String> = project.unfollowed.iter().map(|(_, word)| (*word).to_owned()).collect();
    unfollowed.sort();
    unfollowed.dedup();
    Ok(Ok(Files { name, shown, unfollowed, services }))
}

fn words(values: &dotenv::Values, key: &str, cut: char) -> Vec<String> {
    let value = values.get(key).map(|found| String::from_utf8_lossy(found.value.expose()).into_owned());
    let text = value.unwrap_or_default();
    text.split(cut).map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The stack's `.env`; without one there are no values.
async fn dotenv_values(at: &Place) -> Result<Result<dotenv::Values, dotenv::EnvError>, ProbeError> {
    let path = at.path(Path::new(".env"));
    match read_limited(&path, ENV_LIMIT).await {
        Ok(bytes) => Ok(dotenv::parse(&bytes).and_then(|file| file.values(&|_| None))),
        Err(FileTrouble::Missing) => Ok(Ok(dotenv::Values::default())),
        Err(trouble) => Err(unread(&path, trouble)),
    }
}

/// The files that Compose takes where it is told of none.
async fn usual(at: &Place) -> Result<Vec<String>, ProbeError> {
    let mut found: Vec<String> = Vec::new();
    for names in [NAMES, OVERRIDES] {
        for name in names {
            let path = at.path(Path::new(name));
            match read_limited(&path, LIMIT).await {
                Ok(_) => {
                    found.push(name.to_owned());
                    break;
                }
                Err(FileTrouble::Missing) => {}
                Err(trouble) => return Err(unread(&path, trouble)),
            }
        }
        if found.is_empty() {
            let folder = at.root.to_string_lossy();
            let message = format!("there is no Compose file in {}", line(&folder));
            return Err(ProbeError::new(Unknown::NotConfigured, message).id("no_file").hint("set files in this probe"));
        }
    }
    Ok(found)
}

/// The files that were named, each of which has to be there.
async fn all(at: &Place, paths: &[PathBuf]) -> Result<Vec<String>, ProbeError> {
    for path in paths {
        let full = at.path(path);
        read_limited(&full, LIMIT).await.map_err(|trouble| unread(&full, trouble))?;
    }
    Ok(paths.iter().map(|path| path.to_string_lossy().into_owned()).collect())
}

fn unread(path: &Path, trouble: FileTrouble) -> ProbeError {
    let shown = path.to_string_lossy();
    let shown = line(&shown);
    let reason = if trouble == FileTrouble::Denied { Unknown::Denied } else { Unknown::NotConfigured };
    ProbeError::new(reason, format!("{shown} {trouble}")).id("no_file").hint(format!("ls -l {shown}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn a_file_that_is_included_and_can_not_be_read_is_not_known_and_not_refused() {
        let folder = tempfile::tempdir().unwrap();
        let text = "include: [more.yaml]\nservices:\n  web: {image: x}\n";
        std::fs::write(folder.path().join("compose.yaml"), text).unwrap();
        let options: Compose = toml::from_str("").unwrap();
        let place = Place::from_environment(folder.path());
        // Not there, it is refused by Compose; a folder in its place says nothing of the project.
        assert!(matches!(read(&options, &place).await, Ok(Err(Seen::Refused(_)))));
        std::fs::create_dir(folder.path().join("more.yaml")).unwrap();
        let error = read(&options, &place).await.err().unwrap();
        assert!(error.message.contains("more.yaml is not a regular file"), "{}", error.message);
    }
}
