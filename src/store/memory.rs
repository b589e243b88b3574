//! The store that is forgotten with the process: for the demo and for tests. It keeps the same laws as the
//! others.

use super::chain::{self, Head};
use super::changes::Changes;
use super::verify::Ledger;
use super::{Access, Known, Mark, Outcome, Place, Since, Store, StoreError, Tail, limits, mirror, rules};
use crate::review::{Contract, Presence, Recorded};
use crate::timeline::filter::Pushed;
use crate::timeline::{Bin, Entry, Grid, NewOperation, Operation, OwnEvent, OwnKind};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A store in memory.
#[derive(Debug)]
pub struct MemoryStore {
    access: Access,
    inner: Mutex<Inner>,
    changes: Changes,
    /// Says what is a runtime action.
    contract: Box<Contract>,
    /// Who is there, by console.
    pub(super) present: Mutex<BTreeMap<String, Presence>>,
    /// Rings when somebody comes, moves or goes.
    pub(super) moves: Changes,
}

#[derive(Debug, Default)]
struct Inner {
    /// A virtual clock, where there is one.
    now: Option<Timestamp>,
    log: Vec<Operation>,
    own: Vec<OwnEvent>,
    records: Vec<(Recorded, bool)>,
    heads: HashMap<String, Head>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new(access: Access) -> Self {
        Self {
            access,
            inner: Mutex::default(),
            changes: Changes::new(),
            contract: Box::new(Contract::builtin()),
            present: Mutex::default(),
            moves: Changes::new(),
        }
    }

    /// Sets the clock that rows get their time from; the demo's time is its script's.
    pub fn set_now(&self, now: Timestamp) {
        self.inner().now = Some(now);
    }

    /// Puts a row in as another program would, with its own time, whatever the access. The same id again
    /// changes nothing.
    pub fn put(&self, entry: Entry) {
        let mut inner = self.inner();
        match entry {
            Entry::Operation(row) if inner.has_operation(&row.row.id) => return,
            Entry::Own(event) if inner.has_own(&event.id) => return,
            Entry::Operation(mut row) => {
                row.created_at = chain::cut(row.created_at);
                inner.log.push(row);
            }
            Entry::Own(event) => inner.push_own(event),
        }
        drop(inner);
        self.changes.ring();
    }

    /// The heads of the chains.
    pub fn heads(&self) -> Vec<Head> {
        self.inner().heads.values().cloned().collect()
    }

    /// See [`super::AnyStore::append_all`].
    pub(super) fn append_all(&self, rows: &[NewOperation]) -> Result<Vec<bool>, StoreError> {
        self.may_write()?;
        rows.iter().try_for_each(limits::operation)?;
        let mut inner = self.inner();
        // Calls here can be closer together than the clock tells apart.
        let after = inner.log.last().map_or(Timestamp::MIN, |last| last.created_at);
        let after = after.checked_add(jiff::SignedDuration::from_micros(1)).unwrap_or(after);
        let clock = inner.clock().max(after);
        let later = |place| clock.checked_add(jiff::SignedDuration::from_micros(place)).unwrap_or(clock);
        let is_new = (0..).zip(rows).map(|(place, row)| inner.push_operation(row, later(place)));
        let new: Vec<bool> = is_new.collect();
        drop(inner);
        if new.contains(&true) {
            self.changes.ring();
        }
        Ok(new)
    }

    /// Every row of the log.
    pub(super) fn operations(&self) -> Vec<Operation> {
        self.inner().log.clone()
    }

    /// See [`super::AnyStore::find`].
    pub(super) fn find(&self, ids: &[String]) -> Vec<Operation> {
        self.inner().log.iter().filter(|row| ids.contains(&row.row.id)).cloned().collect()
    }

    /// See [`super::AnyStore::find_own`].
    pub(super) fn find_own(&self, ids: &[String]) -> Vec<OwnEvent> {
        self.inner().own.iter().filter(|event| ids.contains(&event.id)).cloned().collect()
    }

    /// Every record, and the heads of the same moment.
    pub(super) fn ledger(&self) -> Ledger {
        let inner = self.inner();
        let records = inner.records.iter().map(|(recorded, _)| Ok(recorded.clone())).collect();
        (records, inner.heads.values().cloned().collect())
    }

