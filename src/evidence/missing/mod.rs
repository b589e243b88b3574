//! What is missing for green: the fewest steps that would make it so, the cheapest first. Pure.
//!
//! Each step takes at least one reason away that no other step does, so none can be left out; together they
//! take all of them. Whether a step succeeds is seen when it is done: a probe that is run again may fail.

mod plan;
mod words;

use super::gate::Circumstances;
use super::{Evidence, ProbeId, Recovery};
use jiff::Timestamp;
use plan::Plan;
use serde::{Deserialize, Serialize};

/// What kind of step it is; the first is the cheapest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Let time pass; nobody has to do anything.
    Wait,
    /// Ask again what can be asked.
    Run,
    /// Give a setting, a right or a probe.
    Configure,
    /// Repair what was seen to be wrong.
    Fix,
}

impl Step {
    /// The word for the screen, at most nine columns; also the one in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Wait => "wait",
            Self::Run => "run",
            Self::Configure => "configure",
            Self::Fix => "fix",
        }
    }
}

/// One step that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// What kind of step.
    pub step: Step,
    /// How long to wait, in seconds; none where nothing is to be waited for, or nobody knows how long.
    pub wait_s: Option<u64>,
    /// The probe it is about, where it is about one.
    pub probe: Option<ProbeId>,
    /// Probes that can say something again once this is done: it is what blocks them.
    pub frees: Vec<ProbeId>,
    /// The ids of the reasons that go with it, each once.
    pub removes: Vec<String>,
    /// The step in words, one line.
    pub text: String,
}

/// The steps that would make it green, the cheapest first; none exactly where it is green. `recovery` is the
/// gate's answer to the same evidence and circumstances.
pub fn missing(recovery: &Recovery, evidence: &[Evidence], around: &Circumstances, now: Timestamp) -> Vec<Missing> {
    let mut plan = Plan::new(evidence, around, now);
    for why in &recovery.why_not {
        plan.take(why);
    }
    plan.finish()
}
