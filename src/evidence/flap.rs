//! A probe that keeps changing its mind: what it says at the moment proves nothing.

use crate::timeline::FLAP_WINDOW;
use jiff::Timestamp;

/// How many changes inside the window make it flap.
pub const CHANGES: usize = 3;

/// How often it changed inside the window before now, and until when it counts as flapping if it changes no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flapping {
    /// The changes inside the window.
    pub changes: usize,
    /// When fewer than [`CHANGES`] of them are left inside it.
    pub until: Timestamp,
}

/// Whether a probe flaps whose verdict changed at these times, newest first.
pub fn flapping(changes: impl IntoIterator<Item = Timestamp>, now: Timestamp) -> Option<Flapping> {
    let recent: Vec<Timestamp> = changes.into_iter().take_while(|at| now.duration_since(*at) < FLAP_WINDOW).collect();
    let until = recent.get(CHANGES - 1)?.checked_add(FLAP_WINDOW).ok()?;
    Some(Flapping { changes: recent.len(), until })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap_or_default()
    }

    #[test]
    fn three_changes_within_fifteen_minutes_flap_until_one_is_older() {
        let found = flapping([at(14), at(10), at(2)], at(15));
        assert_eq!(found, Some(Flapping { changes: 3, until: at(17) }));
        assert!(flapping([at(14), at(10), at(2)], at(16)).is_some());
        assert_eq!(flapping([at(14), at(10), at(2)], at(17)), None);
    }

    #[test]
    fn fewer_or_slower_changes_do_not_flap() {
        assert_eq!(flapping([], at(15)), None);
        assert_eq!(flapping([at(14), at(13)], at(15)), None);
        assert_eq!(flapping([at(60), at(40), at(20)], at(60)), None);
    }
}
