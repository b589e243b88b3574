//! What takes the green away without being evidence of anything: nobody looks, somebody works on it, or it can't
//! make up its mind. It never makes a state better, and never hides a failure.

use super::flap::{CHANGES, Flapping};
use super::maintenance::{self, Window};
use super::{Evidence, ProbeId, Recovery, RecoveryState, WhyNot};
use jiff::Timestamp;

/// The reason of a console whose probes are paused.
pub const PAUSED: &str = "paused";
/// The reason of a probe in a maintenance window.
pub const IN_MAINTENANCE: &str = "in_maintenance";
/// The reason of a probe that changed too often of late.
pub const FLAPPING: &str = "flapping";

/// The gate's answer with these reasons added; with any of them it is at best cleared.
#[must_use]
pub fn restrain(mut recovery: Recovery, reasons: impl IntoIterator<Item = WhyNot>) -> Recovery {
    recovery.why_not.extend(reasons);
    if !recovery.why_not.is_empty() {
        recovery.state = recovery.state.min(RecoveryState::ClearedUnverified);
    }
    recovery
}

/// No probe looks by itself.
pub fn paused() -> WhyNot {
    let text = "paused: no probe looks by itself, so nothing here is watched".to_owned();
    WhyNot { id: PAUSED.to_owned(), probe: None, text }
}

/// The probes in an open window.
pub fn in_maintenance(evidence: &[Evidence], windows: &[Window], now: Timestamp) -> Vec<WhyNot> {
    if windows.is_empty() {
        return Vec::new();
    }
    let reason = |seen: &Evidence| {
        let (window, until) = maintenance::of(windows, &seen.probe, now)?;
        let text = format!("{}: {}", seen.probe, window.words(until, now));
        Some(WhyNot { id: IN_MAINTENANCE.to_owned(), probe: Some(seen.probe.clone()), text })
    };
    evidence.iter().filter_map(reason).collect()
}

/// A probe that flaps.
pub fn flaps(probe: &ProbeId, flapping: Flapping) -> WhyNot {
    let text = format!(
        "{probe}: changed {} times within 15 minutes; it proves nothing before it changed less than {CHANGES} times",
        flapping.changes
    );
    WhyNot { id: FLAPPING.to_owned(), probe: Some(probe.clone()), text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restraint_takes_green_away_and_leaves_everything_worse_as_it_is() {
        use RecoveryState::{ClearedUnverified, Degraded, Down, VerifiedRecovery};
        for (before, after) in [
            (VerifiedRecovery, ClearedUnverified),
            (ClearedUnverified, ClearedUnverified),
            (Degraded, Degraded),
            (Down, Down),
        ] {
            let recovery = Recovery { state: before, why_not: Vec::new() };
            let restrained = restrain(recovery.clone(), [paused()]);
            assert_eq!((restrained.state, restrained.why_not.len()), (after, 1));
            assert_eq!(restrain(recovery.clone(), []), recovery);
        }
    }
}
