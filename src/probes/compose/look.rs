//! Asks the daemon for the containers of a project. Of their labels only Compose's own are looked at.

use super::file::{Files, read};
use super::{Compose, Found, ImageNow, Project, Seen};
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::container::{inspect, state_of};
use crate::probes::engine::{Engine, Trouble};
use crate::probes::net::short;
use crate::probes::{Control, Place, ProbeError};
use bollard::models::ContainerSummary;
use bollard::query_parameters::ListContainersOptionsBuilder;
use std::collections::HashMap;
use tokio::time::Instant;

const PROJECT: &str = "com.docker.compose.project";
const SERVICE: &str = "com.docker.compose.service";
const ONE_OFF: &str = "com.docker.compose.oneoff";
/// The most containers of a project that are looked at.
const MOST: usize = 200;

pub(super) async fn look(options: &Compose, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
    let files = match read(options, at).await? {
        Ok(files) => files,
        Err(refused) => return Ok(refused),
    };
    let Files { name, shown: files, unfollowed, services } = files;
    if name.is_empty() {
        let message = "the Compose project has no name";
        return Err(ProbeError::new(Unknown::NotConfigured, message).hint("set project in this probe"));
    }
    let engine = Engine::open(options.host.as_deref(), at)?;
    let listed = list(&engine, &name, deadline).await?;
    let absent = format!("readback-must-not-exist-{}", uuid::Uuid::now_v7().simple());
    let is_of = |summary: &ContainerSummary| label(summary, PROJECT).is_some_and(|found| found == name);
    let control = match list(&engine, &absent, deadline).await {
        // A proxy that drops the filter gives everything for an answer.
        Ok(found) if found.is_empty() && listed.iter().all(is_of) => Control::Refused,
        Ok(_) => Control::Passed,
        Err(_) => Control::Unclear,
    };
    let mut containers = Vec::new();
    for summary in listed.iter().filter(|summary| is_of(summary)).take(MOST) {
        // One that is gone by now is missed by the judge.
        containers.extend(found(&engine, summary, deadline).await?);
    }
    containers.sort_by(|left, right| left.container.cmp(&right.container));
    let more = listed.len() > MOST;
    let name = line(&name).into_owned();
    Ok(Seen::Project(Box::new(Project { name, files, unfollowed, services, containers, more, control })))
}

async fn list(engine: &Engine, project: &str, deadline: Instant) -> Result<Vec<ContainerSummary>, ProbeError> {
    let filters = HashMap::from([("label", vec![format!("{PROJECT}={project}")])]);
    let query = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
    let answer = engine.ask(deadline, engine.docker.list_containers(Some(query))).await;
    answer.map_err(|trouble| trouble.error(&engine.shown))
}

fn label<'a>(summary: &'a ContainerSummary, key: &str) -> Option<&'a str> {
    summary.labels.as_ref()?.get(key).map(String::as_str)
}

/// What the list leaves out: the image as it was asked for, the exit code, the health.
async fn found(engine: &Engine, summary: &ContainerSummary, deadline: Instant) -> Result<Option<Found>, ProbeError> {
    let not_docker = || Trouble::NotDocker.error(&engine.shown);
    let name = summary.names.as_ref().and_then(|names| names.first()).ok_or_else(not_docker)?;
    let Some(answer) = inspect(engine, name.trim_start_matches('/'), deadline).await? else { return Ok(None) };
    let state = state_of(&answer).ok_or_else(not_docker)?;
    let image = answer.config.as_ref().and_then(|config| config.image.as_deref()).unwrap_or_default();
    let image_now = image_now(engine, image, answer.image.as_deref(), deadline).await?;
    Ok(Some(Found {
        service: short(label(summary, SERVICE).unwrap_or_default(), 80),
        container: short(name.trim_start_matches('/'), 80),
        status: state.status,
        exit_code: state.exit_code,
        started_at: state.started_at,
        restart_count: state.restart_count,
        health: state.health.map(|health| health.status),
        image: short(image, 300),
        image_now,
        by_run: label(summary, ONE_OFF).is_some_and(|word| word.eq_ignore_ascii_case("true")),
    }))
}

async fn image_now(
    engine: &Engine,
    image: &str,
    made_from: Option<&str>,
    deadline: Instant,
) -> Result<ImageNow, ProbeError> {
    match engine.ask(deadline, engine.docker.inspect_image(image)).await {
        Ok(answer) if answer.id.is_none() || made_from.is_none() => Ok(ImageNow::Unclear),
        Ok(answer) if answer.id.as_deref() == made_from => Ok(ImageNow::Same),
        Ok(_) => Ok(ImageNow::Other),
        Err(Trouble::NotFound) => Ok(ImageNow::Gone),
        // A proxy that shows containers and no images.
        Err(Trouble::Forbidden) => Ok(ImageNow::Unclear),
        Err(trouble) => Err(trouble.error(&engine.shown)),
    }
}
