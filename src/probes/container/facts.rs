//! What is shown of a container: each with its unit.

use super::{Log, State, Status};
use crate::evidence::{Fact, Quantity, STARTED_AT, age};
use jiff::Timestamp;

pub(super) fn facts(state: &State, at: Timestamp) -> Vec<Fact> {
    let mut facts = vec![
        Fact::text("state", state.status.word()),
        Fact::text("container id", state.id.as_str()),
        Fact::new("restarts by policy", Quantity::Count(state.restart_count)),
        killed_for_memory(state),
    ];
    facts.extend(life(state, at));
    facts.extend(health(state, at));
    facts.extend(memory(state));
    facts.extend(state.log.into_iter().flat_map(log));
    facts
}

/// Docker sees only the main process: a child that was killed leaves no trace in its answer.
fn killed_for_memory(state: &State) -> Fact {
    let name = "killed for memory";
    if state.oom_killed {
        return Fact::new(name, Quantity::Flag(true));
    }
    Fact::text(name, "not its main process; of others Docker does not tell")
}

fn life(state: &State, at: Timestamp) -> Vec<Fact> {
    let is_running = state.status == Status::Running;
    let mut facts = Vec::new();
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
    facts
}

fn health(state: &State, at: Timestamp) -> Vec<Fact> {
    let Some(health) = &state.health else { return vec![Fact::text("health check", "none")] };
    let mut facts = vec![
        Fact::text("health", health.status.word()),
        Fact::new("failed checks in a row", Quantity::Count(health.failing_streak)),
    ];
    if let Some(end) = health.last_end {
        facts.push(Fact::new("last check ended", Quantity::At(end)));
        facts.push(Fact::new("age of the last check", Quantity::Millis(age(end, at).as_millis() as u64)));
    }
    facts
}

/// Without a limit the share is the host's, and says so: a container can't be near a limit it has not.
fn memory(state: &State) -> Vec<Fact> {
    let mut facts: Vec<Fact> =
        state.memory_used.map(|used| Fact::new("memory", Quantity::Bytes(used))).into_iter().collect();
    let share = |name, of| state.memory_used.map(|used| Fact::new(name, Quantity::BasisPoints(basis_points(used, of))));
    match state.memory_limit {
        None => {
            facts.push(Fact::text("memory limit", "none"));
            facts.extend(state.memory_of.and_then(|host| share("memory of the host's", host)));
        }
        Some(limit) => {
            facts.push(Fact::new("memory limit", Quantity::Bytes(limit)));
            facts.extend(share("memory of its limit", limit));
        }
    }
    facts
}

fn log(log: Log) -> Vec<Fact> {
    match log {
        Log::Unreadable => vec![Fact::text("log", "can't be read here")],
        Log::Late => vec![Fact::text("log", "did not come in time")],
        Log::Counted { lines, errors, more } => {
            let at_least = |count: u64| if more { format!("at least {count}") } else { count.to_string() };
            vec![Fact::text("lines of the log", at_least(lines)), Fact::text("lines with an error", at_least(errors))]
        }
    }
}

/// A share in hundredths of a percent.
pub(super) fn basis_points(part: u64, whole: u64) -> u32 {
    (u128::from(part) * 10_000 / u128::from(whole.max(1))).try_into().unwrap_or(u32::MAX)
}
