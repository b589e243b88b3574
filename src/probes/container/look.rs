//! Asks the daemon for one container. Logs, commands, labels and environment never leave this file.

use super::{Container, Health, HealthStatus, Seen, State, Status, log};
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::engine::{Engine, Trouble};
use crate::probes::net::{before, short};
use crate::probes::{Place, ProbeError};
use bollard::models::{
    ContainerInspectResponse, ContainerMemoryStats, ContainerState, ContainerStateStatusEnum as DockerStatus,
    Health as DockerHealth, HealthConfig, HealthStatusEnum as DockerHealthStatus,
};
use bollard::query_parameters::StatsOptionsBuilder;
use futures_util::StreamExt;
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};

/// What Docker takes where a health check names no interval or timeout, in seconds.
const DOCKER_DEFAULT_S: u64 = 30;

pub(super) async fn look(options: &Container, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
    let engine = Engine::open(options.host.as_deref(), at)?;
    let Some(answer) = inspect(&engine, &options.name, deadline).await? else { return Ok(Seen::Absent) };
    let Some(mut state) = state_of(&answer) else { return Err(Trouble::NotDocker.error(&engine.shown)) };
    if state.status == Status::Running {
        let early = before(deadline);
        let log = async {
            let tty = answer.config.as_ref().and_then(|config| config.tty).unwrap_or_default();
            if options.log_minutes == 0 { None } else { Some(log::count(&engine, options, tty, early).await) }
        };
        let (memory, log) = tokio::join!(memory(&engine, &options.name, early), log);
        // A crash loop is sampled while it runs: asked again, it is another run. What is told is the later state.
        let Some(again) = inspect(&engine, &options.name, deadline).await? else { return Ok(Seen::Absent) };
        let Some(later) = state_of(&again) else { return Err(Trouble::NotDocker.error(&engine.shown)) };
        let restarted_meanwhile = (&later.id, later.started_at) != (&state.id, state.started_at);
        state = State { memory_used: memory.used, memory_of: memory.of, log, restarted_meanwhile, ..later };
    }
    Ok(Seen::Present(Box::new(state)))
}

/// The daemon's answer for one container; `None` where there is none of this name.
pub(in crate::probes) async fn inspect(
    engine: &Engine,
    name: &str,
    deadline: Instant,
) -> Result<Option<ContainerInspectResponse>, ProbeError> {
    let is_name = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
    if !is_name {
        let message = format!("\"{}\" is no name a container can have", short(name, 80));
        return Err(ProbeError::new(Unknown::NotConfigured, message));
    }
    let answer = match engine.ask(deadline, engine.docker.inspect_container(name, None)).await {
        Err(Trouble::NotFound) => return Ok(None),
        Err(trouble) => return Err(trouble.error(&engine.shown)),
        Ok(answer) => answer,
    };
    // An id, or the start of one, finds a container too. Asked was a name.
    let found = answer.name.as_deref().unwrap_or_default().trim_start_matches('/');
    if found != name {
        let message = format!("Docker has no container named {name}; the answer was for {}", line(&short(found, 80)));
        return Err(ProbeError::new(Unknown::Garbled, message).hint("docker ps -a --format '{{.Names}}'"));
    }
    Ok(Some(answer))
}

/// What the answer says of the state; `None` where it says nothing, as no Docker Engine would.
pub(in crate::probes) fn state_of(answer: &ContainerInspectResponse) -> Option<State> {
    let state = answer.state.as_ref()?;
    let check = answer.config.as_ref().and_then(|config| config.healthcheck.as_ref());
    Some(State {
        id: short(answer.id.as_deref()?, 12),
        status: status_of(state.status?),
        started_at: time(state.started_at.as_deref()),
        finished_at: time(state.finished_at.as_deref()),
        exit_code: state.exit_code.unwrap_or_default(),
        oom_killed: state.oom_killed.unwrap_or_default(),
        restart_count: count(answer.restart_count),
        health: health_of(state, check),
        memory_limit: answer
            .host_config
            .as_ref()
            .and_then(|config| config.memory)
            .and_then(|limit| u64::try_from(limit).ok())
            .filter(|limit| *limit > 0),
        memory_used: None,
        memory_of: None,
        restarted_meanwhile: false,
        log: None,
    })
}

fn status_of(status: DockerStatus) -> Status {
    match status {
        DockerStatus::CREATED => Status::Created,
        DockerStatus::RUNNING => Status::Running,
        DockerStatus::PAUSED => Status::Paused,
        DockerStatus::RESTARTING => Status::Restarting,
        DockerStatus::STOPPING => Status::Stopping,
        DockerStatus::REMOVING => Status::Removing,
        DockerStatus::EXITED => Status::Exited,
        DockerStatus::DEAD => Status::Dead,
        DockerStatus::EMPTY => Status::Other,
    }
}

fn health_of(state: &ContainerState, check: Option<&HealthConfig>) -> Option<Health> {
    let health: &DockerHealth = state.health.as_ref()?;
    let status = match health.status? {
        DockerHealthStatus::STARTING => HealthStatus::Starting,
        DockerHealthStatus::HEALTHY => HealthStatus::Healthy,
        DockerHealthStatus::UNHEALTHY => HealthStatus::Unhealthy,
        DockerHealthStatus::NONE | DockerHealthStatus::EMPTY => return None,
    };
    let last = health.log.as_ref().and_then(|log| log.last());
    Some(Health {
        status,
        failing_streak: count(health.failing_streak),
        last_end: last.and_then(|last| time(last.end.as_deref())),
        last_exit: last.and_then(|last| last.exit_code),
        interval_s: seconds(check.and_then(|check| check.interval)).unwrap_or(DOCKER_DEFAULT_S),
        timeout_s: seconds(check.and_then(|check| check.timeout)).unwrap_or(DOCKER_DEFAULT_S),
        start_period_s: seconds(check.and_then(|check| check.start_period)).unwrap_or(0),
    })
}

/// Memory in bytes.
#[derive(Default)]
struct Memory {
    used: Option<u64>,
    /// What the engine holds it against.
    of: Option<u64>,
}

/// The memory in use as `docker stats` counts it: without the page cache that can be dropped.
async fn memory(engine: &Engine, name: &str, deadline: Instant) -> Memory {
    let once = StatsOptionsBuilder::new().stream(false).one_shot(true).build();
    let mut answers = Box::pin(engine.docker.stats(name, Some(once)));
    let Ok(Some(Ok(answer))) = timeout_at(deadline, answers.next()).await else { return Memory::default() };
    let Some(memory) = answer.memory_stats else { return Memory::default() };
    Memory { used: used(&memory), of: memory.limit.filter(|limit| *limit > 0) }
}

fn used(memory: &ContainerMemoryStats) -> Option<u64> {
    let cache = memory.stats.as_ref().and_then(|stats| {
        // Control groups v1 have the first name, v2 the second.
        stats.get("total_inactive_file").or_else(|| stats.get("inactive_file"))
    });
    Some(memory.usage?.saturating_sub(cache.copied().unwrap_or(0)))
}

/// Docker's times; year 1 stands for "never".
pub(in crate::probes) fn time(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok().filter(|time: &Timestamp| *time > Timestamp::UNIX_EPOCH)
}

fn count(count: Option<i64>) -> u64 {
    count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0)
}

/// Docker's durations are nanoseconds, and 0 stands for the default. A part of a second counts as one.
fn seconds(nanos: Option<i64>) -> Option<u64> {
    let nanos = u64::try_from(nanos?).ok().filter(|nanos| *nanos > 0)?;
    Some(nanos.div_ceil(1_000_000_000))
}
