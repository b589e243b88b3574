//! Judges a container. "Running" and "healthy" are words of the past: a crash loop is sampled while it
//! runs, health outlives the process it was measured on, and a daemon that hangs stops measuring.

use super::{Container, Health, HealthStatus, Seen, State, Status};
use crate::evidence::{COUNTS_FROM, Fact, Quantity, STARTED_AT, Unknown, Verdict, age};
use crate::guard::line;
use crate::probes::Judgement;
use jiff::Timestamp;
use std::time::Duration;

/// How much later than interval and timeout a health check may end, in seconds: a busy machine.
const SLACK_S: u64 = 10;
/// So many restarts by the policy, and up for less than the minimum, is a loop.
const LOOP_RESTARTS: u64 = 3;
/// How far the daemon's clock may be ahead of this one, in seconds.
const CLOCK_SKEW_S: i64 = 5;

pub(super) fn judge(options: &Container, seen: &Seen, at: Timestamp) -> Judgement {
    let name = line(&options.name);
    let Seen::Present(state) = seen else {
        return Judgement::new(Verdict::Fail, format!("there is no container named {name}"))
            .hint("docker ps -a --format '{{.Names}}\\t{{.Status}}'");
    };
    let (verdict, summary) = match state.status {
        Status::Running => running(options, state, at),
        _ => (Verdict::Fail, stopped(state)),
    };
    let mut judgement = Judgement::new(verdict, summary).facts(facts(state, at));
    if state.status == Status::Running {
        let counts_from = options.min_uptime_s.saturating_mul(1000);
        judgement.facts.push(Fact::new(COUNTS_FROM, Quantity::Millis(counts_from)));
    }
    if verdict == Verdict::Pass {
        judgement.as_of = state.health.as_ref().and_then(|health| health.last_end);
    } else {
        judgement.hint = Some(format!("docker inspect --format '{{{{json .State}}}}' {name}"));
    }
    judgement
}

/// What to say of a container whose main process does not run.
fn stopped(state: &State) -> String {
    let restarts = state.restart_count;
    match state.status {
        Status::Paused => "it is paused: it holds its ports and answers nothing".to_owned(),
        Status::Restarting if state.oom_killed => {
            format!("a restart loop: killed for memory, restarted {restarts} times")
        }
        Status::Restarting => {
            format!("a restart loop: exit code {}, restarted {restarts} times", state.exit_code)
        }
        Status::Created => "it was made and never started".to_owned(),
        Status::Removing | Status::Stopping | Status::Dead => "it is being stopped or removed".to_owned(),
        Status::Other => "Docker names a state that this program does not know".to_owned(),
        Status::Exited | Status::Running if state.oom_killed => {
            "it has ended: killed by the kernel, over its memory limit".to_owned()
        }
        Status::Exited | Status::Running if state.exit_code == 137 => {
            "it has ended: killed from outside (137), not for memory as far as Docker saw".to_owned()
        }
        Status::Exited | Status::Running => format!("it has ended, exit code {}", state.exit_code),
    }
}

/// Judges one whose main process runs: the worst of what is wrong.
fn running(options: &Container, state: &State, at: Timestamp) -> (Verdict, String) {
    let started_at = state.started_at.unwrap_or(at);
    let up = age(started_at, at).as_secs();
    let found = [
        clock(state, at),
        too_young(options, state, up),
        health(options, state.health.as_ref(), started_at, at),
        memory(options, state),
    ];
    // The first of the worst: `min_by_key` keeps the first of equals.
    let worst = found.into_iter().flatten().min_by_key(|(verdict, _)| verdict.rank());
    worst.unwrap_or_else(|| match state.health {
        Some(_) => (Verdict::Pass, format!("healthy, up {}", in_words(up))),
        None => (Verdict::Pass, format!("runs, up {}; it has no health check", in_words(up))),
    })
}

fn clock(state: &State, at: Timestamp) -> Option<(Verdict, String)> {
    let summary = match state.started_at {
        None => "it runs, but Docker does not say since when",
        Some(start) if start.duration_since(at).as_secs() > CLOCK_SKEW_S => {
            "it was started in the future: the daemon's clock and this one disagree"
        }
        Some(_) => return None,
    };
    Some((Verdict::Unknown(Unknown::Garbled), summary.to_owned()))
}

fn too_young(options: &Container, state: &State, up: u64) -> Option<(Verdict, String)> {
    if up >= options.min_uptime_s {
        return None;
    }
    let restarts = state.restart_count;
    if restarts >= LOOP_RESTARTS {
        return Some((Verdict::Fail, format!("a restart loop: up for only {up} s, restarted {restarts} times")));
    }
    let wanted = options.min_uptime_s;
    Some((Verdict::Warn, format!("up for only {up} s; it counts from {wanted} s")))
}

