//! Runs every probe at its cadence, without a terminal. One task owns all state; a probe is in flight
//! at most once; at most [`LIMIT`] are at once; a reader that is slow gets the newest of each probe.

use super::run::{Answer, crash, guarded, seen_now};
use super::{Observation, Place, ProbeSpec};
use crate::evidence::ProbeId;
use std::collections::VecDeque;
use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

/// How many probes look at once: more would measure each other.
pub const LIMIT: usize = 8;
/// The cadence is stretched by up to this share, in percent, so that probes don't march in step.
const JITTER_PERCENT: u64 = 20;
/// Orders that may wait; more are for nobody's good.
const ORDERS: usize = 64;

/// Where a schedule is made.
#[derive(Debug)]
pub struct Schedule;

/// A running schedule. It ends when the last handle or the receiver is dropped.
#[derive(Clone, Debug)]
pub struct ScheduleHandle {
    orders: mpsc::Sender<Order>,
}

enum Order {
    RunNow(ProbeId),
    RunAll,
    Pause(bool),
}

impl Schedule {
    /// Starts looking: every probe at once, then each at its own cadence. Has to be called inside a
    /// tokio runtime. Of an unread probe's observations only the newest waits.
    pub fn spawn(
        specs: Vec<ProbeSpec>,
        place: Place,
        observer: String,
    ) -> (ScheduleHandle, mpsc::Receiver<Observation>) {
        Self::spawn_with(specs, observer, move |spec, deadline| {
            let (options, place) = (spec.options.clone(), place.clone());
            async move { options.observe(&place, deadline).await }
        })
    }

    /// The same with another way to look.
    pub(super) fn spawn_with<L, F>(
        specs: Vec<ProbeSpec>,
        observer: String,
        look: L,
    ) -> (ScheduleHandle, mpsc::Receiver<Observation>)
    where
        L: Fn(&ProbeSpec, Instant) -> F + Send + 'static,
        F: Future<Output = Answer> + Send + 'static,
    {
        let (orders, take_orders) = mpsc::channel(ORDERS);
        let (give, observations) = mpsc::channel(1);
        let now = Instant::now();
        let probes = specs.into_iter().map(|spec| Probe::new(spec, now)).collect();
        let engine = Engine {
            probes,
            observer,
            look,
            tasks: JoinSet::new(),
            paused: false,
            ready: VecDeque::new(),
            unread: VecDeque::new(),
        };
        tokio::spawn(engine.run(take_orders, give));
        (ScheduleHandle { orders }, observations)
    }
}

impl ScheduleHandle {
    /// Looks with this probe as soon as there is room, also while paused. Nothing if it is looking.
    pub async fn run_now(&self, id: ProbeId) {
        self.order(Order::RunNow(id)).await;
    }

    /// The same with every probe.
    pub async fn run_all(&self) {
        self.order(Order::RunAll).await;
    }

    /// Stops and resumes the cadence; what is in flight arrives.
    pub async fn pause(&self, paused: bool) {
        self.order(Order::Pause(paused)).await;
    }

    /// An order to a schedule that has ended is for nobody.
    async fn order(&self, order: Order) {
        let _ = self.orders.send(order).await;
    }
}

struct Probe {
    spec: ProbeSpec,
    /// When it is due next; `None` while it waits for room or is in flight.
    due: Option<Instant>,
    flight: Option<Flight>,
    /// How often it has looked; feeds the jitter.
    round: u64,
    /// The newest observation that nobody has taken.
    unread: Option<Observation>,
}

struct Flight {
    task: Id,
    started: Instant,
}

struct Engine<L> {
    probes: Vec<Probe>,
    observer: String,
    look: L,
    tasks: JoinSet<Observation>,
    paused: bool,
    /// The probes that wait for room, in order.
    ready: VecDeque<usize>,
    /// The probes with an unread observation, in order: all have their turn.
    unread: VecDeque<usize>,
}

