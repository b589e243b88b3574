//! What time it is: the machine's, or the demo's.

use jiff::{SignedDuration, Timestamp};
use std::time::{Duration, Instant};

/// A clock of wall time.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The machine's.
    Real,
    /// Starts at a time of the script and runs as fast as the machine's.
    Virtual {
        /// The script's start.
        start: Timestamp,
        /// When that was, by the machine.
        since: Instant,
    },
}

impl Clock {
    /// A clock that starts at a time of the script, now.
    pub fn starting_at(start: Timestamp) -> Self {
        Self::Virtual { start, since: Instant::now() }
    }

    /// The time.
    pub fn now(self) -> Timestamp {
        match self {
            Self::Real => Timestamp::now(),
            Self::Virtual { start, since } => {
                let elapsed = SignedDuration::try_from(since.elapsed()).unwrap_or_default();
                start.checked_add(elapsed).unwrap_or(start)
            }
        }
    }

    /// How long from now until a time; nothing once it has passed.
    pub fn until(self, at: Timestamp) -> Duration {
        at.duration_since(self.now()).try_into().unwrap_or_default()
    }
}
