//! Evidence loses weight with age: `2^(-age / half-life)`. Computed when read, never stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How much weight an evidence still has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// At least half of its weight: age up to one half-life.
    Fresh,
    /// At least a quarter: up to two half-lives.
    Aging,
    /// Less: it proves nothing any more.
    Stale,
    /// There is no evidence.
    Never,
}

impl Freshness {
    /// The freshness of an evidence of this age.
    pub fn of(age: Duration, half_life: Duration) -> Self {
        if age <= half_life {
            Self::Fresh
        } else if age <= half_life.saturating_mul(2) {
            Self::Aging
        } else {
            Self::Stale
        }
    }

    /// When, counted from the evidence's own time, the next step down comes; `None` once stale.
    pub fn next_step(self, half_life: Duration) -> Option<Duration> {
        match self {
            Self::Fresh => Some(half_life),
            Self::Aging => Some(half_life.saturating_mul(2)),
            Self::Stale | Self::Never => None,
        }
    }

    /// The word for the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Aging => "aging",
            Self::Stale => "stale",
            Self::Never => "never",
        }
    }
}

/// The age of something seen at `then`. A time in the future has age zero: a skewed clock must not
/// make evidence immortal, so callers that care compare `then` with `now` themselves.
pub fn age(then: Timestamp, now: Timestamp) -> Duration {
    now.duration_since(then).try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_ages_by_half_lives() {
        let half_life = Duration::from_mins(1);
        let at = |seconds| Freshness::of(Duration::from_secs(seconds), half_life);
        assert_eq!(at(0), Freshness::Fresh);
        assert_eq!(at(60), Freshness::Fresh);
        assert_eq!(at(61), Freshness::Aging);
        assert_eq!(at(120), Freshness::Aging);
        assert_eq!(at(121), Freshness::Stale);
    }
}