impl Probe {
    fn new(spec: ProbeSpec, due: Instant) -> Self {
        Self { spec, due: Some(due), flight: None, round: 0, unread: None }
    }

    /// When it is due again after a look that started then.
    fn next_due(&self, started: Instant) -> Instant {
        started + self.spec.every + jitter(&self.spec.id, self.round, self.spec.every)
    }
}

impl<L, F> Engine<L>
where
    L: Fn(&ProbeSpec, Instant) -> F + Send + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    async fn run(mut self, mut orders: mpsc::Receiver<Order>, give: mpsc::Sender<Observation>) {
        loop {
            self.start_what_is_due();
            let wake = self.next_due();
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.obey(order),
                    None => return,
                },
                Some(ended) = self.tasks.join_next_with_id() => self.land(ended),
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
                room = give.reserve(), if !self.unread.is_empty() => {
                    let Ok(room) = room else { return };
                    if let Some(observation) = self.take_unread() {
                        room.send(observation);
                    }
                },
                () = give.closed() => return,
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Pause(paused) => self.paused = paused,
            Order::RunAll => (0..self.probes.len()).for_each(|index| self.make_ready(index)),
            Order::RunNow(id) => {
                if let Some(index) = self.probes.iter().position(|probe| probe.spec.id == id) {
                    self.make_ready(index);
                }
            }
        }
    }

    /// Puts a probe in line, unless it stands there or is in flight.
    fn make_ready(&mut self, index: usize) {
        let probe = &mut self.probes[index];
        if probe.flight.is_none() && !self.ready.contains(&index) {
            probe.due = None;
            self.ready.push_back(index);
        }
    }

    fn start_what_is_due(&mut self) {
        let now = Instant::now();
        if !self.paused {
            for index in 0..self.probes.len() {
                if self.probes[index].due.is_some_and(|due| due <= now) {
                    self.make_ready(index);
                }
            }
        }
        while self.tasks.len() < LIMIT {
            let Some(index) = self.ready.pop_front() else { break };
            self.start(index, now);
        }
    }

    fn start(&mut self, index: usize, now: Instant) {
        let probe = &mut self.probes[index];
        let limit = probe.spec.timeout;
        let look = (self.look)(&probe.spec, now + limit);
        let (id, observer) = (probe.spec.id.clone(), self.observer.clone());
        let task = self.tasks.spawn(async move { guarded(&id, limit, &observer, look).await }).id();
        probe.round += 1;
        probe.flight = Some(Flight { task, started: now });
    }

    /// Ends a flight. `guarded` has kept its deadline and caught its panic; one around it is caught here.
    fn land(&mut self, ended: Result<(Id, Observation), JoinError>) {
        let (task, observation) = match ended {
            Ok((task, observation)) => (task, Some(observation)),
            Err(error) => (error.id(), None),
        };
        for (index, probe) in self.probes.iter_mut().enumerate() {
            let Some(flight) = probe.flight.take_if(|flight| flight.task == task) else { continue };
            let took = flight.started.elapsed();
            probe.due = Some(probe.next_due(flight.started));
            probe.unread = observation.or_else(|| Some(seen_now(&probe.spec.id, &self.observer, took, Err(crash()))));
            if !self.unread.contains(&index) {
                self.unread.push_back(index);
            }
            return;
        }
    }

    fn next_due(&self) -> Option<Instant> {
        if self.paused { None } else { self.probes.iter().filter_map(|probe| probe.due).min() }
    }

    fn take_unread(&mut self) -> Option<Observation> {
        let index = self.unread.pop_front()?;
        self.probes.get_mut(index)?.unread.take()
    }
}

/// A stretch of the cadence that depends on nothing but the probe and the round.
fn jitter(id: &ProbeId, round: u64, every: Duration) -> Duration {
    let mut hasher = DefaultHasher::new();
    (id, round).hash(&mut hasher);
    let share = hasher.finish() % 1000;
    every.mul_f64(share as f64 / 1000.0 * JITTER_PERCENT as f64 / 100.0)
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
