//! What the shell read of each layer, or why it could not.

use super::Place;
use super::compose::{self, Effective, Look};
use super::consumers::{self, Difference};
use super::dotenv::{self, EnvFile, Values};
pub use super::format::FileFormat;
use super::ini::{self, Ini};
use super::sync::LastSyncs;
use super::systemd;
use super::template::{self, Template};
use crate::guard::Secret;
use jiff::Timestamp;

/// A layer that was read, or the reason why not. What was not read is never taken for missing.
#[derive(Clone, Debug)]
pub enum Reading<T> {
    /// It was read.
    Read(T),
    /// Nothing is known of it; why, in words a person can act on, without a value.
    Unread(String),
    /// The stack has no such layer, as far as the configuration says; which words would name one.
    NotConfigured(&'static str),
    /// It was read, and its consumer refuses it; a broken file is an error of its own.
    Refused {
        /// Why, without a word of the file.
        reason: String,
        /// Where.
        place: Place,
    },
}

impl<T> Reading<T> {
    /// What was read.
    pub fn read(&self) -> Option<&T> {
        match self {
            Self::Read(layer) => Some(layer),
            Self::Unread(_) | Self::NotConfigured(_) | Self::Refused { .. } => None,
        }
    }

    /// The same with another layer, where it was read.
    pub fn map<U>(self, of: impl FnOnce(T) -> U) -> Reading<U> {
        match self {
            Self::Read(layer) => Reading::Read(of(layer)),
            Self::Unread(reason) => Reading::Unread(reason),
            Self::NotConfigured(words) => Reading::NotConfigured(words),
            Self::Refused { reason, place } => Reading::Refused { reason, place },
        }
    }

    /// Why nothing is known of it.
    pub fn why_unread(&self) -> Option<&str> {
        match self {
            Self::Read(_) => None,
            Self::Unread(reason) | Self::Refused { reason, .. } => Some(reason),
            Self::NotConfigured(words) => Some(words),
        }
    }

    /// Whether the stack has no such layer.
    pub fn is_not_configured(&self) -> bool {
        matches!(self, Self::NotConfigured(_))
    }

    fn refused(file: &str, line: usize, reason: &impl std::fmt::Display) -> Self {
        let place = Place { file: file.to_owned(), line };
        Self::Refused { reason: reason.to_string(), place }
    }
}

impl<T> Default for Reading<T> {
    fn default() -> Self {
        Self::Unread("not read yet".to_owned())
    }
}

/// `.env.template`.
#[derive(Clone, Debug, Default)]
pub struct TemplateLayer {
    /// The file's name.
    pub name: String,
    /// What it says.
    pub template: Template,
    /// When it was last modified; `None` where that is not known.
    pub modified: Option<Timestamp>,
}

impl TemplateLayer {
    /// From the file's bytes.
    pub fn load(name: &str, bytes: &[u8]) -> Reading<Self> {
        match template::parse(bytes) {
            Ok(template) => Reading::Read(Self { name: name.to_owned(), template, modified: None }),
            Err(error) => Reading::refused(name, error.line, &error),
        }
    }
}

/// What the file system says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStatus {
    /// The permission bits (`0o640`).
    pub mode: u32,
    /// The owner's user id.
    pub owner: u32,
    /// When it was last modified; `None` where that is not known.
    pub modified: Option<Timestamp>,
}

/// `.env`.
#[derive(Clone, Debug)]
pub struct FileLayer {
    /// The file's name.
    pub name: String,
    /// The file.
    pub file: EnvFile,
    /// What Compose, or systemd, makes of it.
    pub values: Values,
    /// Where other programs would read something else.
    pub differences: Vec<Difference>,
    /// Lines that systemd passes over, and why.
    pub ignored: Vec<systemd::Ignored>,
    /// What the file system says of it, where it was asked.
    pub status: Option<FileStatus>,
}

impl FileLayer {
    /// From the bytes of a file in either format.
    pub fn read<F>(format: FileFormat, name: &str, bytes: &[u8], process_env: &F) -> Reading<Self>
    where
        F: Fn(&str) -> Option<Vec<u8>>,
    {
        match format {
            FileFormat::Dotenv => Self::load(name, bytes, process_env),
            FileFormat::Systemd => Self::load_systemd(name, bytes),
        }
    }

    /// From the bytes of an `EnvironmentFile=`. No other program is asked: none but systemd is meant to read it.
    pub fn load_systemd(name: &str, bytes: &[u8]) -> Reading<Self> {
        let read = match systemd::parse(bytes) {
            Ok(read) => read,
            Err(error) => return Reading::refused(name, error.line, &error),
        };
        let (file, values) = dotenv::of_pairs(bytes, read.variables.into_iter().map(|v| (v.key, v.value, v.line)));
        Reading::Read(Self {
            name: name.to_owned(),
            file,
            values,
            differences: Vec::new(),
            ignored: read.ignored,
            status: None,
        })
    }

    /// From the file's bytes and the process's environment.
    pub fn load<F>(name: &str, bytes: &[u8], process_env: &F) -> Reading<Self>
    where
        F: Fn(&str) -> Option<Vec<u8>>,
    {
        let loaded = dotenv::parse(bytes).and_then(|file| Ok((file.values(process_env)?, file)));
        match loaded {
            Ok((values, file)) => {
                let differences = consumers::differences(&file, &values, process_env);
                Reading::Read(Self {
                    name: name.to_owned(),
                    file,
                    values,
                    differences,
                    ignored: Vec::new(),
                    status: None,
                })
            }
            Err(error) => Reading::refused(name, error.line, &error),
        }
    }
}

