//! Runs every probe at its cadence, without a terminal. One task owns all state; a probe is in flight
//! at most once; no more than the [`Limits`] allow look at once; a reader that is slow gets the newest of each.

use super::cadence::{is_miss, jitter, pause};
use super::limits::{Limits, Room};
use super::run::{Answer, crash, guarded, seen_now};
use super::{Observation, Place, ProbeSpec, judge};
use crate::evidence::{ProbeId, Verdict};
use std::collections::{BTreeSet, VecDeque};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

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
        limits: Limits,
    ) -> (ScheduleHandle, mpsc::Receiver<Observation>) {
        Self::spawn_with(specs, observer, limits, move |spec, deadline| {
            let (options, place) = (spec.options.clone(), place.clone());
            async move { options.observe(&place, deadline).await }
        })
    }

    /// The same with another way to look, given the probe and its deadline.
    pub fn spawn_with<L, F>(
        specs: Vec<ProbeSpec>,
        observer: String,
        limits: Limits,
        look: L,
    ) -> (ScheduleHandle, mpsc::Receiver<Observation>)
    where
        L: Fn(&ProbeSpec, Instant) -> F + Send + 'static,
        F: Future<Output = Answer> + Send + 'static,
    {
        let (orders, take_orders) = mpsc::channel(ORDERS);
        let (give, observations) = mpsc::channel(1);
        let now = Instant::now();
        let needed: BTreeSet<ProbeId> = specs.iter().flat_map(|spec| spec.needs.iter().cloned()).collect();
        let probe = |spec: ProbeSpec| Probe::new(needed.contains(&spec.id), spec, now);
        let probes = specs.into_iter().map(probe).collect();
        let engine = Engine {
            probes,
            observer,
            look,
            tasks: JoinSet::new(),
            room: Room::new(limits),
            paused: false,
            ready: VecDeque::new(),
            unread: VecDeque::new(),
        };
        tokio::spawn(engine.run(take_orders, give));
        (ScheduleHandle { orders }, observations)
    }
}

impl ScheduleHandle {
    /// Looks with this probe as soon as there is room, also while paused, and asks it at its own cadence again.
    /// No second look if it is looking.
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
    /// Its kind's name.
    kind: &'static str,
    /// When it is due next; `None` while it waits for room or is in flight.
    due: Option<Instant>,
    /// How often in a row it could not look.
    misses: u32,
    /// Whether others need it, and whether it held when it looked last.
    is_needed: bool,
    held: Option<bool>,
    /// What it needs came back while it was in flight: that look may have begun too early.
    is_wanted_again: bool,
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
    room: Room,
    paused: bool,
    /// The probes that wait for room, in order.
    ready: VecDeque<usize>,
    /// The probes with an unread observation, in order: all have their turn.
    unread: VecDeque<usize>,
}

impl Probe {
    fn new(is_needed: bool, spec: ProbeSpec, due: Instant) -> Self {
        Self {
            kind: spec.options.about().name,
            spec,
            due: Some(due),
            misses: 0,
            is_needed,
            held: None,
            is_wanted_again: false,
            flight: None,
            round: 0,
            unread: None,
        }
    }

    /// Takes what it saw of a look that started then, and says when the next is due.
    fn take(&mut self, observation: Observation, started: Instant) {
        self.misses = if is_miss(&observation) { self.misses.saturating_add(1) } else { 0 };
        let every = self.spec.every;
        let next = started + pause(every, self.misses) + jitter(&self.spec.id, self.round, every);
        self.due = Some(if std::mem::take(&mut self.is_wanted_again) { Instant::now() } else { next });
        self.unread = Some(observation);
    }

    /// Whether it holds again after it did not; what needs it is worth asking then.
    fn came_back(&mut self) -> bool {
        let Some(seen) = self.unread.as_ref().filter(|_| self.is_needed) else { return false };
        let held = self.held.replace(holds(seen, &self.spec));
        held == Some(false) && self.held == Some(true)
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
            Order::RunAll => (0..self.probes.len()).for_each(|index| self.ask_now(index)),
            Order::RunNow(id) => {
                if let Some(index) = self.probes.iter().position(|probe| probe.spec.id == id) {
                    self.ask_now(index);
                }
            }
        }
    }

    /// Forgets how often it could not look, and puts it in line.
    fn ask_now(&mut self, index: usize) {
        self.probes[index].misses = 0;
        self.make_ready(index);
    }

    /// Asks whatever needs this probe, which holds again. A pause stays one.
    fn ask_what_needs(&mut self, index: usize) {
        let id = self.probes[index].spec.id.clone();
        let now = Instant::now();
        for probe in self.probes.iter_mut().filter(|probe| probe.spec.needs.contains(&id)) {
            probe.misses = 0;
            probe.is_wanted_again = probe.flight.is_some();
            probe.due = probe.due.map(|_| now);
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
        while !self.room.is_full() {
            // The first in line whose kind has room; one whose kind has none keeps its place.
            let at = self.ready.iter().position(|index| self.room.has(self.probes[*index].kind));
            let Some(index) = at.and_then(|at| self.ready.remove(at)) else { break };
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
        self.room.enter(probe.kind);
    }

    /// Ends a flight. `guarded` has kept its deadline and caught its panic; one around it is caught here.
    fn land(&mut self, ended: Result<(Id, Observation), JoinError>) {
        let (task, observation) = match ended {
            Ok((task, observation)) => (task, Some(observation)),
            Err(error) => (error.id(), None),
        };
        let is_it = |probe: &Probe| probe.flight.as_ref().is_some_and(|flight| flight.task == task);
        let Some(index) = self.probes.iter().position(is_it) else { return };
        let probe = &mut self.probes[index];
        let Some(flight) = probe.flight.take() else { return };
        self.room.leave(probe.kind);
        let took = flight.started.elapsed();
        let observation = observation.unwrap_or_else(|| seen_now(&probe.spec.id, &self.observer, took, Err(crash())));
        probe.take(observation, flight.started);
        let came_back = probe.came_back();
        if !self.unread.contains(&index) {
            self.unread.push_back(index);
        }
        if came_back {
            self.ask_what_needs(index);
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

/// Whether what was seen shows that the claim holds; a judge that panics shows nothing.
fn holds(seen: &Observation, spec: &ProbeSpec) -> bool {
    let judged = catch_unwind(AssertUnwindSafe(|| judge(seen, spec, seen.observed_at).verdict));
    judged.is_ok_and(|verdict| matches!(verdict, Verdict::Pass | Verdict::Warn))
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
