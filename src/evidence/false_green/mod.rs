//! The false-green rules, FG01 to FG12: the ways in which a recovery only looks like one. The screen, the JSON
//! and `docs/false-green.md` share their ids. A rule that can't be decided says so; it is never silently green.

mod document;
mod log;
mod rules;
mod seen;

pub use document::document;
pub use rules::RULES;

use super::gate::CLOCK_SKEW_SECONDS;
use super::{Evidence, Freshness, ProbeId, RecoveryState, Verdict};
use crate::timeline::Entry;
use jiff::{SignedDuration, Timestamp};

/// How far back the log is read for these rules: the half-life of what a log says.
pub const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24);

/// How long after a restart something has to be seen to work before the restart itself is no explanation.
pub const SETTLED: SignedDuration = SignedDuration::from_secs(60);

/// What the rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The timeline, newest first.
    pub entries: &'a [Entry],
    /// The newest evidence of each probe.
    pub evidence: &'a [Evidence],
    /// The newest restart of anything that was observed.
    pub last_restart: Option<Timestamp>,
    /// The time as of which is judged.
    pub now: Timestamp,
}

impl<'a> Scene<'a> {
    /// What looks green and is not old.
    fn fresh_passes(&self) -> impl Iterator<Item = &'a Evidence> + use<'a> {
        let now = self.now;
        let passes = self.evidence.iter().filter(|seen| seen.verdict == Verdict::Pass);
        passes.filter(move |seen| seen.freshness(now) == Freshness::Fresh)
    }

    /// The oldest time at which the log is looked at.
    fn since(&self) -> Timestamp {
        self.now.checked_sub(LOOK_BACK).unwrap_or(Timestamp::MIN)
    }

    /// The rows since then, newest first.
    fn recent(&self) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let since = self.since();
        self.entries.iter().take_while(move |entry| entry.at() >= since)
    }
}

/// What a hit is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// All of the stack.
    Stack,
    /// A probe.
    Probe(ProbeId),
    /// An incident, or an alert by name; safe to show.
    Incident(String),
}

/// One place where a rule applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What was found, in words, one line.
    pub what: String,
    /// When it happened, where it has a time.
    pub at: Option<Timestamp>,
    /// What it is about.
    pub subject: Subject,
}

/// What a rule says of a scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It was looked for, and it is not there.
    Quiet,
    /// It is there.
    Found(Vec<Hit>),
    /// It can't be known from this scene, and why.
    Undecided(&'static str),
}

impl From<Vec<Hit>> for Answer {
    fn from(hits: Vec<Hit>) -> Self {
        if hits.is_empty() { Self::Quiet } else { Self::Found(hits) }
    }
}

/// What a rule has to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sees {
    /// Evidence only: the recovery gate asks it by itself.
    Evidence,
    /// The timeline too: who reads the log hands the answer to the gate.
    Log,
}

/// A rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The stable id (`FG01`).
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// The question it asks, a sentence.
    pub asks: &'static str,
    /// What it takes to decide it, a sentence.
    pub needs: &'static str,
    /// When it falls silent, a sentence.
    pub ends: &'static str,
    /// What it has to be shown.
    pub sees: Sees,
    /// The best state while it applies.
    pub at_best: RecoveryState,
    /// The rule itself.
    pub decide: fn(&Scene<'_>) -> Answer,
}

/// A rule that applies, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FalseGreen {
    /// The rule's id.
    pub id: &'static str,
    /// The rule's title.
    pub title: &'static str,
    /// What was found, in words, one line.
    pub what: String,
    /// When it happened, where it has a time.
    pub at: Option<Timestamp>,
    /// What it is about.
    pub subject: Subject,
    /// The best state while it applies.
    pub at_best: RecoveryState,
}

/// What every rule says, in the order of [`RULES`]; none is left out.
pub fn answers(scene: &Scene<'_>) -> Vec<(&'static Rule, Answer)> {
    RULES.iter().map(|rule| (rule, (rule.decide)(scene))).collect()
}

/// Everything that the evidence alone gives away. The gate asks this itself.
pub fn of_evidence(evidence: &[Evidence], last_restart: Option<Timestamp>, now: Timestamp) -> Vec<FalseGreen> {
    found(Sees::Evidence, &Scene { entries: &[], evidence, last_restart, now })
}

/// Everything that takes the timeline to see.
pub fn of_log(scene: &Scene<'_>) -> Vec<FalseGreen> {
    found(Sees::Log, scene)
}

/// Until when [`of_log`] says the same of the same rows and evidence: time alone changes it when an evidence ages,
/// when the oldest row that is looked at leaves the window, and when a silence ends.
pub fn holds_until(scene: &Scene<'_>) -> Timestamp {
    let (now, since) = (scene.now, scene.since());
    let recent = scene.entries.partition_point(|entry| entry.at() >= since);
    let leaves = recent.checked_sub(1).and_then(|oldest| scene.entries[oldest].at().checked_add(LOOK_BACK).ok());
    let after = |at: Timestamp| at.checked_add(SignedDuration::from_nanos(1)).ok();
    let ages = scene.evidence.iter().flat_map(|seen| {
        let ahead = seen.as_of.max(seen.observed_at).checked_sub(SignedDuration::from_secs(CLOCK_SKEW_SECONDS));
        let half_life = SignedDuration::try_from(seen.half_life).ok();
        let ends = half_life.and_then(|half_life| seen.as_of.checked_add(half_life).ok());
        [ahead.ok(), ends.and_then(after)]
    });
    let borders = ages.flatten().chain(leaves.and_then(after)).chain(log::silence_borders(scene));
    borders.filter(|at| *at > now).min().unwrap_or(Timestamp::MAX)
}

fn found(sees: Sees, scene: &Scene<'_>) -> Vec<FalseGreen> {
    let rules = RULES.iter().filter(|rule| rule.sees == sees);
    rules
        .flat_map(|rule| {
            let hits = match (rule.decide)(scene) {
                Answer::Found(hits) => hits,
                Answer::Quiet | Answer::Undecided(_) => Vec::new(),
            };
            hits.into_iter().map(|Hit { what, at, subject }| FalseGreen {
                id: rule.id,
                title: rule.title,
                what,
                at,
                subject,
                at_best: rule.at_best,
            })
        })
        .collect()
}
