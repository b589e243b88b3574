//! The environment of a running container, by the engine's inspect: what the process was started with,
//! which is not what `.env` says now.

use super::{Place, ProbeError};
use crate::guard::Secret;
use jiff::Timestamp;
use std::time::Duration;

/// What a container was started with.
#[derive(Debug)]
pub struct RunningEnv {
    /// When its main process was started last.
    pub started_at: Option<Timestamp>,
    /// Whether that runs now.
    pub is_running: bool,
    /// Name and value, in the engine's order, those of the image included. Every value counts as secret.
    pub variables: Vec<(String, Secret)>,
    /// What of that the image sets by itself; empty where the image can't be asked.
    pub image: Vec<(String, Secret)>,
    /// The files that Compose was told to take its variables from, where it was (`--env-file`, `COMPOSE_ENV_FILES`).
    pub env_files: Vec<String>,
}

/// The label in which Compose keeps them.
#[cfg(feature = "docker")]
const ENV_FILES: &str = "com.docker.compose.project.environment_file";

/// The environment of a container, asked within this time. A container that is not there or has no
/// readable configuration is an error that says so.
#[cfg(feature = "docker")]
pub async fn running_env(place: &Place, container: &str, within: Duration) -> Result<RunningEnv, ProbeError> {
    use super::container::{inspect, time};
    use super::engine::Engine;
    use crate::evidence::Unknown;
    use bollard::models::ContainerStateStatusEnum::RUNNING;
    let engine = Engine::open(None, place)?;
    let deadline = tokio::time::Instant::now() + within;
    let found = inspect(&engine, container, deadline).await?;
    let Some(found) = found else {
        return Err(ProbeError::new(Unknown::Unreachable, format!("there is no container named {container}"))
            .hint("docker ps -a --format '{{.Names}}'"));
    };
    let no_config = || ProbeError::new(Unknown::Garbled, format!("Docker shows no configuration of {container}"));
    let labels = found.config.as_ref().and_then(|config| config.labels.as_ref());
    let env_files = labels.and_then(|labels| labels.get(ENV_FILES)).map(|files| files.split(',').map(str::to_owned));
    let env_files = env_files.into_iter().flatten().filter(|file| !file.is_empty()).collect();
    let variables = found.config.and_then(|config| config.env).ok_or_else(no_config)?;
    let image = match &found.image {
        Some(image) => engine.image_env(image, deadline).await.unwrap_or_default(),
        None => Vec::new(),
    };
    Ok(RunningEnv {
        started_at: found.state.as_ref().and_then(|state| time(state.started_at.as_deref())),
        is_running: found.state.as_ref().and_then(|state| state.status) == Some(RUNNING),
        variables: variables.into_iter().map(variable).collect(),
        image: image.into_iter().map(variable).collect(),
        env_files,
    })
}

/// The environment of a container: not in this build.
#[cfg(not(feature = "docker"))]
pub async fn running_env(_place: &Place, _container: &str, _within: Duration) -> Result<RunningEnv, ProbeError> {
    Err(super::not_built("docker"))
}

/// `NAME=value`; a name alone has an empty value.
#[cfg(feature = "docker")]
fn variable(entry: String) -> (String, Secret) {
    // The whole entry is taken in, so that the only copy that is left is zeroed on drop.
    let entry = Secret::from(entry);
    let bytes = entry.expose();
    let end = bytes.iter().position(|byte| *byte == b'=').unwrap_or(bytes.len());
    let name = crate::guard::line(&String::from_utf8_lossy(&bytes[..end])).into_owned();
    (name, Secret::new(bytes.get(end + 1..).unwrap_or_default()))
}