    /// A lock poisoned by a panic elsewhere still guards whole rows: each is pushed at once.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The clock that rows get their time from.
    pub(super) fn clock(&self) -> Timestamp {
        self.inner().clock()
    }

    pub(super) fn may_write(&self) -> Result<(), StoreError> {
        match self.access {
            Access::ReadWrite => Ok(()),
            Access::ReadOnly => Err(StoreError::ReadOnly("it was opened read-only".to_owned())),
        }
    }
}

impl Inner {
    fn clock(&self) -> Timestamp {
        chain::cut(self.now.unwrap_or_else(Timestamp::now))
    }

    fn has_operation(&self, id: &str) -> bool {
        self.log.iter().any(|row| row.row.id == id)
    }

    fn has_own(&self, id: &str) -> bool {
        self.own.iter().any(|event| event.id == id)
    }

    fn push_own(&mut self, mut event: OwnEvent) {
        event.recorded_at = Some(event.recorded_at.unwrap_or_else(|| self.clock()));
        event.occurred_at = chain::cut(event.occurred_at);
        self.own.push(event);
    }

    /// Whether it is new.
    fn push_operation(&mut self, row: &NewOperation, created_at: Timestamp) -> bool {
        let is_new = !self.has_operation(&row.id);
        if is_new {
            self.log.push(Operation { row: row.clone(), raw_type: None, created_at });
        }
        is_new
    }

    fn record(&mut self, outcome: &Outcome, contract: &Contract) -> Result<Recorded, StoreError> {
        let event = &outcome.event;
        if let Some((recorded, _)) = self.records.iter().find(|(recorded, _)| recorded.event.id == event.id) {
            return Ok(recorded.clone());
        }
        let actual = self.records.iter().filter(|(recorded, _)| recorded.event.review == event.review).count() as u64;
        if actual != event.expected_version {
            return Err(StoreError::Conflict { actual });
        }
        let clock = self.clock();
        let earlier = self.records.iter().map(|(recorded, _)| recorded);
        let earlier: Vec<&Recorded> = earlier.filter(|recorded| recorded.event.review == event.review).collect();
        rules::check(&earlier, event, contract, clock)?;
        let head = self.heads.entry(event.incident_id.clone()).or_insert_with(|| Head::genesis(&event.incident_id));
        let (recorded, _) = chain::seal(event, head, clock)?;
        head.seq = recorded.seq;
        head.hash.clone_from(&recorded.hash);
        head.recorded_at = recorded.recorded_at;
        self.records.push((recorded.clone(), outcome.operation.is_some()));
        if let Some(row) = &outcome.operation {
            self.push_operation(row, recorded.recorded_at);
        }
        Ok(recorded)
    }

    /// Every row of the timeline on this side of the place.
    fn entries(&self, place: Place<'_>) -> Vec<Entry> {
        let log = self.log.iter().cloned().map(Entry::Operation);
        let own = self.own.iter().filter(|event| event.kind != OwnKind::ProbeSampled);
        let own = own.cloned().map(Entry::Own);
        let mirrored = self.records.iter().filter(|(_, logged)| !logged);
        let mirrored = mirrored.map(|(recorded, _)| Entry::Own(mirror::mirror(recorded)));
        log.chain(own)
            .chain(mirrored)
            .filter(|entry| match place {
                Place::Newest | Place::Oldest => true,
                Place::Before(cursor) => (entry.at(), entry.id()) < (cursor.at, cursor.id.as_str()),
                Place::After(cursor) => (entry.at(), entry.id()) > (cursor.at, cursor.id.as_str()),
            })
            .collect()
    }
}

impl Store for MemoryStore {
    async fn append(&self, row: &NewOperation) -> Result<(), StoreError> {
        self.may_write()?;
        limits::operation(row)?;
        let mut inner = self.inner();
        let clock = inner.clock();
        inner.push_operation(row, clock);
        drop(inner);
        self.changes.ring();
        Ok(())
    }

