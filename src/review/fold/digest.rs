//! The digest of what a lane is computed from.

use super::{Attached, Override, Review};
use crate::guard;
use crate::review::event::{Answer, EvidenceRef};
use crate::review::version::Version;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

impl Review {
    /// SHA-256 over everything in this review that a lane is computed from, but the sign-offs that
    /// count: who wrote it and when makes no difference, writing the same value again is no change.
    pub fn state_digest(&self) -> String {
        self.state_digest_under(Version::default())
    }

    /// The same, of what goes into a lane under this version of the rules.
    pub(in crate::review) fn state_digest_under(&self, version: Version) -> String {
        let opening = self.opening.as_ref().map(|opening| (&opening.candidate, &opening.snapshot_digest));
        let fields: BTreeMap<_, _> = self
            .fields
            .iter()
            .map(|(name, field)| (name, (&field.value, field.version > self.last_caught())))
            .collect();
        let answers: BTreeMap<_, _> = self.answers.iter().map(|(name, decision)| (name, &decision.answer)).collect();
        let caught: Vec<_> = self.caught.iter().map(|hit| (&hit.field, &hit.detector, hit.cleared)).collect();
        let void = self.signatures.iter().filter(|signature| signature.void.is_some()).count();
        let base = (opening, fields, answers, caught, void);
        let later = Later::of(self);
        // What was signed before there was anything of this keeps its digest.
        let digest = if later == Later::default() { guard::digest_of(&base) } else { guard::digest_of(&(base, later)) };
        if version < Version::Three {
            return digest;
        }
        let heard: BTreeMap<_, _> = self.answers.iter().map(|(name, decision)| (name, &decision.heard)).collect();
        let by_actor = self.answers.iter().filter(|(_, decision)| self.names_as_actor(&decision.by.actor));
        guard::digest_of(&(digest, heard, by_actor.map(|(name, _)| name).collect::<Vec<_>>()))
    }
}

/// What a lane is computed from besides fields, answers and quarantine.
#[derive(Default, PartialEq, Serialize)]
struct Later<'a> {
    attached: BTreeMap<&'a str, Vec<&'a EvidenceRef>>,
    second: Option<(&'a str, bool, BTreeMap<&'a str, &'a Answer>)>,
    overrides: BTreeMap<&'a str, (Timestamp, &'a str)>,
}

impl<'a> Later<'a> {
    fn of(review: &'a Review) -> Self {
        let refs = |all: &'a Vec<Attached>| all.iter().map(|one| &one.evidence).collect();
        let passed_over = |one: &'a Override| (one.until, one.reason.as_str());
        Self {
            attached: review.attached.iter().map(|(check, all)| (check.as_str(), refs(all))).collect(),
            second: review.second.as_ref().map(|second| {
                let answers = second.answers.iter().map(|(check, decision)| (check.as_str(), &decision.answer));
                (second.reader.actor.as_str(), second.submitted.is_some(), answers.collect())
            }),
            overrides: review.overrides.iter().map(|(check, one)| (check.as_str(), passed_over(one))).collect(),
        }
    }
}
