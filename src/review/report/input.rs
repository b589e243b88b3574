//! What a report is made from.

use super::parts::{By, Moment};
use crate::guard::{self, Watch};
use crate::review::{Around, Contract, Disposition, Review, Touch};
use crate::timeline::incident::Incident;
use crate::timeline::{Beside, Entry};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What is known of a review, and for whom it is written.
#[derive(Debug)]
pub struct Input<'a> {
    /// The review.
    pub review: &'a Review,
    /// What it is judged by.
    pub contract: &'a Contract,
    /// What it adds up to, computed from this very review.
    pub disposition: &'a Disposition,
    /// What lies around it.
    pub around: &'a Around,
    /// What its candidate is called, where the snapshot has it. Foreign text.
    pub label: Option<&'a str>,
    /// What the log says of its incident.
    pub incident: Option<&'a Incident>,
    /// The rows of the incident, oldest first, with what stands beside each; masked.
    pub rows: &'a [(Entry, Beside)],
    /// Whether those are all.
    pub complete: bool,
    /// The operator's zone.
    pub zone: &'a TimeZone,
    /// Now.
    pub now: Timestamp,
    /// Who reads it: `console:<user>`.
    pub reader: &'a str,
    /// What stands at the door.
    pub guard: &'a Watch,
}

impl Input<'_> {
    /// A foreign text of one line on its way out.
    pub(super) fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        self.guard.mask(&mut text);
        guard::line(&text).into_owned()
    }

    /// The same of several lines.
    pub(super) fn lines(&self, text: &str) -> String {
        let mut text = text.to_owned();
        self.guard.mask(&mut text);
        guard::multiline(&text)
    }

    /// A time, in UTC and in the operator's zone.
    pub(super) fn moment(&self, at: Timestamp) -> Moment {
        Moment { at, local: at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string() }
    }

    /// Who did something, and when.
    pub(super) fn by(&self, touch: &Touch) -> By {
        By { actor: self.text(&touch.actor), when: self.moment(touch.recorded_at) }
    }
}
