//! When the screen changes by time alone. No tick: the shell sleeps until this moment.

use super::facts::{COMPARISON_LASTS, Facts};
use crate::evidence::{Freshness, age};
use crate::panes::next_label_change;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// The next moment at which an age's label, a freshness, or with it the recovery state changes.
pub(super) fn next(facts: &Facts) -> Option<Timestamp> {
    let seen = facts.evidence.iter().filter(|evidence| evidence.freshness(facts.now) != Freshness::Never);
    let soonest = seen
        .map(|evidence| {
            let old = age(evidence.as_of, facts.now);
            let label = next_label_change(old);
            let step = evidence.freshness(facts.now).next_step(evidence.half_life);
            // One millisecond past the border, where the new state stands.
            let step = step.map(|at| at.saturating_sub(old) + Duration::from_millis(1));
            step.map_or(label, |step| step.min(label))
        })
        .chain(comparison_ends(facts))
        .chain(restraint_changes(facts))
        .chain(facts.reading.rules_change_at().map(|at| age(facts.now, at)))
        .chain(facts.reading.changes_at(facts.now).map(|at| age(facts.now, at)))
        .chain(waiting(facts))
        .min()?;
    facts.now.checked_add(SignedDuration::try_from(soonest).ok()?).ok()
}

/// How long until a maintenance window opens or ends, or a probe no longer flaps.
fn restraint_changes(facts: &Facts) -> Option<Duration> {
    let windows = facts.maintenance.iter().filter_map(|window| window.next_change(facts.now));
    let flaps = facts.history.values().filter_map(|said| said.flapping(facts.now)).map(|flapping| flapping.until);
    windows.chain(flaps).min().map(|at| age(facts.now, at) + Duration::from_millis(1))
}

/// While a wait is shown it is counted down, coarsely: a screen far away is not written to each second.
fn waiting(facts: &Facts) -> Option<Duration> {
    let left = facts.missing.iter().find_map(|step| step.wait_s)?;
    Some(Duration::from_secs(if left % 10 == 0 { left.min(10) } else { left % 10 }.max(1)))
}

/// How long until the comparison of the layers no longer counts; nothing once it does not.
fn comparison_ends(facts: &Facts) -> Option<Duration> {
    facts.matrix.as_ref()?;
    let left = COMPARISON_LASTS.checked_sub(age(facts.compared_at, facts.now))?;
    Some(left + Duration::from_millis(1))
}
