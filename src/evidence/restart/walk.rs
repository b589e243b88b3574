//! One container, from its start to the last look.

use super::{ANSWERS_WITHIN, ROUNDS, outcome_of};
use crate::evidence::{Evidence, Fact, ProbeId, Quantity};
use crate::guard;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The fact by which the container probe names the container.
const CONTAINER_ID: &str = "container id";
/// The most characters of a summary that are kept.
const SUMMARY: usize = 160;
/// The most checks that are kept of one look.
const CHECKS: usize = 64;
/// Two starts closer than this are one, told by two clocks.
const SAME_START: SignedDuration = SignedDuration::from_millis(1);

/// One life of a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// The container's id.
    pub container: String,
    /// When its main process started.
    pub started_at: Timestamp,
}

/// How a life came after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The same container was started again.
    Restarted,
    /// There is another container of that name.
    Recreated,
}

/// What a readback adds up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every check passed at the last look.
    Pass,
    /// A check failed, or it was started again.
    Fail,
    /// It is not known.
    Unknown,
    /// Nobody was there to look.
    Interrupted,
}

/// One probe at one look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The probe.
    pub probe: ProbeId,
    /// The verdict's word.
    pub verdict: String,
    /// How it counts.
    pub outcome: Outcome,
    /// What was seen, one line.
    pub summary: String,
    /// The evidence's digest.
    pub evidence: String,
    /// When the probe looked.
    pub observed_at: Timestamp,
    #[serde(skip)]
    facts: Vec<Fact>,
}

/// What all probes said at one time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Looked {
    /// When.
    pub at: Timestamp,
    /// Each probe, in the configuration's order.
    pub checks: Vec<Check>,
}

/// A look after the start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// So many seconds after the start.
    pub after_s: i64,
    /// What was seen; nothing where it was noticed too late for this look.
    pub looked: Option<Looked>,
}

/// A restart that was noticed.
#[derive(Clone, Debug, PartialEq)]
pub struct Restart {
    /// The container's probe.
    pub probe: ProbeId,
    /// The new life.
    pub life: Life,
    /// How it came.
    pub how: How,
    /// What was known before.
    pub before: Looked,
    /// When it was noticed.
    pub noticed_at: Timestamp,
}

/// A restart that has been read back.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The restart, with what was known before.
    pub restart: Restart,
    /// The looks after it.
    pub after: Vec<Round>,
    /// What it adds up to.
    pub outcome: Outcome,
    /// Why, one line.
    pub why: String,
    /// What is not as it was before.
    pub differs: Vec<String>,
    /// When it was done.
    pub read_at: Timestamp,
}

impl Life {
    /// The life that this evidence speaks of, where it is of a container.
    pub fn of(seen: &Evidence) -> Option<Self> {
        if seen.kind != "container" {
            return None;
        }
        let container = seen.text_fact(CONTAINER_ID)?.to_owned();
        Some(Self { container, started_at: seen.started_at()? })
    }

    /// How the later life came after this one; `None` where it is the same.
    pub(super) fn until(&self, later: &Self) -> Option<How> {
        if self.container != later.container {
            return Some(How::Recreated);
        }
        (later.started_at.duration_since(self.started_at).abs() > SAME_START).then_some(How::Restarted)
    }
}

impl Looked {
    fn new(evidence: &[Evidence], probe: &ProbeId, at: Timestamp) -> Self {
        let wanted = evidence.iter().filter(|seen| seen.required || seen.probe == *probe);
        Self { at, checks: wanted.take(CHECKS).map(Check::new).collect() }
    }

    /// The name by which a review refers to it.
    pub fn digest(&self) -> String {
        guard::digest_of(self)
    }
}

impl Check {
    fn new(seen: &Evidence) -> Self {
        Self {
            probe: seen.probe.clone(),
            verdict: seen.verdict.word().to_owned(),
            outcome: outcome_of(seen.verdict),
            summary: guard::line(&seen.summary).chars().take(SUMMARY).collect(),
            evidence: seen.digest(),
            observed_at: seen.observed_at,
            facts: seen.facts.clone(),
        }
    }

    /// The same probe, that did not answer in time.
    fn unanswered(self) -> Self {
        let (verdict, summary) = ("unknown".to_owned(), "no answer in time".to_owned());
        Self { verdict, summary, outcome: Outcome::Unknown, ..self }
    }

    /// What of this is not as it was before. Measures that are never twice the same are left out.
    fn differs(&self, before: &Self) -> Vec<String> {
        let name = &self.probe;
        let verdict = (self.verdict != before.verdict)
            .then(|| format!("{name}: {} before, {} after", before.verdict, self.verdict));
        let facts = self.facts.iter().filter_map(|fact| {
            let lasts = matches!(fact.value, Quantity::Text(_) | Quantity::Count(_) | Quantity::Flag(_));
            let was = before.facts.iter().find(|was| was.name == fact.name)?;
            (lasts && was.value != fact.value)
                .then(|| format!("{name}: {} {} before, {} after", fact.name, was.value, fact.value))
        });
        verdict.into_iter().chain(facts).collect()
    }
}

