//! The part of the timeline that has been read, and what follows from it alone. What follows is worked out
//! when the rows change, not when a key is pressed.

use crate::evidence::Evidence;
use crate::evidence::false_green::{self, FalseGreen, LOOK_BACK, Scene};
use crate::evidence::restart::{self, Unread};
use crate::timeline::expected::{Expected, Grammar, expected};
use crate::timeline::incident::{Incident, incidents, latest};
use crate::timeline::{self, Claim, Entry};
use jiff::Timestamp;

/// How many rows are kept: what judges look at, and where scrolling begins. What is older is read for a
/// [`super::Window`].
const HEAD: usize = 5_000;

/// The newest rows of the timeline.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// Nothing older is left to read.
    pub complete: bool,
    /// An older page is on its way.
    pub loading: bool,
    /// Whether it has been read at all.
    pub read: bool,
    /// Up to when what was written is among the rows: the store answered then.
    pub read_at: Option<Timestamp>,
    /// Changes with the rows.
    version: u64,
}

impl Log {
    /// Another after the rows have changed.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Whether it holds as many rows as it may.
    pub fn is_full(&self) -> bool {
        self.entries.len() >= HEAD
    }

    /// Those of these rows that can stand among them. Where older ones are left to read, one that is older than all that
    /// were read would stand behind a gap: it comes when they are.
    pub(super) fn near(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        if let Some(oldest) = self.entries.last().map(Entry::at).filter(|_| !self.complete) {
            entries.retain(|entry| entry.at() >= oldest);
        }
        entries
    }

    /// Puts other rows in the place of these; newest first. The oldest of more than it may hold are dropped.
    pub(super) fn put(&mut self, mut entries: Vec<Entry>) {
        if entries.len() > HEAD {
            entries.truncate(HEAD);
            self.complete = false;
        }
        self.entries = entries;
        self.version += 1;
    }
}

/// What the rows say, kept until they or the evidence change, or time alone changes the answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    rules: Option<Rules>,
    found: Option<Found>,
}

/// What the rows tell of recoveries and restarts.
#[derive(Clone, Debug)]
struct Found {
    log: u64,
    claims: Vec<Claim>,
    incidents: Vec<Incident>,
    expected: Vec<Expected>,
    unread: Vec<Unread>,
}

/// What the false-green rules say of the log.
#[derive(Clone, Debug)]
struct Rules {
    log: u64,
    evidence: u64,
    from: Timestamp,
    until: Timestamp,
    found: Vec<FalseGreen>,
}

impl Reading {
    /// What the false-green rules say now. `version` is that of the evidence.
    pub(super) fn false_greens(
        &mut self,
        log: &Log,
        evidence: &[Evidence],
        version: u64,
        last_restart: Option<Timestamp>,
        now: Timestamp,
    ) -> Vec<FalseGreen> {
        let is_current = |rules: &Rules| {
            (rules.log, rules.evidence) == (log.version, version) && rules.from <= now && now < rules.until
        };
        if !self.rules.as_ref().is_some_and(is_current) {
            let scene = Scene { entries: &log.entries, evidence, last_restart, now };
            self.rules = Some(Rules {
                log: log.version,
                evidence: version,
                from: now,
                until: false_green::holds_until(&scene),
                found: false_green::of_log(&scene),
            });
        }
        self.rules.as_ref().map(|rules| rules.found.clone()).unwrap_or_default()
    }

    /// When time alone may change what the rules say.
    pub(super) fn rules_change_at(&self) -> Option<Timestamp> {
        self.rules.as_ref().map(|rules| rules.until).filter(|until| *until < Timestamp::MAX)
    }

    /// The claims of the last day that nobody has recorded a proof of.
    pub(super) fn unverified(&self) -> &[Claim] {
        self.found.as_ref().map(|found| found.claims.as_slice()).unwrap_or_default()
    }

    /// The restarts of the last day that nobody has read back.
    pub(super) fn unread_restarts(&self) -> &[Unread] {
        self.found.as_ref().map(|found| found.unread.as_slice()).unwrap_or_default()
    }

    /// The incidents that the rows tell of, the newest first.
    pub(super) fn incidents(&self) -> &[Incident] {
        self.found.as_ref().map(|found| found.incidents.as_slice()).unwrap_or_default()
    }

    /// The open or the last incident.
    pub(super) fn latest_incident(&self) -> Option<&Incident> {
        latest(self.incidents())
    }

    /// What the grammar expects and did not get in time, the oldest first; what may come yet included.
    pub(super) fn expected(&self) -> &[Expected] {
        self.found.as_ref().map(|found| found.expected.as_slice()).unwrap_or_default()
    }

    /// When time alone next makes something overdue, or ends a silence.
    pub(super) fn changes_at(&self, now: Timestamp) -> Option<Timestamp> {
        let due = self.expected().iter().filter(|row| row.came.is_none()).map(Expected::counts_at);
        due.chain(self.incidents().iter().filter_map(|incident| incident.changes_at(now))).filter(|at| *at > now).min()
    }

    /// Looks again, where the rows have changed. A claim that has grown older than a day since then is recorded
    /// when it is proved; that it is old makes its proof no less true.
    pub(super) fn look(&mut self, log: &Log, grammar: &Grammar, now: Timestamp) {
        if self.found.as_ref().is_some_and(|found| found.log == log.version) {
            return;
        }
        let since = now.checked_sub(LOOK_BACK).unwrap_or(Timestamp::MIN);
        let incidents = incidents(&log.entries);
        // While another alert of it fires, an incident is not claimed to be over, and nothing is there to be proved.
        let is_over = |claim: &Claim| {
            let mut over = incidents.iter().filter(|incident| incident.moments.claimed.is_some());
            over.any(|incident| incident.key.number() == Some(claim.incident.as_str()))
        };
        let mut claims = timeline::unverified(&log.entries, since);
        claims.retain(is_over);
        self.found = Some(Found {
            log: log.version,
            claims,
            incidents,
            expected: expected(&log.entries, grammar),
            unread: restart::unread(&log.entries, since),
        });
    }
}
