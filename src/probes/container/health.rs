//! Judges what the engine says of a health check. Health outlives the process it was measured on, and a
//! container that hangs stays healthy until enough checks have run into their timeout.

use super::verdict::Found;
use super::{Container, Health, HealthStatus};
use crate::evidence::{Unknown, Verdict, age};
use crate::probes::words::span;
use jiff::Timestamp;
use std::time::Duration;

/// How much later than interval and timeout a health check may end, in seconds: a busy machine.
const SLACK_S: u64 = 10;

pub(super) fn judge(
    options: &Container,
    health: Option<&Health>,
    started_at: Timestamp,
    at: Timestamp,
) -> Option<Found> {
    let Some(health) = health else {
        let unknown = Verdict::Unknown(Unknown::NotConfigured);
        let missing = Found::new(unknown, "no_health", "it runs, but has no health check to say that it works");
        return options.require_health.then_some(missing);
    };
    match health.status {
        HealthStatus::Unhealthy => Some(unhealthy(health)),
        HealthStatus::Starting => Some(starting(options, health, started_at, at)),
        HealthStatus::Healthy => healthy(health, started_at, at),
    }
}

fn unhealthy(health: &Health) -> Found {
    let streak = health.failing_streak;
    if health.last_exit == Some(-1) {
        let summary = format!("unhealthy: the last {streak} health checks took too long");
        return Found::new(Verdict::Fail, "health_timeout", summary);
    }
    Found::new(Verdict::Fail, "unhealthy", format!("unhealthy: the last {streak} health checks failed"))
}

fn starting(options: &Container, health: &Health, started_at: Timestamp, at: Timestamp) -> Found {
    if age(started_at, at).as_secs() > health.start_period_s.max(options.min_uptime_s) {
        let summary = "no health check has passed since its start: too long";
        return Found::new(Verdict::Warn, "starting_too_long", summary);
    }
    Found::new(Verdict::Unknown(Unknown::NeverRun), "starting", "no health check has passed since its start")
}

fn healthy(health: &Health, started_at: Timestamp, at: Timestamp) -> Option<Found> {
    let Some(last_end) = health.last_end.filter(|end| *end > started_at) else {
        let summary = "\"healthy\" is from before its last start; no check has ended since";
        return Some(Found::new(Verdict::Unknown(Unknown::NeverRun), "health_of_last_run", summary));
    };
    let limit = health.interval_s.saturating_add(health.timeout_s).saturating_add(SLACK_S);
    let old = age(last_end, at);
    if old > Duration::from_secs(limit) {
        let old = span(old);
        let summary = format!("\"healthy\" is {old} old, it may be {limit} s: the container or the daemon hangs");
        return Some(Found::new(Verdict::Unknown(Unknown::TimedOut), "health_stale", summary));
    }
    let streak = health.failing_streak;
    (streak > 0 || health.last_exit.is_some_and(|code| code != 0)).then(|| {
        let summary = format!("still healthy, but the last {} health checks failed", streak.max(1));
        Found::new(Verdict::Warn, "check_failed", summary)
    })
}
