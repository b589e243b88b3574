//! Incidents in numbers: how many, the median, and what nine of ten stayed within. No mean: one long night bends it.

use super::{Incident, Measure};
use jiff::{SignedDuration, Timestamp};

/// A duration over several incidents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Of how many incidents it is known.
    pub n: usize,
    /// The middle one; of an even number, the middle of the two.
    pub median: SignedDuration,
    /// What nine of ten did not exceed: the nearest rank.
    pub p90: SignedDuration,
}

impl Summary {
    /// Of these; `None` of nothing.
    fn of(mut durations: Vec<SignedDuration>) -> Option<Self> {
        durations.sort_unstable();
        let n = durations.len();
        let last = n.checked_sub(1)?;
        let (low, high) = (durations[last / 2], durations[n / 2]);
        let p90 = durations[(n * 9).div_ceil(10).saturating_sub(1)];
        Some(Self { n, median: low + (high - low) / 2, p90 })
    }
}

/// Several incidents in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// How many are counted.
    pub counted: usize,
    /// How many began in this time and are left out because they were silenced and nothing else was done.
    pub silenced_only: usize,
    /// How many are left out because their beginning is not among the rows.
    pub not_begun: usize,
    /// How many of the counted auto-repair alone worked on: these have no time to acknowledge.
    pub without_people: usize,
    /// How often the counted fired again within the flap window.
    pub flaps: usize,
    /// What each measure came to; `None` where it is known of no incident.
    pub measures: Vec<(Measure, Option<Summary>)>,
}

/// The incidents that were detected since then (inclusive) and until then (exclusive), in numbers.
pub fn statistics(incidents: &[Incident], since: Option<Timestamp>, until: Option<Timestamp>) -> Statistics {
    let is_in = |at: Timestamp| since.is_none_or(|since| at >= since) && until.is_none_or(|until| at < until);
    let begun = incidents.iter().filter(|incident| incident.moments.detected.is_some_and(is_in));
    let (left_out, counted): (Vec<&Incident>, Vec<&Incident>) = begun.partition(|incident| incident.is_silenced_only());
    let summary = |measure: Measure| {
        let took = counted.iter().filter_map(|incident| measure.of(incident)).collect();
        (measure, Summary::of(took))
    };
    Statistics {
        counted: counted.len(),
        silenced_only: left_out.len(),
        not_begun: incidents.iter().filter(|incident| incident.moments.detected.is_none()).count(),
        without_people: counted.iter().filter(|incident| incident.is_without_people()).count(),
        flaps: counted.iter().map(|incident| incident.flaps).sum(),
        measures: Measure::ALL.into_iter().map(summary).collect(),
    }
}
