//! Holds a Compose project against its files: each service runs, with the image that was asked for.

#[cfg(feature = "docker")]
mod file;
mod image;
#[cfg(feature = "docker")]
mod look;
mod verdict;
#[cfg(feature = "docker")]
mod wanted;

#[cfg(test)]
mod tests;

use super::container::{HealthStatus, Status};
use super::docker_reasons::docker_reasons;
use super::{About, Control, Judgement, Kind, OptionDoc, Place, ProbeError};
use crate::guard::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;

/// Holds a Compose project against its files: each service runs, with the image that was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compose {
    /// The project's files, later ones over earlier ones; what Compose itself would take, unless given.
    #[serde(default)]
    pub files: Vec<PathBuf>,
    /// The project's name; what Compose itself would take, unless given.
    pub project: Option<String>,
    /// Profiles that are wanted besides those of `COMPOSE_PROFILES`.
    #[serde(default)]
    pub profiles: Vec<String>,
    /// Services that run once and end: an end with 0 is good, and none left is no fault.
    #[serde(default)]
    pub one_off: Vec<String>,
    /// The daemon's endpoint; `DOCKER_HOST`, then the usual socket, unless given.
    pub host: Option<String>,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// Compose refuses a file: which, where, and why, without a word of it.
    Refused(String),
    /// The files, and what the daemon has of the project.
    Project(Box<Project>),
}

/// A project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// Its files.
    pub files: Vec<String>,
    /// Words of the files that would add services or settings, and are not followed (`include`).
    pub unfollowed: Vec<String>,
    /// The services of the files.
    pub services: Vec<Wanted>,
    /// The containers that the daemon has of the project, stopped ones too.
    pub containers: Vec<Found>,
    /// There are more containers than are looked at.
    pub more: bool,
    /// Asked for the containers of a project that can't be there.
    pub control: Control,
}

/// A service of the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// The image that was asked for; `None` where Compose builds one under a name of its own.
    pub image: Option<String>,
    /// How many containers it has to have.
    pub replicas: u64,
    /// Whether it is started at all: a service of a profile that nobody wants is not.
    pub active: bool,
}

/// A container of the project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its service.
    pub service: String,
    /// Its name.
    pub container: String,
    /// Docker's word for its state.
    pub status: Status,
    /// How its main process ended last.
    pub exit_code: i64,
    /// When it was started last.
    pub started_at: Option<Timestamp>,
    /// How often the restart policy has restarted it.
    pub restart_count: u64,
    /// What its health check says, if it has one.
    pub health: Option<HealthStatus>,
    /// The image it was made from, as it was asked for then.
    pub image: String,
    /// What that name of an image leads to now.
    pub image_now: ImageNow,
    /// It was made by `docker compose run`, not as a part of the service.
    pub by_run: bool,
}

/// What a name of an image leads to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageNow {
    /// To the image that the container was made from.
    Same,
    /// To another one: it was pulled or built anew, and the container was not made anew.
    Other,
    /// To none: the next container has to pull it.
    Gone,
    /// The daemon did not say.
    Unclear,
}

const REASONS: &[(&str, &str)] = docker_reasons![
    ("no_file", "There is no Compose file, or it may not be read."),
    ("refused_file", "Compose refuses a file of the project, so that nothing is known to be wanted."),
    ("no_services", "The files want no service."),
    ("unfollowed", "The files take in others (`extends`, `include`) that are not followed."),
    ("too_many", "The project has more containers than are looked at."),
    ("missing", "A service has no container."),
    ("too_few", "A service has fewer running containers than asked for."),
    ("surplus", "A service has more containers than asked for."),
    ("created", "A container of a service was made and never started."),
    ("exited", "A container of a service has ended."),
    ("paused", "A container of a service is paused."),
    ("restarting", "A container of a service is between two runs, or is started again and again."),
    ("stopping", "A container of a service is being stopped or removed."),
    ("other_state", "Docker names a state that this program does not know."),
    ("unhealthy", "The health check of a container of a service fails."),
    ("starting", "No health check of a container of a service has passed yet."),
    ("other_image", "A container runs another image than the file asks for."),
    ("image_moved", "The name of the image leads to a newer image than the one that runs."),
    ("image_gone", "The name of the image leads to none on this host."),
    ("image_unclear", "The daemon did not say what the name of the image leads to."),
    ("still_runs", "A service that runs once has not ended yet."),
    ("unexpected", "The project has a container of a service that no file names."),
];

impl Kind for Compose {
    type Seen = Seen;

    const ABOUT: About = About {
        name: "compose",
        asks: "Reads the project's Compose files and asks the Docker daemon for the containers of each service, by their \
               labels.",
        pass_means: "Each service that the files want has as many running containers as asked for, none is unhealthy, \
                     each was made from the image that the file names, that name still leads to the same image, and no \
                     container belongs to a service that no file names.",
        blind_to: "Whether a service does its work. Settings besides the image: a container made before its \
                   environment was changed looks the same (the env room compares that). How old a health check is: \
                   the kind container asks. Files that another one takes in by `extends` or `include`.",
        options: &[
            OptionDoc::new(
                "files",
                "[]",
                "The project's files, later ones over earlier ones; what Compose itself would take, unless given.",
            ),
            OptionDoc::new("project", "none", "The project's name; what Compose itself would take, unless given."),
            OptionDoc::new("profiles", "[]", "Profiles that are wanted besides those of `COMPOSE_PROFILES` in `.env`."),
            OptionDoc::new(
                "one_off",
                "[]",
                "Services that run once and end: an end with 0 is good, and none left is no fault.",
            ),
            OptionDoc::new(
                "host",
                "none",
                "The daemon's endpoint; `DOCKER_HOST`, then the usual socket, unless given.",
            ),
        ],
        reasons: REASONS,
        every: Duration::from_mins(1),
        timeout: Duration::from_secs(10),
        half_life: Duration::from_mins(3),
    };

    fn claim(&self) -> String {
        match &self.project {
            Some(project) => format!("each service of the Compose project {} runs as its file asks", line(project)),
            None => "each service of the Compose project runs as its file asks".to_owned(),
        }
    }

    fn credential(&self) -> String {
        "docker socket".to_owned()
    }

    #[cfg(feature = "docker")]
    async fn observe(&self, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
        look::look(self, at, deadline).await
    }

    #[cfg(not(feature = "docker"))]
    async fn observe(&self, _at: &Place, _deadline: Instant) -> Result<Seen, ProbeError> {
        Err(super::not_built("docker"))
    }

    fn judge(&self, seen: &Seen, at: Timestamp) -> Judgement {
        verdict::judge(self, seen, at)
    }
}
