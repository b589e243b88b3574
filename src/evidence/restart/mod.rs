//! Restart readback: a container that was started anew is looked at 30 s and 60 s after its start, beside what
//! was known before. Pure: it says whom to ask and when, and folds what they said.

mod event;
mod walk;

pub use event::{Unread, interrupted, unread};
pub use walk::{Check, How, Life, Looked, Outcome, Pair, Restart, Round};

use super::{Evidence, ProbeId, Unknown, Verdict};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use walk::Walk;

/// When it is looked at, in seconds after the start; the last decides.
pub const ROUNDS: [i64; 2] = [30, 60];
/// How long an answer is waited for, once it was asked for.
pub const ANSWERS_WITHIN: SignedDuration = SignedDuration::from_secs(20);
/// After so long from when it was noticed, a readback that has no end was interrupted.
pub const INTERRUPTED_AFTER: SignedDuration = SignedDuration::from_secs(140);

/// How many evidences of a probe are remembered: a restart is noticed within the cadence of two.
const REMEMBERED: usize = 4;

/// What came of looking.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// A restart was noticed.
    Seen(Restart),
    /// It has been read back.
    Read(Pair),
}

/// Watches containers start.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    lives: BTreeMap<ProbeId, Life>,
    walks: Vec<Walk>,
    /// The newest evidences of each probe, newest first.
    recent: BTreeMap<ProbeId, Vec<Evidence>>,
}

impl Watch {
    /// Takes in what is seen of a probe; `before` is the newest evidence of every probe without it.
    pub fn see(&mut self, before: &[Evidence], seen: &Evidence, now: Timestamp) -> Vec<Told> {
        let told = self.lives(before, seen, now);
        let recent = self.recent.entry(seen.probe.clone()).or_default();
        recent.truncate(REMEMBERED - 1);
        recent.insert(0, seen.clone());
        told
    }

    fn lives(&mut self, before: &[Evidence], seen: &Evidence, now: Timestamp) -> Vec<Told> {
        let Some(life) = Life::of(seen) else { return Vec::new() };
        let Some(known) = self.lives.insert(seen.probe.clone(), life.clone()) else { return Vec::new() };
        let Some(how) = known.until(&life) else { return Vec::new() };
        let broken = self.walks.iter().position(|walk| walk.probe() == &seen.probe).map(|at| self.walks.remove(at));
        // Again, before it was read back: a loop. It is told once; what was known before all of it stays.
        if let Some(broken) = broken {
            let (walk, told) = broken.started_again(life, how, now);
            self.walks.push(walk);
            return told.into_iter().map(Told::Read).collect();
        }
        let before = self.before(before, life.started_at);
        let restart = Restart::new(seen, life, how, &before, now);
        self.walks.push(Walk::new(restart.clone()));
        vec![Told::Seen(restart)]
    }

    /// The last evidence of each probe from before the start. What a probe sees while a restart is under way is
    /// not how it was before.
    fn before(&self, newest: &[Evidence], start: Timestamp) -> Vec<Evidence> {
        let last = |now: &Evidence| {
            let recent = self.recent.get(&now.probe).into_iter().flatten();
            let older = [now].into_iter().chain(recent).find(|seen| seen.observed_at < start);
            older.cloned().unwrap_or_else(|| Evidence {
                verdict: Verdict::Unknown(Unknown::NeverRun),
                summary: "not seen before the start".to_owned(),
                facts: Vec::new(),
                ..now.clone()
            })
        };
        newest.iter().map(last).collect()
    }

    /// Whom to ask now, each once, because a look is due.
    pub fn ask(&mut self, evidence: &[Evidence], now: Timestamp) -> Vec<ProbeId> {
        let mut asked: Vec<ProbeId> = Vec::new();
        for walk in &mut self.walks {
            if walk.ask(now) {
                let wanted = evidence.iter().filter(|seen| seen.required || seen.probe == *walk.probe());
                let new: Vec<_> = wanted.map(|seen| &seen.probe).filter(|probe| !asked.contains(probe)).collect();
                let new: Vec<ProbeId> = new.into_iter().cloned().collect();
                asked.extend(new);
            }
        }
        asked
    }

    /// Takes in the answers to what was asked; tells of what has been read back.
    pub fn fold(&mut self, evidence: &[Evidence], now: Timestamp) -> Vec<Told> {
        let mut told = Vec::new();
        self.walks.retain_mut(|walk| match walk.fold(evidence, now) {
            Some(pair) => {
                told.push(Told::Read(pair));
                false
            }
            None => true,
        });
        told
    }

    /// When to look again by time alone.
    pub fn next(&self) -> Option<Timestamp> {
        self.walks.iter().filter_map(Walk::next).min()
    }

    /// What is being read back now: the probe, and when it started.
    pub fn walking(&self) -> impl Iterator<Item = (&ProbeId, Timestamp)> {
        self.walks.iter().map(|walk| (walk.probe(), walk.started_at()))
    }

    /// Whether this console reads this life back itself.
    pub fn is_walking(&self, probe: &str, container: &str) -> bool {
        self.walks.iter().any(|walk| walk.is_of(probe, container))
    }
}

/// How a verdict counts in a readback: a warning is no pass, and no failure.
fn outcome_of(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Pass => Outcome::Pass,
        Verdict::Fail => Outcome::Fail,
        Verdict::Warn | Verdict::Unknown(_) => Outcome::Unknown,
    }
}
