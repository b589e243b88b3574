//! Reads a project's files and its `.env`, as Compose would find them.

use super::wanted::services;
use super::{Compose, Seen, Wanted};
use crate::env::{compose, dotenv};
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::files::{FileTrouble, read_limited};
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
    // What this process's environment holds is the console's own, not the stack's.
    let env = |key: &str| values.get(key).map(|found| found.value.expose().to_vec());
    let words = |key: &str, cut: char| -> Vec<String> {
        let text = env(key).map(|value| String::from_utf8_lossy(&value).into_owned()).unwrap_or_default();
        text.split(cut).map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let mut paths = options.files.clone();
    if paths.is_empty() {
        paths = words("COMPOSE_FILE", ':').into_iter().map(PathBuf::from).collect();
    }
    let (mut parsed, mut shown) = (Vec::new(), Vec::new());
    for (path, bytes) in if paths.is_empty() { usual(at).await? } else { all(at, &paths).await? } {
        let name = line(&path.to_string_lossy()).into_owned();
        match compose::parse(&bytes) {
            Ok(file) => parsed.push(file),
            Err(error) => return Ok(Err(Seen::Refused(format!("{name}: {error}")))),
        }
        shown.push(name);
    }
    let folder = at.root.file_name().unwrap_or_default().to_string_lossy();
    let of_files = || {
        // The last file that gives the project a name wins.
        let named = parsed.iter().rev().find(|file| file.name.is_some()).or(parsed.first());
        let name = named.map(|file| file.project_name(&env, &folder)).transpose()?.unwrap_or_default();
        let name = options.project.clone().unwrap_or(name);
        let lookup =
            |key: &str| env(key).or_else(|| (key == "COMPOSE_PROJECT_NAME").then(|| name.clone().into_bytes()));
        parsed.iter().try_for_each(|file| file.check(&lookup))?;
        let profiles = [&options.profiles[..], &words("COMPOSE_PROFILES", ',')].concat();
        Ok::<_, compose::ComposeError>((services(&parsed, &lookup, &profiles)?, name))
    };
    let (services, name) = match of_files() {
        Ok(found) => found,
        Err(error) => return Ok(Err(Seen::Refused(format!("{}: {error}", shown.join(", "))))),
    };
    let mut unfollowed: Vec<String> =
        parsed.iter().flat_map(|file| &file.unfollowed).map(|(_, word)| (*word).to_owned()).collect();
    unfollowed.retain(|word| word != "profiles");
    unfollowed.sort();
    unfollowed.dedup();
    Ok(Ok(Files { name, shown, unfollowed, services }))
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
async fn usual(at: &Place) -> Result<Vec<(PathBuf, Vec<u8>)>, ProbeError> {
    let mut found = Vec::new();
    for names in [NAMES, OVERRIDES] {
        for name in names {
            let path = at.path(Path::new(name));
            match read_limited(&path, LIMIT).await {
                Ok(bytes) => {
                    found.push((PathBuf::from(name), bytes));
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

async fn all(at: &Place, paths: &[PathBuf]) -> Result<Vec<(PathBuf, Vec<u8>)>, ProbeError> {
    let mut found = Vec::new();
    for path in paths {
        let full = at.path(path);
        let bytes = read_limited(&full, LIMIT).await.map_err(|trouble| unread(&full, trouble))?;
        found.push((path.clone(), bytes));
    }
    Ok(found)
}

fn unread(path: &Path, trouble: FileTrouble) -> ProbeError {
    let shown = path.to_string_lossy();
    let shown = line(&shown);
    let reason = if trouble == FileTrouble::Denied { Unknown::Denied } else { Unknown::NotConfigured };
    ProbeError::new(reason, format!("{shown} {trouble}")).id("no_file").hint(format!("ls -l {shown}"))
}
