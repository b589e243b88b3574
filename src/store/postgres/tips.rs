//! Where the chains ended when this store last saw them, and what the server's clock said: with both at hand a step takes
//! one statement, which the server takes only if they are still so. Nothing here is believed; it saves a question.

use crate::review::{NewReviewEvent, Recorded};
use crate::store::chain::Head;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many chains are remembered; reviews are few, and one forgotten costs a question.
const MOST: usize = 256;

/// Of how much time one part is left out: the server's clock may be the slower one (no quartz is off by a fifth of this).
const SLOWER: u32 = 5_000;

/// How long a word of the server's clock is counted on from; so a record says no more than a few hundredths of a second less
/// than the server does.
const FRESH: Duration = Duration::from_mins(5);

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Tips(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    chains: HashMap<String, Tip>,
    /// What the server's clock said, and when.
    clock: Option<(Timestamp, Instant)>,
}

/// The last record of a chain.
#[derive(Debug)]
struct Tip {
    head: Head,
    review: String,
    version: u64,
}

impl Tips {
    /// The head that a step goes on from, and about what the server's clock says now, never more. `None` where the chain's last
    /// record that was seen is not the one that the step was taken on, or nothing was heard of the clock lately.
    pub(super) fn before(&self, event: &NewReviewEvent, now: Instant) -> Option<(Head, Timestamp)> {
        let seen = self.seen();
        let (clock, since) = seen.clock?;
        let tip = seen.chains.get(&event.incident_id)?;
        let is_last = tip.review == event.review.0 && tip.version == event.expected_version;
        let passed = now.saturating_duration_since(since);
        let clock = clock.checked_add(passed.saturating_sub(passed / SLOWER)).ok()?;
        (is_last && passed <= FRESH).then(|| (tip.head.clone(), clock))
    }

    /// The server's clock said so, in an answer that came now.
    pub(super) fn set_clock(&self, clock: Timestamp, now: Instant) {
        self.seen().clock = Some((clock, now));
    }

    /// Records stand; the last of each chain is remembered. What was read before a later one was written changes nothing.
    pub(super) fn stand(&self, records: &[Recorded]) {
        let mut seen = self.seen();
        for record in records {
            let event = &record.event;
            let known = seen.chains.get(&event.incident_id).map_or(0, |tip| tip.head.seq);
            if record.seq <= known {
                continue;
            }
            if known == 0 && seen.chains.len() >= MOST {
                seen.chains.clear();
            }
            seen.chains.insert(event.incident_id.clone(), Tip::of(record));
        }
    }

    /// The chain no longer ends where it was thought to.
    pub(super) fn forget(&self, scope: &str) {
        self.seen().chains.remove(scope);
    }

    /// A lock poisoned by a panic elsewhere still guards whole values.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tip {
    fn of(record: &Recorded) -> Self {
        let event = &record.event;
        let head = Head {
            scope: event.incident_id.clone(),
            seq: record.seq,
            hash: record.hash.clone(),
            recorded_at: record.recorded_at,
        };
        Self { head, review: event.review.0.clone(), version: event.expected_version.saturating_add(1) }
    }
}

#[cfg(test)]
#[path = "tips_tests.rs"]
mod tests;