fn health(
    options: &Container,
    health: Option<&Health>,
    started_at: Timestamp,
    at: Timestamp,
) -> Option<(Verdict, String)> {
    let never_run = Verdict::Unknown(Unknown::NeverRun);
    let Some(health) = health else {
        let summary = "it runs, but has no health check to say that it works".to_owned();
        return options.require_health.then_some((Verdict::Unknown(Unknown::NotConfigured), summary));
    };
    let streak = health.failing_streak;
    match health.status {
        HealthStatus::Unhealthy if health.last_exit == Some(-1) => {
            return Some((Verdict::Fail, format!("unhealthy: the last {streak} health checks took too long")));
        }
        HealthStatus::Unhealthy => {
            return Some((Verdict::Fail, format!("unhealthy: the last {streak} health checks failed")));
        }
        HealthStatus::Starting if age(started_at, at).as_secs() > health.start_period_s.max(options.min_uptime_s) => {
            return Some((Verdict::Warn, "no health check has passed since its start: too long".to_owned()));
        }
        HealthStatus::Starting => {
            return Some((never_run, "no health check has passed since its start".to_owned()));
        }
        HealthStatus::Healthy => {}
    }
    let Some(last_end) = health.last_end.filter(|end| *end > started_at) else {
        return Some((never_run, "\"healthy\" is from before its last start; no check has ended since".to_owned()));
    };
    let limit = health.interval_s.saturating_add(health.timeout_s).saturating_add(SLACK_S);
    let old = age(last_end, at);
    if old > Duration::from_secs(limit) {
        let old = in_words(old.as_secs());
        let summary = format!("\"healthy\" is {old} old, it may be {limit} s: the container or the daemon hangs");
        return Some((Verdict::Unknown(Unknown::TimedOut), summary));
    }
    (streak > 0 || health.last_exit.is_some_and(|code| code != 0))
        .then(|| (Verdict::Warn, format!("still healthy, but the last {} health checks failed", streak.max(1))))
}

fn memory(options: &Container, state: &State) -> Option<(Verdict, String)> {
    let limit = state.memory_limit?;
    let Some(used) = state.memory_used else {
        return Some((Verdict::Warn, "it runs, but its memory could not be measured".to_owned()));
    };
    let points = basis_points(used, limit);
    (points >= u32::from(options.memory_warn_percent) * 100)
        .then(|| (Verdict::Warn, format!("it uses {} of its memory limit", Quantity::BasisPoints(points))))
}

fn basis_points(part: u64, whole: u64) -> u32 {
    (u128::from(part) * 10_000 / u128::from(whole.max(1))).try_into().unwrap_or(u32::MAX)
}

fn facts(state: &State, at: Timestamp) -> Vec<Fact> {
    let is_running = state.status == Status::Running;
    let mut facts = vec![
        Fact::text("state", state.status.word()),
        Fact::text("container id", state.id.as_str()),
        Fact::new("restarts by policy", Quantity::Count(state.restart_count)),
        Fact::new("killed for memory", Quantity::Flag(state.oom_killed)),
    ];
    if let Some(started_at) = state.started_at {
        facts.push(Fact::new(STARTED_AT, Quantity::At(started_at)));
        if is_running {
            facts.push(Fact::new("up", Quantity::Millis(age(started_at, at).as_millis() as u64)));
        }
    }
    if !is_running {
        facts.extend(state.finished_at.map(|end| Fact::new("ended", Quantity::At(end))));
        facts.push(Fact::text("exit code", state.exit_code.to_string()));
    }
    match &state.health {
        None => facts.push(Fact::text("health check", "none")),
        Some(health) => {
            facts.push(Fact::text("health", health.status.word()));
            facts.push(Fact::new("failed checks in a row", Quantity::Count(health.failing_streak)));
            facts.extend(health.last_end.map(|end| Fact::new("last check ended", Quantity::At(end))));
        }
    }
    facts.extend(state.memory_used.map(|used| Fact::new("memory", Quantity::Bytes(used))));
    match (state.memory_limit, state.memory_used) {
        (None, _) => facts.push(Fact::text("memory limit", "none")),
        (Some(limit), used) => {
            facts.push(Fact::new("memory limit", Quantity::Bytes(limit)));
            facts.extend(
                used.map(|used| Fact::new("memory of its limit", Quantity::BasisPoints(basis_points(used, limit)))),
            );
        }
    }
    facts
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Stopping => "stopping",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
            Self::Other => "other",
        }
    }
}

impl HealthStatus {
    fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }
}

/// A duration in the largest unit that leaves at least two.
fn in_words(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}