    async fn append_own(&self, event: &OwnEvent) -> Result<(), StoreError> {
        self.may_write()?;
        limits::own(event)?;
        let mut inner = self.inner();
        if !inner.has_own(&event.id) {
            let recorded_at = Some(inner.clock());
            inner.push_own(OwnEvent { recorded_at, ..event.clone() });
        }
        drop(inner);
        self.changes.ring();
        Ok(())
    }

    async fn record(&self, outcome: &Outcome) -> Result<Recorded, StoreError> {
        self.may_write()?;
        limits::outcome(outcome)?;
        let recorded = self.inner().record(outcome, &self.contract)?;
        self.changes.ring();
        Ok(recorded)
    }

    async fn page_from(&self, place: Place<'_>, limit: u32, pushed: &Pushed) -> Result<Vec<Entry>, StoreError> {
        let mut entries = self.inner().entries(place);
        entries.retain(|entry| pushed.admits(entry));
        entries.sort_by(Entry::newest_first);
        if !place.is_older() {
            entries.reverse();
        }
        entries.truncate(limit.min(limits::MAX_PAGE) as usize);
        Ok(entries)
    }

    async fn tail(&self, since: Option<&Since>, most: u32, pushed: &Pushed) -> Result<Tail, StoreError> {
        let entries = self.inner().entries(Place::Newest);
        let now = self.inner().clock();
        let newest = entries.iter().filter_map(Entry::recorded_at).filter(|at| *at <= now).max();
        let mark = Mark::before(newest.unwrap_or(Timestamp::MIN));
        let Some(since) = since else { return Ok(Tail::empty(mark)) };
        let asked = Pushed { since: None, until: None, ..pushed.clone() };
        let rows = entries.into_iter().filter(|entry| since.admits(entry) && asked.admits(entry)).collect();
        Ok(Tail::of(rows, since, most.min(limits::MAX_PAGE), mark))
    }

    async fn count(&self, grid: &Grid, pushed: &Pushed) -> Result<Vec<Bin>, StoreError> {
        limits::grid(grid)?;
        let entries = self.inner().entries(Place::Newest);
        let admitted = entries.iter().filter(|entry| pushed.admits(entry));
        Ok(admitted.filter_map(|entry| Bin::of(entry, grid)).collect())
    }

    async fn probe_history(&self, limit: u32) -> Result<Vec<OwnEvent>, StoreError> {
        let mut rows = Vec::new();
        for kind in [OwnKind::ProbeChanged, OwnKind::ProbeSampled] {
            let mut said: Vec<OwnEvent> = self.inner().own.iter().filter(|event| event.kind == kind).cloned().collect();
            said.sort_by(|a, b| (b.occurred_at, &b.id).cmp(&(a.occurred_at, &a.id)));
            said.truncate(limit.min(limits::MAX_PAGE) as usize);
            rows.extend(said);
        }
        rows.sort_by(|a, b| (b.occurred_at, &b.id).cmp(&(a.occurred_at, &a.id)));
        Ok(rows)
    }

    async fn annotations(&self, rows: &[String]) -> Result<Vec<OwnEvent>, StoreError> {
        let is_of = |event: &&OwnEvent| event.kind.is_annotation() && rows.contains(&event.subject);
        let mut found: Vec<OwnEvent> = self.inner().own.iter().filter(is_of).cloned().collect();
        found.sort_by(|a, b| (b.recorded_at, &b.id).cmp(&(a.recorded_at, &a.id)));
        found.truncate(limits::MAX_PAGE as usize);
        Ok(found)
    }

    async fn reviews(&self) -> Result<Vec<Recorded>, StoreError> {
        let mut records: Vec<_> = self.inner().records.iter().map(|(recorded, _)| recorded.clone()).collect();
        records.sort_by(|a, b| {
            (a.recorded_at, &a.event.incident_id, a.seq).cmp(&(b.recorded_at, &b.event.incident_id, b.seq))
        });
        Ok(records)
    }

    async fn reviews_since(&self, known: &Known) -> Result<Vec<Recorded>, StoreError> {
        let mut records = self.reviews().await?;
        records.retain(|record| record.seq > known.of(&record.event.incident_id));
        Ok(records)
    }

    async fn changed(&self) -> Result<(), StoreError> {
        self.changes.wait().await
    }
}
