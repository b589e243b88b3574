//! Asks probes and reads the layers of the configuration: all that `check` does outside of itself.

use super::report::Report;
use super::select::{NotAsked, Selection};
use crate::app::shell::LayerTask;
use crate::cli::context::{Context, StartError};
use crate::config::Stack;
use crate::evidence::Evidence;
use crate::evidence::maintenance::Window;
use crate::probes::{Limits, Observation, Place, ProbeSpec, crashed, judge, observe_all};
use jiff::Timestamp;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// Asks, and remembers what each probe saw last.
pub(super) struct Looker {
    stack: Stack,
    specs: Vec<ProbeSpec>,
    not_asked: Vec<NotAsked>,
    layers: LayerTask,
    place: Place,
    limits: Limits,
    maintenance: Vec<Window>,
    observer: String,
    /// What each of `specs` saw last.
    seen: Vec<Option<Observation>>,
}

impl Looker {
    /// For these probes of a stack.
    pub(super) fn new(context: &Context, selection: Selection) -> Result<Self, StartError> {
        Ok(Self {
            stack: context.config.stack.clone(),
            layers: LayerTask::new(&context.config, context.place(), context.fingerprinter()?),
            place: context.place(),
            limits: context.config.limits,
            maintenance: context.config.maintenance.clone(),
            observer: crate::cli::console::observer(),
            seen: vec![None; selection.asked.len()],
            specs: selection.asked,
            not_asked: selection.not_asked,
        })
    }

    /// How often each probe wants to be asked.
    pub(super) fn cadences(&self) -> Vec<Duration> {
        self.specs.iter().map(|spec| spec.every).collect()
    }

    /// Asks these probes, by their place, and reads the layers; reports on all probes as they were seen last.
    pub(super) async fn ask(&mut self, due: &[usize]) -> Report {
        let specs: Vec<ProbeSpec> = due.iter().filter_map(|index| self.specs.get(*index).cloned()).collect();
        let looking = observe_all(&specs, &self.place, &self.observer, self.limits);
        let (observations, compared) = tokio::join!(looking, self.layers.read());
        for observation in observations {
            let index = self.specs.iter().position(|spec| spec.id == observation.probe);
            if let Some(slot) = index.and_then(|index| self.seen.get_mut(index)) {
                *slot = Some(observation);
            }
        }
        let now = Timestamp::now();
        let pairs = self.specs.iter().zip(&self.seen);
        let evidence = pairs.filter_map(|(spec, seen)| Some(judged(seen.as_ref()?, spec, now))).collect();
        Report::new(&self.stack, evidence, self.not_asked.clone(), compared, &self.maintenance, now)
    }
}

/// A judge that panics is a bug in one kind; it must not take the judgement of all others with it.
fn judged(seen: &Observation, spec: &ProbeSpec, now: Timestamp) -> Evidence {
    let judged = catch_unwind(AssertUnwindSafe(|| judge(seen, spec, now)));
    judged.unwrap_or_else(|_| crashed(spec, &seen.observer, now))
}
