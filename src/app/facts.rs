//! Everything a pane may read. One owner, one writer: `App::update`.

use super::effect::Access;
use super::event::StoreState;
use super::past::Past;
use super::pending::Pending;
use crate::env::forecast::Host;
use crate::env::{self, Matrix};
use crate::evidence::false_green::{self, Scene};
use crate::evidence::gate::{Circumstances, Known};
use crate::evidence::{Evidence, ProbeId, Recovery, Verdict, age, gate};
use crate::guard::Watch;
use crate::review::{Book, Contract, NewReviewEvent, Recorded, Review, Snapshot};
use crate::timeline::Entry;
use jiff::{Timestamp, tz::TimeZone};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// What does not change while the console runs.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The stack's name.
    pub stack: String,
    /// Its environment (`production`).
    pub environment: String,
    /// What this console may do.
    pub access: Access,
    /// The operator's zone, for times on the screen.
    pub zone: TimeZone,
    /// `console:<user>`.
    pub actor: String,
    /// The incident that reviews are opened under.
    pub incident: String,
}

/// A change of verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    /// When it was seen.
    pub at: Timestamp,
    /// From what.
    pub from: Verdict,
    /// To what.
    pub to: Verdict,
    /// The summary that came with it.
    pub why: String,
}

/// What a probe said over time.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The newest verdicts, oldest first, for the strip.
    pub verdicts: VecDeque<Verdict>,
    /// The changes, newest first.
    pub flips: Vec<Flip>,
}

/// How long a comparison of the layers counts; it is made twice a minute.
pub(super) const COMPARISON_LASTS: Duration = Duration::from_mins(2);

/// How many verdicts and flips are kept per probe.
const HISTORY: usize = 60;

impl History {
    /// Adds what was seen; returns the change if it is one.
    pub fn add(&mut self, evidence: &Evidence) -> Option<Flip> {
        let before = self.verdicts.back().copied();
        if self.verdicts.len() == HISTORY {
            self.verdicts.pop_front();
        }
        self.verdicts.push_back(evidence.verdict);
        let from = before.filter(|verdict| *verdict != evidence.verdict)?;
        let flip = Flip { at: evidence.observed_at, from, to: evidence.verdict, why: evidence.summary.clone() };
        self.flips.insert(0, flip.clone());
        self.flips.truncate(HISTORY);
        Some(flip)
    }
}

/// The part of the timeline that has been read.
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
}

/// Everything the panes read.
#[derive(Clone, Debug)]
pub struct Facts {
    /// What does not change.
    pub setting: Setting,
    /// The time as of which everything is shown.
    pub now: Timestamp,
    /// The newest evidence of each probe, in the order of the configuration.
    pub evidence: Vec<Evidence>,
    /// What each said over time.
    pub history: BTreeMap<ProbeId, History>,
    /// The recovery gate's answer.
    pub recovery: Recovery,
    /// The configuration over all layers; `None` before it was read.
    pub matrix: Option<Matrix>,
    /// The hosts that its keys name, and whether they resolve.
    pub hosts: Vec<Host>,
    /// What became of each key.
    pub past: Past,
    /// When that was; a comparison that nobody has made again proves nothing of now.
    pub compared_at: Timestamp,
    /// The timeline.
    pub log: Log,
    /// The change-evidence snapshot, or why there is none.
    pub snapshot: Result<Snapshot, String>,
    /// The contract that reviews follow.
    pub contract: Contract,
    /// Every review step as recorded, in the order of recording.
    pub recorded: Vec<Recorded>,
    /// The reviews that those make, with the steps that are not recorded yet applied on top.
    pub book: Book,
    /// Steps that were asked for and are not recorded yet.
    pub pending: Pending,
    /// Whether the store answers.
    pub store: StoreState,
    /// Texts that were being written when the console last ended.
    pub drafts: BTreeMap<String, String>,
    /// What the guard looks out for.
    pub guard: Watch,
    /// Bytes sent to the terminal so far.
    pub bytes_sent: u64,
}

impl Facts {
    /// Before anything was seen. `probes` holds an evidence `NeverRun` for each configured probe.
    pub fn new(setting: Setting, probes: Vec<Evidence>, now: Timestamp) -> Self {
        let mut facts = Self {
            setting,
            now,
            evidence: probes,
            history: BTreeMap::new(),
            recovery: gate::recovery(&[], &Circumstances::default(), now),
            matrix: None,
            hosts: Vec::new(),
            past: Past::default(),
            compared_at: now,
            log: Log::default(),
            snapshot: Err("not read yet".to_owned()),
            contract: Contract::builtin(),
            recorded: Vec::new(),
            book: Book::default(),
            pending: Pending::default(),
            store: StoreState::default(),
            drafts: BTreeMap::new(),
            guard: Watch::default(),
            bytes_sent: 0,
        };
        facts.judge_recovery();
        facts
    }

    /// Folds the reviews again, after steps were recorded, asked for or dropped. A step that is not recorded
    /// yet is applied as if it were, at the time it was made; the screen says how many those are.
    pub fn refold(&mut self) {
        self.book = Book::fold(&self.recorded);
        for step in self.pending.iter() {
            let version = self.book.get(&step.event.review).map_or(0, Review::version);
            self.book.apply(&Recorded {
                event: NewReviewEvent { expected_version: version, ..step.event.clone() },
                seq: version + 1,
                recorded_at: step.event.occurred_at,
                prev_hash: String::new(),
                hash: String::new(),
            });
        }
    }

    /// Asks the gate again; called after every event, because time alone changes the answer.
    pub fn judge_recovery(&mut self) {
        self.recovery = gate::recovery(&self.evidence, &self.circumstances(), self.now);
    }

    fn circumstances(&self) -> Circumstances {
        let last_restart = self.evidence.iter().filter_map(Evidence::started_at).max();
        Circumstances {
            last_restart,
            running_equals_disk: self.compared(env::running_equals_disk),
            disk_equals_secrets: self.compared(env::disk_equals_secrets),
            restart_is_safe: self.compared(|matrix| env::recreate_is_safe(matrix, &self.hosts)),
            log_unread: self.log_unread(),
            false_greens: false_green::of_log(&Scene {
                entries: &self.log.entries,
                evidence: &self.evidence,
                last_restart,
                now: self.now,
            }),
        }
    }

    /// Why nothing is known of the log, where that is so.
    fn log_unread(&self) -> Option<String> {
        match &self.store {
            StoreState::Unavailable(why) => Some(why.clone()),
            StoreState::Opening | StoreState::Ready if !self.log.read => Some("it has not been read yet".to_owned()),
            StoreState::Opening | StoreState::Ready => None,
        }
    }

    /// What a comparison of the layers says. One that holds holds only while it is young; one that does not
    /// stands until it is made again.
    fn compared(&self, question: impl Fn(&Matrix) -> Known) -> Known {
        match self.matrix.as_ref().map_or(Known::NotCompared, question) {
            Known::Holds if age(self.compared_at, self.now) > COMPARISON_LASTS => {
                Known::Unknown("it was compared too long ago".to_owned())
            }
            known => known,
        }
    }

    /// A time on the screen, in the operator's zone.
    pub fn local(&self, at: Timestamp) -> jiff::Zoned {
        at.to_zoned(self.setting.zone.clone())
    }
}
