//! Runs probes: one deadline around everything, and a panic stays with the probe that panicked.
//! The clock is read here and nowhere else.

use super::{Observation, Place, ProbeError, ProbeSpec, Seen, fault};
use crate::evidence::{ProbeId, Unknown};
use jiff::Timestamp;
use std::collections::VecDeque;
use std::future::Future;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

/// How much longer than its deadline a probe may take to say that it was late.
const GRACE: Duration = Duration::from_millis(500);

/// What a probe saw, or why it could not look.
pub(super) type Answer = Result<Seen, ProbeError>;

/// Looks once, for `readback check` and for a schedule. Never fails: what goes wrong is an observation.
pub async fn run_once(spec: &ProbeSpec, place: &Place, observer: &str) -> Observation {
    let (options, place, deadline) = (spec.options.clone(), place.clone(), Instant::now() + spec.timeout);
    let look = async move { options.observe(&place, deadline).await };
    guarded(&spec.id, spec.timeout, observer, look).await
}

/// Looks once with each probe, at most `limit` at a time; the observations stand in the specs' order.
pub async fn observe_all(specs: &[ProbeSpec], place: &Place, observer: &str, limit: usize) -> Vec<Observation> {
    let mut waiting: VecDeque<(usize, ProbeSpec)> = specs.iter().cloned().enumerate().collect();
    let mut running = JoinSet::new();
    let mut done: Vec<Option<Observation>> = vec![None; specs.len()];
    loop {
        while running.len() < limit.max(1) {
            let Some((index, spec)) = waiting.pop_front() else { break };
            let (place, observer) = (place.clone(), observer.to_owned());
            running.spawn(async move { (index, run_once(&spec, &place, &observer).await) });
        }
        match running.join_next().await {
            None => break,
            Some(Ok((index, observation))) => done[index] = Some(observation),
            // A panic around a probe; its place is filled below.
            Some(Err(_)) => {}
        }
    }
    let crashed = |spec: &ProbeSpec| seen_now(&spec.id, observer, Duration::ZERO, Err(crash()));
    specs.iter().zip(done).map(|(spec, seen)| seen.unwrap_or_else(|| crashed(spec))).collect()
}

/// A look with its deadline, in a task of its own. Dropping the future ends the task.
pub(super) async fn guarded(
    id: &ProbeId,
    limit: Duration,
    observer: &str,
    look: impl Future<Output = Answer> + Send + 'static,
) -> Observation {
    let start = Instant::now();
    let mut task = JoinSet::new();
    let place = format!("probe:{id}");
    task.spawn(async move {
        fault::trip(&place);
        look.await
    });
    let seen = match timeout(limit + GRACE, task.join_next()).await {
        Err(_) => Err(late(limit)),
        Ok(Some(Ok(answer))) => answer,
        Ok(Some(Err(_)) | None) => Err(crash()),
    };
    seen_now(id, observer, start.elapsed(), seen)
}

pub(super) fn seen_now(id: &ProbeId, observer: &str, took: Duration, seen: Answer) -> Observation {
    Observation {
        probe: id.clone(),
        observed_at: Timestamp::now(),
        took_ms: took.as_millis() as u64,
        observer: observer.to_owned(),
        seen,
    }
}

/// The probe had no answer within its deadline.
fn late(limit: Duration) -> ProbeError {
    ProbeError::new(Unknown::TimedOut, format!("no answer within {} s", limit.as_secs_f32()))
}

/// A panic is a bug, and is said to be one; its text stays in the panic report.
pub(super) fn crash() -> ProbeError {
    ProbeError::new(Unknown::Crashed, "probe crashed (bug)").hint("the log has the report; please send it in")
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
