//! When a probe is asked next: its cadence, a jitter, and a longer pause the longer it could not look.

use super::Observation;
use crate::evidence::{ProbeId, Unknown};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// The cadence is stretched by up to this share, in percent, so that probes don't march in step.
pub(super) const JITTER_PERCENT: u64 = 20;
/// The longest pause that is made because a probe could not look.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// Whether an observation says that the probe could not look, so that asking as often brings nothing. A failure
/// that was seen is an answer: it is watched at its cadence.
pub(super) fn is_miss(observation: &Observation) -> bool {
    let miss = |reason| matches!(reason, Unknown::TimedOut | Unknown::Unreachable | Unknown::Denied);
    observation.seen.as_ref().is_err_and(|error| miss(error.reason))
}

/// The pause after this many misses in a row: the cadence after none and one (a single miss may be chance), then
/// twice as long with each, up to [`LONGEST_PAUSE`]; never shorter than the cadence.
pub(super) fn pause(every: Duration, misses: u32) -> Duration {
    let doubled = 1_u32.checked_shl(misses.saturating_sub(1)).unwrap_or(u32::MAX);
    every.saturating_mul(doubled.max(1)).min(LONGEST_PAUSE.max(every))
}

/// A stretch of the cadence that depends on nothing but the probe and the round.
pub(super) fn jitter(id: &ProbeId, round: u64, every: Duration) -> Duration {
    let mut hasher = DefaultHasher::new();
    (id, round).hash(&mut hasher);
    let share = hasher.finish() % 1000;
    every.mul_f64(share as f64 / 1000.0 * JITTER_PERCENT as f64 / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_depends_on_the_probe_and_the_round_alone_and_stays_in_its_share() {
        let every = Duration::from_secs(100);
        let (a, b) = (ProbeId::from("a"), ProbeId::from("b"));
        assert_eq!(jitter(&a, 1, every), jitter(&a, 1, every));
        assert_ne!(jitter(&a, 1, every), jitter(&b, 1, every));
        let most = Duration::from_secs(JITTER_PERCENT);
        assert!((0..200).all(|round| jitter(&a, round, every) <= most));
    }

    #[test]
    fn the_pause_doubles_with_each_miss_after_the_first_and_has_an_end() {
        let every = Duration::from_secs(30);
        let pauses: Vec<u64> = (0..7).map(|misses| pause(every, misses).as_secs()).collect();
        assert_eq!(pauses, [30, 30, 60, 120, 240, 300, 300]);
        assert_eq!(pause(every, u32::MAX), LONGEST_PAUSE);
        let rarely = Duration::from_hours(1);
        assert_eq!(pause(rarely, 9), rarely, "what is asked rarely is not asked more often for being away");
    }
}
