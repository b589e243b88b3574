//! Judges what the probes observe, and passes it on.

use super::Clock;
use crate::app::Event;
use crate::probes::{Observation, ProbeSpec, crashed, judge};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::mpsc::{Receiver, Sender};

/// Runs until no observation comes any more.
pub async fn judge_observations(
    specs: Vec<ProbeSpec>,
    mut observations: Receiver<Observation>,
    clock: Clock,
    events: Sender<Event>,
) {
    while let Some(observation) = observations.recv().await {
        let Some(spec) = specs.iter().find(|spec| spec.id == observation.probe) else { continue };
        let now = clock.now();
        // A judge that panics is a bug in one kind; it must not take the judgement of all others with it.
        let judged = catch_unwind(AssertUnwindSafe(|| judge(&observation, spec, now)));
        let evidence = judged.unwrap_or_else(|_| crashed(spec, &observation.observer, now));
        if events.send(Event::Judged(Box::new(evidence))).await.is_err() {
            return;
        }
    }
}
