//! Everything a pane may read. One owner, one writer: `App::update`.

use super::effect::Access;
use super::event::StoreState;
use super::history::History;
use super::log::{Log, Reading};
use super::past::Past;
use super::pending::Pending;
use crate::env::forecast::Host;
use crate::env::{self, Matrix};
use crate::evidence::gate::{Circumstances, Known, NOT_READ_YET, TOO_OLD};
use crate::evidence::maintenance::Window;
use crate::evidence::restraint::{self, restrain};
use crate::evidence::{Evidence, Missing, ProbeId, Recovery, WhyNot, age, dependency, gate, missing};
use crate::guard::Watch;
use crate::review::{Book, Contract, NewReviewEvent, Presence, Recorded, Review, ReviewAct, Snapshot};
use crate::timeline::expected::{Expected, Grammar, Standing};
use crate::timeline::incident::Incident;
use crate::timeline::{Beside, Entry, Margin};
use jiff::{Timestamp, tz::TimeZone};
use std::collections::{BTreeMap, HashSet};
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

/// How long a comparison of the layers counts; it is made twice a minute.
pub(super) const COMPARISON_LASTS: Duration = Duration::from_mins(2);

/// Everything the panes read.
#[derive(Clone, Debug)]
pub struct Facts {
    /// What does not change.
    pub setting: Setting,
    /// The time as of which everything is shown.
    pub now: Timestamp,
    /// The newest evidence of each probe, in the order of the configuration.
    pub evidence: Vec<Evidence>,
    /// What those said themselves whose evidence is blamed on another probe.
    blamed: BTreeMap<ProbeId, Evidence>,
    /// What each said over time.
    pub history: BTreeMap<ProbeId, History>,
    /// Whether what the store kept of that has been read back.
    pub recalled: bool,
    /// When which probes are being worked on.
    pub maintenance: Vec<Window>,
    /// Since when no probe looks by itself.
    pub paused: Option<Timestamp>,
    /// The recovery gate's answer.
    pub recovery: Recovery,
    /// The fewest steps that would make it green, the cheapest first.
    pub missing: Vec<Missing>,
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
    /// Notes, corrections and digests of its rows.
    pub margin: Margin,
    /// What follows from it.
    pub(super) reading: Reading,
    /// Changes with the evidence.
    evidence_version: u64,
    /// The change-evidence snapshot, or why there is none.
    pub snapshot: Result<Snapshot, String>,
    /// The contract that reviews follow.
    pub contract: Contract,
    /// Every review step as recorded, in the order of recording.
    recorded: Vec<Recorded>,
    /// Those of them that wrote a field, by id.
    fields_set: HashSet<String>,
    /// The reviews that those make.
    settled: Book,
    /// The same, with the steps that are not recorded yet applied on top.
    pub book: Book,
    /// Whether it is no longer what it is made of.
    book_is_stale: bool,
    /// Steps that were asked for and are not recorded yet.
    pub pending: Pending,
    /// Who else is in a review, whichever.
    pub present: Vec<Presence>,
    /// Steps that were not recorded because somebody else was faster, in order; a person decides about each.
    pub lost: Vec<NewReviewEvent>,
    /// Whether the store answers.
    pub store: StoreState,
    /// Texts that were being written when the console last ended.
    pub drafts: BTreeMap<String, String>,
    /// What the guard looks out for.
    pub guard: Watch,
    /// The saved filters of the timeline, by name.
    pub filters: BTreeMap<String, String>,
    /// Which rows of the timeline let which others be expected.
    pub grammar: Grammar,
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
            blamed: BTreeMap::new(),
            history: BTreeMap::new(),
            recalled: false,
            maintenance: Vec::new(),
            paused: None,
            recovery: gate::recovery(&[], &Circumstances::default(), now),
            missing: Vec::new(),
            matrix: None,
            hosts: Vec::new(),
            past: Past::default(),
            compared_at: now,
            log: Log::default(),
            margin: Margin::default(),
            reading: Reading::default(),
            evidence_version: 0,
            snapshot: Err("not read yet".to_owned()),
            contract: Contract::builtin(),
            recorded: Vec::new(),
            fields_set: HashSet::new(),
            settled: Book::default(),
            book: Book::default(),
            book_is_stale: false,
            pending: Pending::default(),
            present: Vec::new(),
            lost: Vec::new(),
            store: StoreState::default(),
            drafts: BTreeMap::new(),
            guard: Watch::default(),
            filters: BTreeMap::new(),
            grammar: Grammar::default(),
            bytes_sent: 0,
        };
        facts.judge_recovery();
        facts
    }

    /// Every review step as recorded, in the order of recording.
    pub fn recorded(&self) -> &[Recorded] {
        &self.recorded
    }

    /// Whether a row is a step of a review that wrote a field.
    pub fn set_a_field(&self, row: &str) -> bool {
        self.fields_set.contains(row)
    }

    /// Takes these steps for all that are recorded.
    pub fn put_steps(&mut self, steps: Vec<Recorded>) {
        self.fields_set = steps.iter().filter_map(field_set).collect();
        self.settled = Book::fold(&steps);
        self.recorded = steps;
        self.book_is_stale = true;
    }

    /// Takes in steps that were recorded since; one that is known already counts once.
    pub fn add_steps(&mut self, steps: Vec<Recorded>) {
        for step in steps {
            let known = self.recorded.iter().rev().any(|known| known.event.id == step.event.id);
            if !known {
                self.settled.apply(&step);
                self.fields_set.extend(field_set(&step));
                self.recorded.push(step);
                self.book_is_stale = true;
            }
        }
    }

    /// Folds the reviews again, after steps were recorded, asked for or dropped. A step that is not recorded
    /// yet is applied as if it were, at the time it was made; the screen says how many those are.
    pub fn refold(&mut self) {
        let waits = !self.pending.is_empty();
        if !waits && !self.book_is_stale {
            return;
        }
        // Those that wait now may be recorded or dropped by the next time.
        self.book_is_stale = waits;
        self.book = self.settled.clone();
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
        self.blame();
        let around = self.circumstances();
        let recovery = gate::recovery(&self.evidence, &around, self.now);
        self.recovery = restrain(recovery, self.restraints());
        self.missing = missing(&self.recovery, &self.evidence, &around, self.now);
        if self.log.read && self.store == StoreState::Ready {
            self.log.read_at = Some(self.now);
        }
        self.reading.look(&self.log, &self.grammar, self.now);
    }

    /// Lets what can't be told because of another probe say so, and what can be told again speak for itself.
    fn blame(&mut self) {
        if !self.blamed.is_empty() {
            for seen in &mut self.evidence {
                if let Some(own) = self.blamed.remove(&seen.probe).filter(|_| dependency::blocked_by(seen).is_some()) {
                    *seen = own;
                }
            }
            self.blamed.clear();
        }
        for (at, blocked) in dependency::blame(&self.evidence, self.now) {
            let own = std::mem::replace(&mut self.evidence[at], blocked);
            self.blamed.insert(own.probe.clone(), own);
        }
    }

    /// What takes the green away besides the evidence.
    fn restraints(&self) -> Vec<WhyNot> {
        let paused = self.paused.map(|_| restraint::paused());
        let maintenance = restraint::in_maintenance(&self.evidence, &self.maintenance, self.now);
        paused.into_iter().chain(maintenance).chain(self.flapping()).collect()
    }

    /// The probes that flap; what flaps because of what it needs is told with that.
    fn flapping(&self) -> Vec<WhyNot> {
        let flaps: BTreeMap<&ProbeId, _> =
            self.history.iter().filter_map(|(probe, said)| Some((probe, said.flapping(self.now)?))).collect();
        let needs = |probe: &ProbeId| self.evidence.iter().find(|seen| seen.probe == *probe).map(|seen| &seen.needs);
        let is_own =
            |probe: &ProbeId| needs(probe).is_none_or(|needs| !needs.iter().any(|need| flaps.contains_key(need)));
        let say = |(probe, flapping): (&&ProbeId, &_)| restraint::flaps(probe, *flapping);
        let own: Vec<WhyNot> = flaps.iter().filter(|(probe, _)| is_own(probe)).map(say).collect();
        if own.is_empty() { flaps.iter().map(say).collect() } else { own }
    }

    /// Puts the newest evidence of a probe in the place of the one before.
    pub(super) fn put_evidence(&mut self, evidence: Evidence) {
        self.evidence_version += 1;
        match self.evidence.iter_mut().find(|known| known.probe == evidence.probe) {
            Some(known) => *known = evidence,
            None => self.evidence.push(evidence),
        }
    }

    /// The open or the last incident; none where the log has no alert of one.
    pub fn latest_incident(&self) -> Option<&Incident> {
        self.reading.latest_incident()
    }

    /// The incidents that the rows that were read tell of, the newest first.
    pub fn incidents(&self) -> &[Incident] {
        self.reading.incidents()
    }

    /// What is expected and is not in the log, the oldest first. What may still come is not among it, and neither is
    /// what was due after the log was read last.
    pub fn missing_rows(&self) -> impl DoubleEndedIterator<Item = &Expected> {
        let read_at = self.log.read_at.unwrap_or(Timestamp::MIN);
        self.reading.expected().iter().filter(move |expected| expected.standing(read_at) == Standing::Overdue)
    }

    /// What came late, the oldest first.
    pub fn late_rows(&self) -> impl Iterator<Item = &Expected> {
        self.reading.expected().iter().filter(|expected| expected.came.is_some())
    }

    fn circumstances(&mut self) -> Circumstances {
        let last_restart = self.evidence.iter().filter_map(Evidence::started_at).max();
        Circumstances {
            last_restart,
            running_equals_disk: self.compared(env::running_equals_disk),
            disk_equals_secrets: self.compared(env::disk_equals_secrets),
            restart_is_safe: self.compared(|matrix| env::recreate_is_safe(matrix, &self.hosts)),
            log_unread: self.log_unread(),
            false_greens: self.reading.false_greens(
                &self.log,
                &self.evidence,
                self.evidence_version,
                last_restart,
                self.now,
            ),
        }
    }

    /// Why nothing is known of the log, where that is so.
    fn log_unread(&self) -> Option<String> {
        match &self.store {
            StoreState::Unavailable(why) => Some(why.clone()),
            StoreState::Opening | StoreState::Ready if !self.log.read => Some(NOT_READ_YET.to_owned()),
            StoreState::Opening | StoreState::Ready => None,
        }
    }

    /// What a comparison of the layers says. One that holds holds only while it is young; one that does not
    /// stands until it is made again.
    fn compared(&self, question: impl Fn(&Matrix) -> Known) -> Known {
        let not_yet = || Known::Unknown(NOT_READ_YET.to_owned());
        match self.matrix.as_ref().map_or_else(not_yet, question) {
            Known::Holds if self.comparison_is_old() => Known::Unknown(TOO_OLD.to_owned()),
            known => known,
        }
    }

    /// Whether the comparison of the layers is so old that it shows nothing of now.
    pub fn comparison_is_old(&self) -> bool {
        age(self.compared_at, self.now) > COMPARISON_LASTS
    }

    /// What stands beside a row: notes, corrections, marks; with what is not recorded yet.
    pub fn beside(&self, entry: &Entry) -> Beside {
        let is_pending = |step: &str| self.pending.iter().any(|pending| pending.event.id == step);
        self.margin.of(entry, &self.book, is_pending)
    }

    /// A time on the screen, in the operator's zone.
    pub fn local(&self, at: Timestamp) -> jiff::Zoned {
        at.to_zoned(self.setting.zone.clone())
    }
}

/// The id of a step that wrote a field.
fn field_set(step: &Recorded) -> Option<String> {
    matches!(step.event.act, ReviewAct::FieldSet { .. }).then(|| step.event.id.clone())
}
