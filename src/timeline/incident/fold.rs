//! The fold: rows in, incidents out, whatever the order of the rows.

use super::alert::{Alert, Start, asks_for_silence, is_review, says_postcheck, silence_end, start};
use super::key::Group;
use super::{ActorClass, Incident, Key, Moments, actor};
use crate::timeline::refire::is_flap;
use crate::timeline::{Entry, EventType, OwnKind};
use jiff::Timestamp;
use std::cmp::Ordering;
use std::collections::HashMap;

/// The incidents that these rows tell of, the newest first. The order of the rows does not matter; what stands at one
/// moment is taken in a fixed order. Rows that name neither an incident nor an alert belong to none, and neither does
/// what only the console wrote.
pub fn incidents(entries: &[Entry]) -> Vec<Incident> {
    let mut rows: Vec<&Entry> = entries.iter().collect();
    rows.sort_by(|a, b| in_order(a, b));
    let mut found: Vec<Incident> = Vec::new();
    let mut in_log: Vec<bool> = Vec::new();
    let mut current: HashMap<Group<'_>, usize> = HashMap::new();
    for row in rows {
        let Some(group) = Group::of(row) else { continue };
        let known = current.get(&group).copied().filter(|at| !found[*at].ended_before(row));
        let at = known.unwrap_or_else(|| {
            found.push(Incident::new(group.key(), row.happened_at()));
            in_log.push(false);
            current.insert(group, found.len() - 1);
            found.len() - 1
        });
        in_log[at] |= matches!(row, Entry::Operation(_));
        found[at].take(row);
    }
    let mut found: Vec<Incident> =
        found.into_iter().zip(in_log).filter_map(|(incident, in_log)| in_log.then_some(incident)).collect();
    for incident in &mut found {
        actor::sort(&mut incident.actors);
    }
    found.sort_by(|a, b| b.begun().cmp(&a.begun()).then_with(|| a.key.cmp(&b.key)));
    found
}

/// The incident whose alert is the newest; one that has a number, so that it can be written down.
pub fn latest(incidents: &[Incident]) -> Option<&Incident> {
    // What only old records tell of is none of today.
    let is_told = |incident: &&Incident| incident.key.number().is_some() && incident.live_alert.is_some();
    incidents.iter().filter(is_told).max_by_key(|incident| incident.live_alert)
}

/// The older first. At one moment an alert comes before what answers it, and ids decide the rest.
fn in_order(a: &Entry, b: &Entry) -> Ordering {
    let rank = |row: &Entry| match row.event_type() {
        Some(EventType::AlertReceived) => 0,
        Some(EventType::Resolved) => 2,
        Some(_) => 1,
        None => 3,
    };
    a.happened_at().cmp(&b.happened_at()).then_with(|| rank(a).cmp(&rank(b))).then_with(|| a.id().cmp(b.id()))
}

impl Incident {
    fn new(key: Key, first: Timestamp) -> Self {
        Self {
            key,
            alert: None,
            first,
            last: first,
            stands: (Timestamp::MAX, Timestamp::MIN),
            rows: 0,
            moments: Moments::default(),
            flaps: 0,
            reopened: 0,
            actors: Vec::new(),
            auto_repaired: false,
            skewed: false,
            latest_alert: None,
            live_alert: None,
            firing: Vec::new(),
            silences: Vec::new(),
            owned_at: None,
            proved: None,
            worked: false,
        }
    }

    /// When it began, as far as is known.
    pub fn begun(&self) -> Timestamp {
        self.moments.detected.unwrap_or(self.first)
    }

    /// Whether this row begins another: an alert without a number that fires again after the flap window.
    fn ended_before(&self, row: &Entry) -> bool {
        let over = self.moments.claimed.filter(|_| self.key.number().is_none());
        row.event_type() == Some(EventType::AlertReceived) && over.is_some_and(|over| !is_flap(over, row.happened_at()))
    }

