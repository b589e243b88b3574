//! What lies around a review: the console and the command line make it with the same function, and a sign-off keeps
//! it, so that the lane can be computed again.

use super::event::EvidenceKind;
use super::fold::Review;
use super::objection::{self, Objection};
use crate::evidence::{Evidence, WhyNot};
use crate::timeline::Entry;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How far back from its opening a review is about.
const LOOKS_BACK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What lies around a review when its lane is computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Around {
    /// Whether the snapshot the review was opened from is still the current one; `None` if that can't be
    /// told.
    pub snapshot_current: Option<bool>,
    /// Whether the console itself saw a restart: then "there was none" is no answer.
    pub restart_seen: bool,
    /// What fresh evidence says against a check. It reopens the check until the review is accepted.
    pub objections: Vec<Objection>,
    /// The newest start of anything that is observed: what was observed before it is stale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_restart: Option<Timestamp>,
    /// The ids of attached evidence that is no longer what it was.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub changed: BTreeSet<String>,
    /// Whether no probe was asked: then nobody knows what fresh evidence would say, and nothing is ready.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_looked: bool,
    /// The time it is computed for. It is not kept: for a sign-off it is the time of the step.
    #[serde(skip)]
    pub now: Timestamp,
}

impl Around {
    /// Nothing known but the time: the snapshot's currency is unknown, so nothing can be ready.
    pub fn unknown(now: Timestamp) -> Self {
        Self {
            snapshot_current: None,
            restart_seen: false,
            objections: Vec::new(),
            last_restart: None,
            changed: BTreeSet::new(),
            not_looked: false,
            now,
        }
    }

    /// The same with all that was seen when it was signed.
    #[must_use]
    pub fn with(mut self, then: &Self) -> Self {
        self.objections.extend(then.objections.iter().cloned());
        self.objections.sort();
        self.objections.dedup();
        self.restart_seen |= then.restart_seen;
        self.last_restart = self.last_restart.max(then.last_restart);
        self.changed.extend(then.changed.iter().cloned());
        self
    }

    /// As a sign-off keeps it: without the time, which the step itself says.
    #[must_use]
    pub fn kept(&self) -> Self {
        Self { now: Timestamp::default(), ..self.clone() }
    }

    /// With the digest of the snapshot as it is now, where it could be read.
    pub fn with_snapshot(review: &Review, current: Option<&str>, now: Timestamp) -> Self {
        let opened_from = review.opening.as_ref().map(|opening| opening.snapshot_digest.as_str());
        let snapshot_current = opened_from.zip(current).map(|(from, current)| from == current);
        Self { snapshot_current, ..Self::unknown(now) }
    }
}

/// What is known of the world, as values.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// Digest of the change-evidence snapshot as it is now, where it could be read.
    pub snapshot: Option<&'a str>,
    /// The newest evidence of each probe.
    pub evidence: &'a [Evidence],
    /// Why the recovery gate is not green.
    pub why_not: &'a [WhyNot],
    /// The timeline, newest first.
    pub entries: &'a [Entry],
    /// Now.
    pub now: Timestamp,
}

/// What lies around a review. `digest` is that of a row of the timeline as it was read last, by the row's id.
pub fn around(review: &Review, scene: &Scene<'_>, digest: impl Fn(&str) -> Option<String>) -> Around {
    let known = Around::with_snapshot(review, scene.snapshot, scene.now);
    let Some(opened) = review.opening.as_ref().map(|opening| opening.by.recorded_at) else { return known };
    let since = opened.checked_sub(LOOKS_BACK).unwrap_or(Timestamp::MIN);
    let starts: Vec<Timestamp> = scene.evidence.iter().filter_map(Evidence::started_at).collect();
    Around {
        restart_seen: starts.iter().any(|start| (since..=opened).contains(start)),
        last_restart: starts.into_iter().max(),
        objections: objection::objections(review, scene, since),
        changed: changed(review, digest),
        ..known
    }
}

/// The attached evidence that is no longer what it was. A probe that looked again is no change: its evidence ages.
fn changed(review: &Review, digest: impl Fn(&str) -> Option<String>) -> BTreeSet<String> {
    let attached = review.attached.values().flatten().map(|attached| &attached.evidence);
    attached
        .filter(|evidence| evidence.kind != EvidenceKind::Probe)
        .filter(|evidence| digest(&evidence.id).is_some_and(|now| now != evidence.digest))
        .map(|evidence| evidence.id.clone())
        .collect()
}