/// A key as the secret manager has it.
#[derive(Clone, Debug)]
pub struct SecretValue {
    /// The key of the environment.
    pub key: String,
    /// The value.
    pub value: Secret,
    /// The secret's name, and its field where it has fields.
    pub source: String,
    /// The secret's version, where its source has versions.
    pub version: Option<String>,
    /// Since when it has this value, where its manager says so.
    pub changed_at: Option<Timestamp>,
}

/// `docker-compose.yml`: the environment of the stack's service.
#[derive(Clone, Debug, Default)]
pub struct ComposeLayer {
    /// The file's name.
    pub name: String,
    /// What the service's container would get.
    pub environment: Vec<Effective>,
    /// What the files ask for and is not followed: where, and the word.
    pub unfollowed: Vec<(Place, &'static str)>,
    /// The profiles that start the service, where none of them is asked for; empty: it is started.
    pub waits_for: Vec<String>,
    /// The names under which the project's containers know each other: services and `container_name:`.
    pub names: Vec<String>,
    /// Keys that `secrets:` takes from the environment (`environment: DB_PASSWORD`).
    pub secret_keys: Vec<String>,
    /// Variables of the process that have Compose take its variables from elsewhere than `.env`.
    pub elsewhere: Vec<&'static str>,
}

impl ComposeLayer {
    /// The variables of the process that take Compose away from `file`, the project's `.env`: only who runs Compose with
    /// them is concerned, and that may not be this process.
    pub fn env_files_elsewhere<F>(file: &str, process_env: &F) -> Vec<&'static str>
    where
        F: Fn(&str) -> Option<Vec<u8>>,
    {
        let text = |name: &str| process_env(name).map(|value| String::from_utf8_lossy(&value).trim().to_owned());
        let others = text("COMPOSE_ENV_FILES").filter(|files| !files.is_empty() && files != file);
        let is_yes = |text: &String| ["1", "t", "true", "y", "yes"].contains(&text.to_lowercase().as_str());
        let none = text("COMPOSE_DISABLE_ENV_FILE").filter(is_yes);
        let set = [("COMPOSE_ENV_FILES", others), ("COMPOSE_DISABLE_ENV_FILE", none)];
        set.into_iter().filter_map(|(name, value)| value.map(|_| name)).collect()
    }

    /// From the main file's bytes. `lookup` is the project's environment (the process's, then `.env`),
    /// `file` looks for any other file by its path from the stack's folder: an `env_file`, one that is
    /// extended, included or lies over this one. One that is there and can't be read leaves the whole layer unread. `folder` is the stack's folder, which may name the project.
    pub fn load<F, G>(name: &str, bytes: &[u8], service: &str, folder: &str, lookup: &F, file: &G) -> Reading<Self>
    where
        F: Fn(&str) -> Option<Vec<u8>>,
        G: Fn(&str) -> Look,
    {
        let read = |path: &str| if path == name { Ok(Some(bytes.to_vec())) } else { file(path) };
        let failed = |file: &str, error: &compose::ComposeError| match &error.reason {
            unread @ compose::Reason::Unread(..) => Reading::Unread(unread.to_string()),
            _ => Reading::refused(file, error.line, error),
        };
        let loaded = compose::files(name, lookup, &read).and_then(|files| compose::load(&files, folder, lookup, &read));
        let (project, named) = match loaded {
            Ok(loaded) => loaded,
            Err(error) => return failed(&error.file, &error.error),
        };
        let lookup =
            |key: &str| lookup(key).or_else(|| (key == "COMPOSE_PROJECT_NAME").then(|| named.clone().into_bytes()));
        let Some(found) = project.service(service) else {
            return Reading::Unread(format!("{name} has no service of the name that is configured"));
        };
        match found.effective(name, &lookup, &read) {
            Ok(environment) => Reading::Read(Self {
                name: name.to_owned(),
                environment,
                names: project.host_names(),
                waits_for: found.waits_for(&lookup),
                unfollowed: project.unfollowed,
                secret_keys: project.secret_keys,
                elsewhere: Vec::new(),
            }),
            Err(error) => failed(name, &error),
        }
    }
}

/// The application's own configuration.
#[derive(Clone, Debug)]
pub struct AppLayer {
    /// The file's name.
    pub name: String,
    /// What it says.
    pub ini: Ini,
    /// The file as it is: an entry point may look at it without reading it as what it is.
    pub bytes: Secret,
}

impl AppLayer {
    /// From the file's bytes.
    pub fn load(name: &str, bytes: &[u8]) -> Reading<Self> {
        match ini::parse(bytes) {
            Ok(ini) => Reading::Read(Self { name: name.to_owned(), ini, bytes: Secret::new(bytes) }),
            Err(error) => Reading::refused(name, error.line, &error),
        }
    }
}

/// The environment of the running container.
#[derive(Clone, Debug, Default)]
pub struct RunningLayer {
    /// The container's name.
    pub container: String,
    /// Its environment.
    pub environment: Vec<(String, Secret)>,
    /// What its image sets by itself; it stays when the container is made anew.
    pub image: Vec<(String, Secret)>,
    /// The files that Compose was told to take its variables from when it made the container, where they are not the
    /// stack's own file alone.
    pub env_files: Vec<String>,
}

/// Every layer.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// `.env.template`.
    pub template: Reading<TemplateLayer>,
    /// `.env`.
    pub file: Reading<FileLayer>,
    /// The secret manager's values.
    pub secrets: Reading<Vec<SecretValue>>,
    /// `docker-compose.yml`.
    pub compose: Reading<ComposeLayer>,
    /// The application's configuration.
    pub app: Reading<AppLayer>,
    /// The running container.
    pub running: Reading<RunningLayer>,
    /// No layer, but what is known of syncs: what the last one of each key replaced and wrote.
    pub synced: LastSyncs,
}
