//! Judges a container. "Running" and "healthy" are words of the past: a crash loop is sampled while it
//! runs, health outlives the process it was measured on, and a daemon that hangs stops measuring.

use super::facts::{basis_points, facts};
use super::{Container, Log, Seen, State, Status, health};
use crate::evidence::{COUNTS_FROM, Fact, Quantity, Unknown, Verdict, age};
use crate::guard::line;
use crate::probes::Judgement;
use crate::probes::words::span;
use jiff::Timestamp;
use std::time::Duration;

/// So many restarts by the policy, and up for less than the minimum, is a loop.
const LOOP_RESTARTS: u64 = 3;
/// How far the daemon's clock may be ahead of this one, in seconds.
const CLOCK_SKEW_S: i64 = 5;

/// One thing that is wrong.
pub(super) struct Found {
    verdict: Verdict,
    reason: &'static str,
    summary: String,
}

impl Found {
    pub(super) fn new(verdict: Verdict, reason: &'static str, summary: impl Into<String>) -> Self {
        Self { verdict, reason, summary: summary.into() }
    }
}

pub(super) fn judge(options: &Container, seen: &Seen, at: Timestamp) -> Judgement {
    let name = line(&options.name);
    let Seen::Present(state) = seen else {
        return Judgement::new(Verdict::Fail, format!("there is no container named {name}"))
            .reason("missing")
            .hint("docker ps -a --format '{{.Names}}\\t{{.Status}}'");
    };
    let found = match state.status {
        Status::Running => running(options, state, at),
        _ => Some(stopped(state)),
    };
    let mut facts = facts(state, at);
    if state.status == Status::Running {
        let counts_from = options.min_uptime_s.saturating_mul(1000);
        facts.push(Fact::new(COUNTS_FROM, Quantity::Millis(counts_from)));
    }
    let Some(Found { verdict, reason, summary }) = found else {
        let up = span(age(state.started_at.unwrap_or(at), at));
        let summary = match state.health {
            Some(_) => format!("healthy, up {up}"),
            None => format!("runs, up {up}; it has no health check"),
        };
        let as_of = state.health.as_ref().and_then(|health| health.last_end);
        return Judgement { as_of, ..Judgement::new(Verdict::Pass, summary).facts(facts) };
    };
    let hint = match reason {
        // No command that would print the lines: they may hold a secret, and the screen is shared.
        "errors" | "log_too_long" => format!("docker logs --since {}m {name} | less", options.log_minutes),
        "no_log" => format!("docker inspect --format '{{{{.HostConfig.LogConfig.Type}}}}' {name}"),
        _ => format!("docker inspect --format '{{{{json .State}}}}' {name}"),
    };
    Judgement::new(verdict, summary).reason(reason).hint(hint).facts(facts)
}

/// What to say of a container whose main process does not run.
fn stopped(state: &State) -> Found {
    let (restarts, code) = (state.restart_count, state.exit_code);
    let (reason, summary) = match state.status {
        Status::Paused => ("paused", "it is paused: it holds its ports and answers nothing".to_owned()),
        Status::Restarting if state.oom_killed => {
            ("restart_loop", format!("a restart loop: killed for memory, restarted {restarts} times"))
        }
        Status::Restarting => ("restart_loop", format!("a restart loop: exit code {code}, restarted {restarts} times")),
        Status::Created => ("created", "it was made and never started".to_owned()),
        Status::Removing | Status::Stopping | Status::Dead => ("stopping", "it is being stopped or removed".to_owned()),
        Status::Other => ("other_state", "Docker names a state that this program does not know".to_owned()),
        Status::Exited | Status::Running if state.oom_killed => {
            ("oom_killed", "it has ended: killed by the kernel, over its memory limit".to_owned())
        }
        Status::Exited | Status::Running if code == 137 => {
            ("killed", "it has ended: killed from outside (137), not for memory as far as Docker saw".to_owned())
        }
        Status::Exited | Status::Running => ("exited", format!("it has ended, exit code {code}")),
    };
    Found::new(Verdict::Fail, reason, summary)
}

/// Judges one whose main process runs: the worst of what is wrong.
fn running(options: &Container, state: &State, at: Timestamp) -> Option<Found> {
    let started_at = state.started_at.unwrap_or(at);
    let found = [
        clock(state, at),
        too_young(options, state, age(started_at, at)),
        health::judge(options, state.health.as_ref(), started_at, at),
        memory(options, state),
        log(options, state.log),
    ];
    // The first of the worst: `min_by_key` keeps the first of equals.
    found.into_iter().flatten().min_by_key(|found| found.verdict.rank())
}

fn clock(state: &State, at: Timestamp) -> Option<Found> {
    let summary = match state.started_at {
        None => "it runs, but Docker does not say since when",
        Some(start) if start.duration_since(at).as_secs() > CLOCK_SKEW_S => {
            "it was started in the future: the daemon's clock and this one disagree"
        }
        Some(_) => return None,
    };
    Some(Found::new(Verdict::Unknown(Unknown::Garbled), "clock", summary))
}

fn too_young(options: &Container, state: &State, up: Duration) -> Option<Found> {
    let restarts = state.restart_count;
    if state.restarted_meanwhile {
        let summary = format!("it was started anew while the probe looked, restarted {restarts} times");
        return Some(Found::new(Verdict::Fail, "restart_loop", summary));
    }
    let (up, wanted) = (up.as_secs(), options.min_uptime_s);
    if up >= wanted {
        return None;
    }
    if restarts >= LOOP_RESTARTS {
        let summary = format!("a restart loop: up for only {up} s, restarted {restarts} times");
        return Some(Found::new(Verdict::Fail, "restart_loop", summary));
    }
    Some(Found::new(Verdict::Warn, "young", format!("up for only {up} s; it counts from {wanted} s")))
}

fn memory(options: &Container, state: &State) -> Option<Found> {
    let limit = state.memory_limit?;
    let Some(used) = state.memory_used else {
        let summary = "it runs, but its memory could not be measured";
        return Some(Found::new(Verdict::Warn, "memory_unknown", summary));
    };
    let points = basis_points(used, limit);
    (points >= u32::from(options.memory_warn_percent) * 100).then(|| {
        let summary = format!("it uses {} of its memory limit", Quantity::BasisPoints(points));
        Found::new(Verdict::Warn, "memory_high", summary)
    })
}

/// A log that was not looked through to its start can prove that there are errors, not that there are none.
fn log(options: &Container, log: Option<Log>) -> Option<Found> {
    let minutes = options.log_minutes;
    match log? {
        Log::Counted { errors, more, .. } if errors > options.max_errors => {
            let count = if more { format!("at least {errors}") } else { errors.to_string() };
            let lines = if errors == 1 && !more { "line" } else { "lines" };
            let summary = format!("{count} {lines} with an error in {minutes} min of its log");
            Some(Found::new(Verdict::Warn, "errors", summary))
        }
        Log::Counted { lines, more: true, .. } => {
            let summary = format!("{minutes} min of its log are more than the {lines} lines that are read");
            Some(Found::new(Verdict::Unknown(Unknown::Garbled), "log_too_long", summary))
        }
        Log::Counted { .. } => None,
        Log::Unreadable => {
            let summary = "its log can't be read here: its driver sends it elsewhere";
            Some(Found::new(Verdict::Unknown(Unknown::NotConfigured), "no_log", summary))
        }
        Log::Late => {
            let summary = "its log did not come in time";
            Some(Found::new(Verdict::Unknown(Unknown::TimedOut), "log_late", summary))
        }
    }
}
