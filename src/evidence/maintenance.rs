//! Maintenance windows: what is being worked on is looked at all the same, its failures stand, and nothing it
//! shows is a proof.

use super::ProbeId;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// One `[[maintenance]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Which probes; `None` for all of the stack.
    pub probes: Option<Vec<ProbeId>>,
    /// When.
    pub span: Span,
    /// What is being done, one line.
    pub why: String,
    /// The operator's zone, in which daily windows stand and ends are told.
    pub zone: TimeZone,
}

/// When a window is open: from the first time on, and no more at the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Once.
    Once {
        /// Its beginning.
        from: Timestamp,
        /// Its end, later than that.
        until: Timestamp,
    },
    /// Every day; a window whose end is the earlier time of the two ends on the next day.
    Daily {
        /// Its beginning.
        from: Time,
        /// Its end, another time than that.
        until: Time,
    },
}

impl Window {
    /// Whether this probe is worked on in it.
    pub fn covers(&self, probe: &ProbeId) -> bool {
        self.probes.as_ref().is_none_or(|probes| probes.contains(probe))
    }

    /// When it ends, where it is open now.
    pub fn open_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.near(now).into_iter().find(|(from, until)| *from <= now && now < *until).map(|(_, until)| until)
    }

    /// When it opens or ends next.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        self.near(now).into_iter().flat_map(|(from, until)| [from, until]).filter(|at| *at > now).min()
    }

    /// `maintenance until 03:00: backups`, for one that is open now and ends then.
    pub fn words(&self, until: Timestamp, now: Timestamp) -> String {
        let (end, today) = (until.to_zoned(self.zone.clone()), now.to_zoned(self.zone.clone()));
        let format = if end.date() == today.date() { "%H:%M" } else { "%m-%d %H:%M" };
        format!("maintenance until {}: {}", end.strftime(format), self.why)
    }

    /// The windows of this span around now: of yesterday, today and tomorrow where it is a daily one.
    fn near(&self, now: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let (from, until) = match self.span {
            Span::Once { from, until } => return vec![(from, until)],
            Span::Daily { from, until } => (from, until),
        };
        let today = now.to_zoned(self.zone.clone()).date();
        let days = [today.checked_sub(1.day()), Ok(today), today.checked_add(1.day())];
        let window = |day: Date| {
            let last = if until <= from { day.checked_add(1.day()).ok()? } else { day };
            Some((self.instant(day, from)?, self.instant(last, until)?))
        };
        days.into_iter().filter_map(|day| window(day.ok()?)).collect()
    }

    /// That time of that day; one that a change of the clocks leaves out is the one after.
    fn instant(&self, day: Date, time: Time) -> Option<Timestamp> {
        day.to_datetime(time).to_zoned(self.zone.clone()).ok().map(|zoned| zoned.timestamp())
    }
}

/// The open window of this probe that ends last, and its end.
pub fn of<'a>(windows: &'a [Window], probe: &ProbeId, now: Timestamp) -> Option<(&'a Window, Timestamp)> {
    let open = windows.iter().filter(|window| window.covers(probe));
    open.filter_map(|window| Some((window, window.open_until(now)?))).max_by_key(|(_, until)| *until)
}

#[cfg(test)]
#[path = "maintenance_tests.rs"]
mod tests;
