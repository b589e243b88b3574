//! A configured probe.

use super::Options;
use crate::evidence::ProbeId;
use std::path::PathBuf;
use std::time::Duration;

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
    /// For `--tag`.
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
