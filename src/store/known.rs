//! How far the review records are known: what came since is read, and not everything again.

use super::chain::Head;
use crate::review::Recorded;
use std::collections::HashMap;

/// How many records of each chain are known. A chain has no gap, so a number says which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known(HashMap<String, u64>);

impl Known {
    /// Takes records for known.
    pub fn take(&mut self, records: &[Recorded]) {
        for record in records {
            let known = self.0.entry(record.event.incident_id.clone()).or_default();
            *known = record.seq.max(*known);
        }
    }

    /// How many of a chain are.
    pub(super) fn of(&self, scope: &str) -> u64 {
        self.0.get(scope).copied().unwrap_or_default()
    }

    /// The chains that have more, and how many of each are known.
    pub(super) fn behind<'a>(&'a self, heads: &'a [Head]) -> impl Iterator<Item = (&'a str, u64)> {
        heads
            .iter()
            .map(|head| (head, self.of(&head.scope)))
            .filter_map(|(head, known)| (head.seq > known).then_some((head.scope.as_str(), known)))
    }
}
