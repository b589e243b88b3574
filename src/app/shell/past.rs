//! Reads the past of the stack's `.env` again and again, each backup once: what has not changed on the disk is not
//! read a second time, and what is the same as before is not told.

use super::Backups;
use super::backups::ReadBefore;
use crate::app::Event;
use crate::env::snapshot::Snapshot;
use crate::guard::Fingerprinter;
use jiff::{Timestamp, tz::TimeZone};

/// Reads the backups.
#[derive(Clone, Debug)]
pub struct PastReader {
    backups: Backups,
    fingerprinter: Fingerprinter,
    zone: TimeZone,
    before: ReadBefore,
    told: Option<Result<Vec<Snapshot>, String>>,
}

impl PastReader {
    /// Over these backups; names that hold a time hold one of this zone.
    pub fn new(backups: Backups, fingerprinter: Fingerprinter, zone: TimeZone) -> Self {
        Self { backups, fingerprinter, zone, before: ReadBefore::default(), told: None }
    }

    /// Reads; the event only where it tells something new. Blocks.
    pub fn read(&mut self) -> Option<Event> {
        let now = Timestamp::now();
        let read = self.backups.read_again(&self.fingerprinter, &self.zone, now, &mut self.before);
        if self.told.as_ref() == Some(&read) {
            return None;
        }
        self.told = Some(read.clone());
        Some(Event::PastRead(read))
    }
}
