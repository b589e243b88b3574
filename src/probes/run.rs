//! Runs probes: one deadline around everything, and a panic stays with the probe that panicked.
//! The clock is read here and nowhere else.

use super::limits::{Limits, Room};
use super::{Observation, Place, ProbeError, ProbeSpec, Seen, fault};
use crate::evidence::{ProbeId, Unknown};
use jiff::Timestamp;
use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;
use tokio::task::{Id, JoinSet};
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

/// Looks once with each probe, no more at a time than the limits allow; the observations stand in the specs' order.
pub async fn observe_all(specs: &[ProbeSpec], place: &Place, observer: &str, limits: Limits) -> Vec<Observation> {
    let mut waiting: Vec<(usize, &ProbeSpec)> = specs.iter().enumerate().collect();
    let mut room = Room::new(limits);
    let mut running = JoinSet::new();
    let mut flights: HashMap<Id, (usize, &'static str)> = HashMap::new();
    let mut done: Vec<Option<Observation>> = vec![None; specs.len()];
    loop {
        waiting.retain(|(index, spec)| {
            let (index, kind) = (*index, spec.options.about().name);
            if !room.has(kind) {
                return true;
            }
            room.enter(kind);
            let (spec, place, observer) = ((*spec).clone(), place.clone(), observer.to_owned());
            let task = running.spawn(async move { run_once(&spec, &place, &observer).await });
            flights.insert(task.id(), (index, kind));
            false
        });
        let Some(ended) = running.join_next_with_id().await else { break };
        // A panic around a probe leaves its place empty, which is filled below.
        let (task, observation) = match ended {
            Ok((task, observation)) => (task, Some(observation)),
            Err(error) => (error.id(), None),
        };
        if let Some((index, kind)) = flights.remove(&task) {
            room.leave(kind);
            done[index] = observation;
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