    /// Takes the next row.
    fn take(&mut self, row: &Entry) {
        self.rows += 1;
        self.last = row.happened_at();
        self.stands = (self.stands.0.min(row.at()), self.stands.1.max(row.at()));
        actor::count(&mut self.actors, row);
        match row {
            Entry::Own(event) if event.kind == OwnKind::RecoveryVerified => self.prove(row.happened_at()),
            Entry::Own(_) => {}
            Entry::Operation(_) => self.take_operation(row),
        }
    }

    fn take_operation(&mut self, row: &Entry) {
        if self.alert.is_none() {
            self.alert = row.alert().map(str::to_owned);
        }
        match row.event_type() {
            Some(EventType::AlertReceived) => self.fire(row),
            Some(EventType::Resolved) => self.resolve(row),
            Some(EventType::UserAction) if !is_review(row) => self.act(row),
            Some(EventType::Silenced) if row.success() != Some(false) => {
                self.silences.push((Alert::of(row), silence_end(row).unwrap_or(Timestamp::MAX)));
            }
            Some(EventType::ExecutionCompleted) => {
                self.worked = true;
                let repairs = self.moments.detected.is_some() && row.success() == Some(true) && !says_postcheck(row);
                if repairs {
                    self.moments.mitigated.get_or_insert(row.happened_at());
                }
            }
            Some(EventType::AutoRepairTriggered) => (self.auto_repaired, self.worked) = (true, true),
            Some(EventType::ExecutionStarted | EventType::Escalated) => self.worked = true,
            _ => {}
        }
    }

    /// An alert of it fires, or is told again.
    fn fire(&mut self, row: &Entry) {
        if let Some(over) = self.moments.claimed.take() {
            if is_flap(over, row.happened_at()) {
                self.flaps += 1;
            } else {
                self.reopened += 1;
            }
            self.owned_at = None;
        } else if self.latest_alert.is_none() {
            self.moments.detected = Some(row.happened_at());
        }
        self.begin(row);
        self.moments.verified = None;
        self.proved = None;
        self.latest_alert = Some(row.happened_at());
        self.live_alert = if row.is_history() { self.live_alert } else { Some(row.happened_at()) };
        let alert = Alert::of(row);
        if !self.firing.contains(&alert) {
            self.firing.push(alert);
        }
    }

    /// Of the alerts that it was detected by, the one that began first says when it began.
    fn begin(&mut self, row: &Entry) {
        if self.moments.detected != Some(row.happened_at()) {
            return;
        }
        match start(row) {
            Start::At(at) => self.moments.started = Some(self.moments.started.map_or(at, |known| known.min(at))),
            Start::Skewed => self.skewed = true,
            Start::Unsaid => {}
        }
    }

    /// An alert of it is over. While another fires, the incident is not.
    fn resolve(&mut self, row: &Entry) {
        let over = Alert::of(row);
        self.firing.retain(|alert| !alert.is_same(&over));
        if self.firing.is_empty() && self.moments.claimed.is_none() {
            self.moments.claimed = Some(row.happened_at());
            self.moments.verified = self.proved.map(|proved| proved.max(row.happened_at()));
        }
    }

    /// The gate was green. Proved while an alert still fired, it is both only once that resolved.
    fn prove(&mut self, at: Timestamp) {
        self.proved.get_or_insert(at);
        if self.moments.claimed.is_some() {
            self.moments.verified.get_or_insert(at);
        }
    }

    /// Somebody did something.
    fn act(&mut self, row: &Entry) {
        self.worked |= !asks_for_silence(row);
        if ActorClass::of(row.actor()) != ActorClass::Human {
            return;
        }
        if self.moments.detected.is_some() {
            self.moments.acknowledged.get_or_insert(row.happened_at());
        }
        if self.moments.claimed.is_none() {
            self.owned_at.get_or_insert(row.happened_at());
        }
    }
}
