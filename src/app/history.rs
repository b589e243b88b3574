//! What a probe said over time: the strip, the changes with why, and what of both the store keeps.

use crate::evidence::flap::{self, Flapping};
use crate::evidence::{BODY_DIGEST, Evidence, STATUS, Verdict};
use crate::guard::digest_of;
use crate::timeline::{Entry, OwnEvent, OwnKind};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::VecDeque;

/// How many verdicts are kept per probe.
const HISTORY: usize = 60;
/// How many changes: the histogram marks where a feed was dead, however far back one looks.
const CHANGES: usize = 1_000;

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
    /// What this console saw first, which what is read back ends before.
    first: Option<Flip>,
    /// The hour of the newest sample that was asked for, since 1970.
    sampled: Option<i64>,
}

impl History {
    /// Adds what was seen; returns the change if it is one.
    pub fn add(&mut self, evidence: &Evidence) -> Option<Flip> {
        let before = self.verdicts.back().copied();
        if self.verdicts.len() == HISTORY {
            self.verdicts.pop_front();
        }
        self.verdicts.push_back(evidence.verdict);
        let from = before.unwrap_or(evidence.verdict);
        let flip = Flip { at: evidence.observed_at, from, to: evidence.verdict, why: evidence.summary.clone() };
        self.first.get_or_insert_with(|| flip.clone());
        if flip.from == flip.to {
            return None;
        }
        self.flips.insert(0, flip.clone());
        self.flips.truncate(CHANGES);
        Some(flip)
    }

    /// Puts what an earlier console recorded before what this one saw; `told` is oldest first. Returns the change
    /// that happened while no console looked, where there was one.
    fn recall(&mut self, told: Vec<Flip>) -> Option<Flip> {
        let began = self.first.as_ref().map_or(Timestamp::MAX, |first| first.at);
        let earlier: Vec<Flip> = told.into_iter().filter(|flip| flip.at < began).collect();
        let last = earlier.last()?.to;
        let meanwhile = self.first.clone().filter(|first| first.to != last).map(|first| Flip { from: last, ..first });
        for flip in &earlier {
            self.verdicts.push_front(flip.to);
        }
        let count = earlier.len();
        self.verdicts.make_contiguous()[..count].reverse();
        self.verdicts.drain(..self.verdicts.len().saturating_sub(HISTORY));
        self.flips.extend(meanwhile.clone());
        self.flips.extend(earlier.into_iter().rev().filter(|flip| flip.from != flip.to));
        self.flips.truncate(CHANGES);
        meanwhile
    }

    /// Whether it changed so often of late that what it says proves nothing. One reason of unknown instead of
    /// another is no change of mind.
    pub fn flapping(&self, now: Timestamp) -> Option<Flapping> {
        let changes = self.flips.iter().filter(|flip| flip.from.word() != flip.to.word());
        flap::flapping(changes.map(|flip| flip.at), now)
    }

    /// Whether the sample of the hour in which this was seen is still to be asked for; it is no more afterwards.
    pub(super) fn takes_sample(&mut self, evidence: &Evidence) -> bool {
        let hour = hour(evidence.observed_at);
        self.sampled.replace(hour) != Some(hour)
    }
}

fn hour(at: Timestamp) -> i64 {
    at.as_second().div_euclid(3600)
}

/// The row of a change; `shown` is how the evidence reads, which may blame another probe.
pub(super) fn changed(id: String, stack: &str, shown: &Evidence, flip: &Flip) -> OwnEvent {
    let context = json!({
        "evidence": shown.digest(), "stack": stack, "from": flip.from, "to": flip.to, "why": flip.why,
        "reason": shown.reason, "verdict": flip.to.word(),
        "status": shown.text_fact(STATUS), "body": shown.text_fact(BODY_DIGEST),
    });
    OwnEvent {
        id,
        kind: OwnKind::ProbeChanged,
        summary: format!("{} {} to {}: {}", shown.probe, flip.from.word(), flip.to.word(), shown.summary),
        context,
        ..event(shown)
    }
}

/// The row of the hour's sample. Its id is made of what it is a sample of: asked for twice, also by a console
/// that was started again, it is one row.
pub(super) fn sample(stack: &str, seen: &Evidence) -> OwnEvent {
    let digest = digest_of(&("sample", stack, &seen.probe, &seen.source.observer, hour(seen.observed_at)));
    // A UUID of version 8: whatever its maker says.
    let id =
        format!("{}-{}-8{}-a{}-{}", &digest[..8], &digest[8..12], &digest[13..16], &digest[17..20], &digest[20..32]);
    OwnEvent {
        id,
        kind: OwnKind::ProbeSampled,
        summary: format!("{} {}", seen.probe, seen.verdict.word()),
        context: json!({ "stack": stack, "to": seen.verdict, "reason": seen.reason }),
        ..event(seen)
    }
}

fn event(seen: &Evidence) -> OwnEvent {
    OwnEvent {
        id: String::new(),
        incident_id: None,
        kind: OwnKind::Note,
        subject: seen.probe.0.clone(),
        actor: Some(seen.source.observer.clone()),
        summary: String::new(),
        success: Some(seen.verdict == Verdict::Pass),
        context: Value::Null,
        occurred_at: seen.observed_at,
        recorded_at: None,
    }
}

/// Puts what the store kept of a probe (rows newest first) before what this console saw of it. Only rows of the
/// same stack and of the same observer count: another host sees from elsewhere.
pub(super) fn recall(history: &mut History, rows: &[Entry], stack: &str, probe: &Evidence) -> Option<Flip> {
    let is_its = |event: &&OwnEvent| {
        let named = event.context.get("stack").and_then(Value::as_str);
        event.subject == probe.probe.0
            && event.actor.as_deref() == Some(probe.source.observer.as_str())
            && named == Some(stack)
    };
    let own = rows.iter().rev().filter_map(|row| match row {
        Entry::Own(event) => Some(event),
        Entry::Operation(_) => None,
    });
    history.recall(own.filter(is_its).filter_map(told).collect())
}

/// What a row tells; a sample is a change from a verdict to the same.
fn told(event: &OwnEvent) -> Option<Flip> {
    let verdict = |key: &str| serde_json::from_value(event.context.get(key)?.clone()).ok();
    let to: Verdict = verdict("to")?;
    let from = match event.kind {
        OwnKind::ProbeChanged => verdict("from")?,
        OwnKind::ProbeSampled => to,
        _ => return None,
    };
    let why = event.context.get("why").and_then(Value::as_str).unwrap_or_default();
    Some(Flip { at: event.occurred_at, from, to, why: crate::guard::line(why).into_owned() })
}
