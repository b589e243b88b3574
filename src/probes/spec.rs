//! A configured probe, and where it stands.

use super::files::read_limited;
use super::{Options, ProbeError};
use crate::env::dotenv;
use crate::evidence::{ProbeId, Unknown};
use crate::guard::{Secret, line};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The most that is read of a `.env`, in bytes.
pub(super) const ENV_LIMIT: u64 = 8 * 1024 * 1024;

/// One `[[probe]]` of readback.toml, defaults filled in.
#[derive(Clone, Debug)]
pub struct ProbeSpec {
    /// Its name, unique in the stack.
    pub id: ProbeId,
    /// How often it looks.
    pub every: Duration,
    /// Its deadline, around everything it does.
    pub timeout: Duration,
    /// The age at which its evidence has lost half of its weight.
    pub half_life: Duration,
    /// Whether the recovery gate asks for it.
    pub required: bool,
    /// The probes without whose pass this one can say nothing.
    pub needs: Vec<ProbeId>,
    /// Labels of your own, for `readback check --tag`.
    pub tags: Vec<String>,
    /// What it is and what it asks.
    pub options: Options,
}

/// Where a probe stands: what it may need of the world besides its options.
#[derive(Clone, Debug)]
pub struct Place {
    /// The stack's folder; relative paths start here.
    pub root: PathBuf,
    /// The Docker endpoint, unless the options name another (`unix:///var/run/docker.sock`).
    pub docker_host: Option<String>,
}

impl Place {
    /// The stack in this folder, and the Docker endpoint of `DOCKER_HOST`, if that is set.
    pub fn from_environment(root: impl Into<PathBuf>) -> Self {
        let docker_host = std::env::var("DOCKER_HOST").ok().filter(|host| !host.is_empty());
        Self { root: root.into(), docker_host }
    }

    /// A path of the options; a relative one starts at the stack.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.root.join(path)
    }

    /// The value of an option: the text itself, or for `$KEY` and `${KEY}` the key's value in the
    /// stack's `.env`. To connect with, not to show: what is shown is the text.
    pub async fn resolve(&self, text: &str) -> Result<String, ProbeError> {
        let Some(key) = env_key(text) else { return Ok(text.to_owned()) };
        let value = self.secret(key).await?;
        String::from_utf8(value.expose().to_vec())
            .map_err(|_| ProbeError::new(Unknown::NotConfigured, format!("{} is not UTF-8 in .env", line(key))))
    }

    /// The value of a key of the stack's `.env`; one that is missing or empty is an error that says so.
    pub async fn secret(&self, key: &str) -> Result<Secret, ProbeError> {
        let shown = line(key);
        let path = self.path(Path::new(".env"));
        let bytes = read_limited(&path, ENV_LIMIT).await.map_err(|trouble| {
            let reason = match trouble {
                super::files::FileTrouble::Denied => Unknown::Denied,
                _ => Unknown::NotConfigured,
            };
            ProbeError::new(reason, format!("{shown} is wanted, but .env {trouble}"))
                .hint(format!("ls -l {}", line(&path.to_string_lossy())))
        })?;
        // As Compose reads it on a bare shell: what this process's environment holds is the console's own.
        let values = dotenv::parse(&bytes).and_then(|file| file.values(&|_| None)).map_err(|error| {
            ProbeError::new(Unknown::NotConfigured, format!("{shown} is wanted, but .env is refused: {error}"))
        })?;
        match values.get(key).map(|resolved| &resolved.value) {
            Some(value) if !value.is_empty() => Ok(value.clone()),
            found => {
                let what = if found.is_some() { "is empty in .env" } else { "is not in .env" };
                let message = format!("{shown} {what}, so there is nothing to ask with");
                Err(ProbeError::new(Unknown::NotConfigured, message)
                    .hint(format!("grep -n '^{shown}=' .env | cut -d= -f1")))
            }
        }
    }
}

/// The key that `$KEY` or `${KEY}` names.
fn env_key(text: &str) -> Option<&str> {
    let name = text.strip_prefix('$')?;
    Some(name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name))
}
