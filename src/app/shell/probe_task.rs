//! Judges what the probes observe, and passes it on.

use super::Clock;
use crate::app::Event;
use crate::probes::{Observation, ProbeSpec, judge};
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
        let evidence = judge(&observation, spec, clock.now());
        if events.send(Event::Judged(Box::new(evidence))).await.is_err() {
            return;
        }
    }
}