impl Restart {
    pub(super) fn new(seen: &Evidence, life: Life, how: How, before: &[Evidence], now: Timestamp) -> Self {
        let looked = Looked::new(before, &seen.probe, now);
        Self { probe: seen.probe.clone(), life, how, before: looked, noticed_at: now }
    }

    fn due(&self, round: usize) -> Option<Timestamp> {
        self.life.started_at.checked_add(SignedDuration::from_secs(*ROUNDS.get(round)?)).ok()
    }
}

/// The looks after one start.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    restart: Restart,
    after: Vec<Round>,
    /// When the look that is open was asked for.
    asked_at: Option<Timestamp>,
    /// How often it was started again before it could be read back.
    again: u32,
}

impl Walk {
    pub(super) fn new(restart: Restart) -> Self {
        Self { restart, after: Vec::new(), asked_at: None, again: 0 }
    }

    pub(super) fn probe(&self) -> &ProbeId {
        &self.restart.probe
    }

    pub(super) fn started_at(&self) -> Timestamp {
        self.restart.life.started_at
    }

    pub(super) fn is_of(&self, probe: &str, container: &str) -> bool {
        self.restart.probe.0 == probe && self.restart.life.container == container
    }

    /// It was started again before it was read back. What was known before the first start stays; the failure is
    /// told the first time only, for a loop has no end.
    pub(super) fn started_again(self, life: Life, how: How, now: Timestamp) -> (Self, Option<Pair>) {
        let lived = life.started_at.duration_since(self.started_at()).as_secs();
        let next = Restart { life, how, noticed_at: now, ..self.restart.clone() };
        let again = self.again + 1;
        let told = (self.again == 0).then(|| {
            let why = format!("it was started again {lived} s after its start, before it was read back");
            Pair {
                outcome: Outcome::Fail,
                why,
                differs: Vec::new(),
                read_at: now,
                restart: self.restart,
                after: self.after,
            }
        });
        (Self { again, ..Self::new(next) }, told)
    }

    /// Whether the probes are to be asked now.
    pub(super) fn ask(&mut self, now: Timestamp) -> bool {
        if self.asked_at.is_some() || self.restart.due(self.after.len()).is_none_or(|due| now < due) {
            return false;
        }
        // Noticed so late that the next look is due too: this one was missed.
        while self.restart.due(self.after.len() + 1).is_some_and(|next| now >= next) {
            self.after.push(Round { after_s: ROUNDS[self.after.len()], looked: None });
        }
        self.asked_at = Some(now);
        true
    }

    /// Takes in the answers; the pair once the last look is done.
    pub(super) fn fold(&mut self, evidence: &[Evidence], now: Timestamp) -> Option<Pair> {
        let asked_at = self.asked_at?;
        let due = self.restart.due(self.after.len())?;
        let deadline = asked_at.checked_add(ANSWERS_WITHIN).ok()?;
        let mut looked = Looked::new(evidence, &self.restart.probe, now);
        let is_answer = |check: &Check| check.observed_at >= due;
        if !looked.checks.iter().all(is_answer) && now < deadline {
            return None;
        }
        let answered = |check: Check| if is_answer(&check) { check } else { check.unanswered() };
        looked.checks = looked.checks.into_iter().map(answered).collect();
        self.after.push(Round { after_s: ROUNDS[self.after.len()], looked: Some(looked) });
        self.asked_at = None;
        (self.after.len() == ROUNDS.len()).then(|| self.pair(now))
    }

    fn pair(&mut self, now: Timestamp) -> Pair {
        let last = self.after.last().and_then(|round| round.looked.clone());
        let checks = last.map(|looked| looked.checks).unwrap_or_default();
        let of = |outcome| checks.iter().filter(move |check| check.outcome == outcome);
        let (failed, unknown) = (of(Outcome::Fail).count(), of(Outcome::Unknown).count());
        let outcome = match (failed, unknown, checks.len()) {
            (0, 0, 1..) => Outcome::Pass,
            (0, ..) => Outcome::Unknown,
            _ => Outcome::Fail,
        };
        let worst = of(Outcome::Fail).next().or_else(|| of(Outcome::Unknown).next());
        let named = worst.map(|check| format!("; {}: {}", check.probe, check.summary)).unwrap_or_default();
        let passed = checks.len() - failed - unknown;
        let loops = if self.again > 0 { format!(", after {} more starts", self.again) } else { String::new() };
        let why = format!("{passed} pass, {failed} fail, {unknown} unknown 60 s after the start{loops}{named}");
        let before = &self.restart.before.checks;
        let differs = checks.iter().filter_map(|check| {
            before.iter().find(|before| before.probe == check.probe).map(|before| check.differs(before))
        });
        Pair {
            differs: differs.flatten().collect(),
            restart: self.restart.clone(),
            after: std::mem::take(&mut self.after),
            outcome,
            why,
            read_at: now,
        }
    }

    /// When something is due by time alone.
    pub(super) fn next(&self) -> Option<Timestamp> {
        match self.asked_at {
            Some(asked) => asked.checked_add(ANSWERS_WITHIN).ok(),
            None => self.restart.due(self.after.len()),
        }
    }
}
