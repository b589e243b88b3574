//! Gathers the reasons into steps: one per probe, one for each thing about the whole.

use super::words::{of_probe, of_stack};
use super::{Missing, Step};
use crate::evidence::gate::{Circumstances, WhyNot};
use crate::evidence::{Evidence, Freshness, ProbeId, Unknown, Verdict, independent_pair, pair};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};

/// How many optional probes are tried for the proof that is missing.
const TRIED: usize = 64;
/// How long a chain of needs is followed; a circle ends there.
const DEEP: usize = 16;

/// The steps as they are found.
pub(super) struct Plan<'a> {
    seen: HashMap<&'a ProbeId, &'a Evidence>,
    all: &'a [Evidence],
    around: &'a Circumstances,
    now: Timestamp,
    /// One per probe.
    probes: BTreeMap<ProbeId, Missing>,
    /// About the whole.
    others: Vec<Missing>,
    /// Reasons that end when a proof that is more than an answer comes after the claim.
    proof: Vec<String>,
    /// Reasons that end with an independent pair.
    pair: Vec<String>,
    /// Whether nothing is required.
    required: Vec<String>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(evidence: &'a [Evidence], around: &'a Circumstances, now: Timestamp) -> Self {
        Self {
            seen: evidence.iter().map(|seen| (&seen.probe, seen)).collect(),
            all: evidence,
            around,
            now,
            probes: BTreeMap::new(),
            others: Vec::new(),
            proof: Vec::new(),
            pair: Vec::new(),
            required: Vec::new(),
        }
    }

    /// Takes a reason in.
    pub(super) fn take(&mut self, why: &WhyNot) {
        match (why.id.as_str(), why.probe.as_ref().and_then(|probe| self.seen.get(probe))) {
            (_, Some(seen)) => self.of_probe(of_probe(why, seen, self.around, self.now), &seen.probe),
            ("nothing_required", _) => self.required.push(why.id.clone()),
            ("FG08" | "not_independent", _) => self.pair.push(why.id.clone()),
            ("FG01" | "FG02" | "FG12", _) => add(&mut self.proof, &why.id),
            _ => self.others.push(of_stack(why, self.around, self.now)),
        }
    }

    /// One step per probe: the dearest of those that its reasons ask for, which does for the others too.
    fn of_probe(&mut self, mut step: Missing, probe: &ProbeId) {
        if let Some(known) = self.probes.remove(probe) {
            let (dear, cheap) = if known.step >= step.step { (known, step) } else { (step, known) };
            step = dear;
            cheap.removes.iter().for_each(|id| add(&mut step.removes, id));
        }
        self.probes.insert(probe.clone(), step);
    }

    /// All steps, the cheapest first.
    pub(super) fn finish(mut self) -> Vec<Missing> {
        self.free_the_blocked();
        self.prove();
        let mut steps: Vec<Missing> = self.probes.into_values().chain(self.others).collect();
        steps.sort_by_key(|step| (step.step, step.wait_s));
        steps
    }

    /// What is blocked needs no step of its own where what blocks it has one.
    fn free_the_blocked(&mut self) {
        let blocked = |probe: &ProbeId| {
            self.seen.get(probe).is_some_and(|seen| seen.verdict == Verdict::Unknown(Unknown::Blocked))
        };
        let children: Vec<ProbeId> = self.probes.keys().filter(|probe| blocked(probe)).cloned().collect();
        let freed: Vec<(ProbeId, ProbeId)> = children
            .into_iter()
            .filter_map(|child| {
                let cause = self.cause(&child, DEEP)?;
                Some((child, cause))
            })
            .collect();
        for (child, cause) in freed {
            let Some(step) = self.probes.remove(&child) else { continue };
            let Some(cause) = self.probes.get_mut(&cause) else { continue };
            step.removes.iter().for_each(|id| add(&mut cause.removes, id));
            cause.frees.push(child);
        }
    }

    /// What blocks this probe: the first that it needs, near or far, that has a step and is not blocked itself.
    fn cause(&self, probe: &ProbeId, deep: usize) -> Option<ProbeId> {
        let needs = &self.seen.get(probe)?.needs;
        let stands = |need: &&ProbeId| {
            let is_blocked = self.seen.get(need).is_some_and(|seen| seen.verdict == Verdict::Unknown(Unknown::Blocked));
            self.probes.contains_key(*need) && !is_blocked
        };
        needs.iter().find(stands).cloned().or_else(|| {
            let deeper = deep.checked_sub(1)?;
            needs.iter().find_map(|need| self.cause(need, deeper))
        })
    }

    /// The proofs that are missing: those that the steps bring anyway, one that a probe can bring which nobody
    /// asks for, or a new one.
    fn prove(&mut self) {
        if self.pair.is_empty() && self.proof.is_empty() && self.required.is_empty() {
            return;
        }
        let mut proofs = self.proofs();
        let mut new = Vec::new();
        if !self.pair.is_empty() {
            if !independent_pair(&proofs)
                && let Some(optional) = self.optional_partner(&proofs)
            {
                self.run(&optional);
                proofs.push(optional);
            }
            if independent_pair(&proofs) {
                self.credit("pair");
            } else {
                new.append(&mut self.pair);
            }
        }
        if !self.proof.is_empty() && new.is_empty() {
            self.prove_after_the_claim(&mut new);
        }
        new.append(&mut self.proof);
        if new.is_empty() {
            self.require(&proofs);
        } else {
            new.append(&mut self.required);
            self.configure(new, &proofs);
        }
    }

    /// What passes once the steps so far are done.
    fn proofs(&self) -> Vec<Evidence> {
        let restart = self.around.last_restart;
        let is_after = |seen: &Evidence| restart.is_none_or(|restart| seen.as_of >= restart);
        let freed: HashSet<&ProbeId> = self.probes.values().flat_map(|step| &step.frees).collect();
        let passes = |seen: &Evidence| {
            seen.verdict == Verdict::Pass && seen.freshness(self.now) == Freshness::Fresh && is_after(seen)
        };
        let done = |seen: &&Evidence| self.probes.contains_key(&seen.probe) || freed.contains(&seen.probe);
        let (stepped, rest): (Vec<&Evidence>, Vec<&Evidence>) = self.all.iter().partition(done);
        let rest = rest.into_iter().filter(|seen| passes(seen)).cloned();
        stepped.into_iter().map(|seen| passed(seen, self.now)).chain(rest).collect()
    }

    /// An optional probe whose pass would make the pair, and that has none that counts.
    fn optional_partner(&self, proofs: &[Evidence]) -> Option<Evidence> {
        let known: HashSet<&ProbeId> = proofs.iter().map(|seen| &seen.probe).collect();
        let idle = self.all.iter().filter(|seen| seen.verdict == Verdict::Pass && !known.contains(&seen.probe));
        let mut tried = idle.take(TRIED).map(|seen| passed(seen, self.now));
        tried.find(|seen| independent_pair(proofs.iter().chain([seen])))
    }

    /// A probe that is to be run again because its proof is wanted.
    fn run(&mut self, seen: &Evidence) {
        let ids = if self.pair.is_empty() { std::mem::take(&mut self.proof) } else { std::mem::take(&mut self.pair) };
        let step = Missing {
            step: Step::Run,
            wait_s: None,
            probe: Some(seen.probe.clone()),
            frees: Vec::new(),
            removes: ids,
            text: format!("run `{}` again: its proof is wanted", seen.probe),
        };
        self.of_probe(step, &seen.probe);
    }

    /// The claim is proved by whatever asks as the application asks; the cheapest of those that are there.
    fn prove_after_the_claim(&mut self, new: &mut Vec<String>) {
        let is_thick = |probe: &ProbeId| self.seen.get(probe).is_some_and(|seen| !pair::is_thin(&seen.kind));
        let is_proved = self.probes.iter().any(|(probe, step)| is_thick(probe) || step.frees.iter().any(is_thick));
        if is_proved {
            self.credit("proof");
        } else if let Some(seen) = self.all.iter().find(|seen| !pair::is_thin(&seen.kind)) {
            self.pair.clear();
            self.run(&seen.clone());
        } else {
            new.append(&mut self.proof);
        }
    }

    /// Writes the reasons that the steps take away together to one of them: one that proves more than an
    /// answer, else any.
    fn credit(&mut self, what: &str) {
        let ids = std::mem::take(if what == "pair" { &mut self.pair } else { &mut self.proof });
        let thick = |probe: &ProbeId| self.seen.get(probe).is_some_and(|seen| !pair::is_thin(&seen.kind));
        let place = self.probes.iter().find(|(probe, step)| thick(probe) || step.frees.iter().any(thick));
        let place = place.or_else(|| self.probes.iter().next()).map(|(probe, _)| probe.clone());
        if let Some(step) = place.and_then(|probe| self.probes.get_mut(&probe)) {
            for id in &ids {
                add(&mut step.removes, id);
            }
        }
    }

    /// A probe that passes has only to be required.
    fn require(&mut self, proofs: &[Evidence]) {
        let Some(seen) = proofs.first().filter(|_| !self.required.is_empty()) else { return };
        let text = format!("make a probe required that has to pass: required = true, for `{}` say", seen.probe);
        let ids = std::mem::take(&mut self.required);
        self.others.push(new_probe(ids, text));
    }

    /// A probe that is not there yet; two where nothing at all can pass.
    fn configure(&mut self, ids: Vec<String>, proofs: &[Evidence]) {
        let kinds = pair::THICK_KINDS;
        let (last, others) = kinds.split_last().unwrap_or((&"command", &[]));
        let kinds = format!("{} or {last}", others.join(", "));
        let thick = proofs.iter().find(|seen| !pair::is_thin(&seen.kind));
        let text = match thick {
            Some(seen) => format!(
                "configure a second vantage: a probe that looks from elsewhere than `{}`, with another credential and by another way",
                seen.probe
            ),
            None => format!("configure a second vantage: a {kinds} probe"),
        };
        if proofs.is_empty() {
            self.others.push(new_probe(
                ids.clone(),
                format!("configure a probe that asks what the application asks: {kinds}"),
            ));
        }
        self.others.push(new_probe(ids, text));
    }
}

fn new_probe(removes: Vec<String>, text: String) -> Missing {
    Missing { step: Step::Configure, wait_s: None, probe: None, frees: Vec::new(), removes, text }
}

/// The same evidence, had it passed now.
fn passed(seen: &Evidence, now: Timestamp) -> Evidence {
    Evidence { verdict: Verdict::Pass, observed_at: now, as_of: now, ..seen.clone() }
}

fn add(ids: &mut Vec<String>, id: &str) {
    if !ids.iter().any(|known| known == id) {
        ids.push(id.to_owned());
    }
}
