//! One failure, one reason: what can't be told because something it needs is down is blamed on that, once.
//!
//! Only what is unknown is blamed. A failure that was seen stands as it is, whatever else is down, and so does
//! what a probe is itself to blame for (not configured, crashed, a control that passed). Both halves leave the
//! recovery state as it was: they change what is said, and how often.

use super::{Evidence, Fact, Freshness, ProbeId, Quantity, Unknown, Verdict, WhyNot};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};

/// The stable reason of evidence that is blamed on another probe.
pub const BLOCKED_REASON: &str = "blocked_by";
/// The fact by which such evidence names that probe.
pub const BLOCKED_BY: &str = "blocked by";
/// The fact that keeps what the probe said itself.
const SAID: &str = "its own answer";

/// The evidence that has to be blamed on another, by its position, as it reads then. Total: names that nobody
/// has and circles are no error here, the configuration refuses both.
pub fn blame(evidence: &[Evidence], now: Timestamp) -> Vec<(usize, Evidence)> {
    if evidence.iter().all(|seen| seen.needs.is_empty()) {
        return Vec::new();
    }
    let mut places = HashMap::new();
    for (at, seen) in evidence.iter().enumerate() {
        places.entry(&seen.probe).or_insert(at);
    }
    let blamed = evidence.iter().enumerate().filter(|(_, seen)| may_be_blamed(seen.verdict));
    blamed
        .filter_map(|(at, seen)| {
            let root = root(evidence, &places, at, now)?;
            Some((at, blocked(seen, &evidence[root], now)))
        })
        .collect()
}

/// The same evidence, with what has to be blamed on another reading so.
pub fn resolve(mut evidence: Vec<Evidence>, now: Timestamp) -> Vec<Evidence> {
    for (at, blocked) in blame(&evidence, now) {
        evidence[at] = blocked;
    }
    evidence
}

/// The probe that this evidence is blamed on.
pub fn blocked_by(seen: &Evidence) -> Option<&str> {
    if seen.verdict != Verdict::Unknown(Unknown::Blocked) {
        return None;
    }
    seen.facts.iter().find_map(|fact| match &fact.value {
        Quantity::Text(name) if fact.name == BLOCKED_BY => Some(name.as_str()),
        _ => None,
    })
}

/// Takes the reasons of what is blocked away where what blocks it has one, which then says how much it blocks.
pub(super) fn tell_once(why_not: Vec<WhyNot>, evidence: &[Evidence]) -> Vec<WhyNot> {
    let blocked: HashMap<&ProbeId, &str> =
        evidence.iter().filter_map(|seen| Some((&seen.probe, blocked_by(seen)?))).collect();
    if blocked.is_empty() {
        return why_not;
    }
    let mut count: HashMap<&str, usize> = HashMap::new();
    for root in blocked.values() {
        *count.entry(root).or_default() += 1;
    }
    let root_of = |why: &WhyNot| {
        let is_it = why.id == "evidence_unknown";
        why.probe.as_ref().filter(|_| is_it).and_then(|probe| blocked.get(probe)).copied()
    };
    let of_roots = why_not.iter().filter(|why| root_of(why).is_none()).filter_map(|why| why.probe.as_ref());
    let mut told: HashSet<String> =
        of_roots.filter(|probe| count.contains_key(probe.0.as_str())).map(|probe| probe.0.clone()).collect();
    let mut counted = HashSet::new();
    let mut once = Vec::with_capacity(why_not.len());
    for mut why in why_not {
        let root = match root_of(&why) {
            Some(root) if !told.insert(root.to_owned()) => continue,
            // What blocks it gives no reason of its own (it is optional, and stale): the first that is blocked does.
            Some(root) => Some(root),
            None => why.probe.as_ref().and_then(|probe| count.get_key_value(probe.0.as_str())).map(|(root, _)| *root),
        };
        if let Some(root) = root.filter(|root| counted.insert(*root)) {
            let (many, s) = (count[root], if count[root] == 1 { "" } else { "s" });
            why.text = format!("{}; blocks {many} probe{s}", why.text);
        }
        once.push(why);
    }
    once
}

/// Unknown for a reason that may lie outside of the probe.
fn may_be_blamed(verdict: Verdict) -> bool {
    use Unknown::{Blocked, Denied, Garbled, NeverRun, TimedOut, Unreachable};
    let Verdict::Unknown(reason) = verdict else { return false };
    matches!(reason, NeverRun | Unreachable | Denied | TimedOut | Garbled | Blocked)
}

/// Whether what needs this can say nothing because of it. Of what has never run nothing is known, not even that.
fn is_in_the_way(seen: &Evidence, now: Timestamp) -> bool {
    match seen.verdict {
        Verdict::Fail => true,
        Verdict::Unknown(reason) => reason != Unknown::NeverRun,
        Verdict::Pass | Verdict::Warn => seen.freshness(now) == Freshness::Stale,
    }
}

/// The deepest of what this evidence needs that is in the way, in the order of its needs; none where it needs
/// itself. So what others are blamed on is never blamed on anything.
fn root(evidence: &[Evidence], places: &HashMap<&ProbeId, usize>, of: usize, now: Timestamp) -> Option<usize> {
    let mut first = None;
    let mut met = HashSet::from([of]);
    // A place, and how many of its needs have been looked at.
    let mut path = vec![(of, 0)];
    while let Some((at, looked)) = path.last_mut() {
        let (at, need) = (*at, evidence[*at].needs.get(*looked));
        *looked += 1;
        let Some(need) = need else {
            if at != of && first.is_none() && is_in_the_way(&evidence[at], now) {
                first = Some(at);
            }
            path.pop();
            continue;
        };
        match places.get(need) {
            Some(next) if *next == of => return None,
            Some(next) if met.insert(*next) => path.push((*next, 0)),
            _ => {}
        }
    }
    first
}

fn blocked(seen: &Evidence, root: &Evidence, now: Timestamp) -> Evidence {
    let own = seen.facts.iter().filter(|fact| fact.name != BLOCKED_BY).cloned();
    let mut facts: Vec<Fact> = own.collect();
    if seen.verdict != Verdict::Unknown(Unknown::Blocked) {
        facts.push(Fact::text(SAID, seen.summary.as_str()));
    }
    facts.push(Fact::text(BLOCKED_BY, root.probe.0.as_str()));
    let is_stale = matches!(root.verdict, Verdict::Pass | Verdict::Warn) && root.freshness(now) == Freshness::Stale;
    let why = if is_stale { "its evidence is stale" } else { root.summary.as_str() };
    Evidence {
        verdict: Verdict::Unknown(Unknown::Blocked),
        reason: Some(BLOCKED_REASON.to_owned()),
        summary: format!("blocked by {}: {why}", root.probe),
        hint: root.hint.clone(),
        facts,
        ..seen.clone()
    }
}
